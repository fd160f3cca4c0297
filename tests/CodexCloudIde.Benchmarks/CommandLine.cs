using CodexCloudIde.Benchmarks.Editing;

namespace CodexCloudIde.Benchmarks;

/// <summary>What was asked for on the command line.</summary>
/// <param name="Name">editing, sandbox, inference, sessions, repair or cluster.</param>
/// <param name="Traces">Files to replay.</param>
/// <param name="Data">Folder with further data; null when none was given.</param>
/// <param name="Quick">End within a minute.</param>
/// <param name="Json">Where to write the machine-readable report; null for nowhere.</param>
/// <param name="Only">Parts of the benchmark, by the first word of their class; empty for all.</param>
internal sealed record Arguments(string Name, IReadOnlyList<string> Traces, string? Data, bool Quick, string? Json, IReadOnlyList<string> Only)
{
    public bool Wants(string part) => Only.Count == 0 || Only.Contains(part, StringComparer.OrdinalIgnoreCase);
}

/// <summary>Parses, runs one benchmark, prints the table, writes the file; the exit status is 1 when a check failed.</summary>
internal static class CommandLine
{
    private const string Usage = """
        dotnet run -c Release --project tests/CodexCloudIde.Benchmarks -- NAME [--trace FILE]… [--data DIR] [--quick] [--json FILE] [--only PART]…
          sessions   start of the server, memory at rest, the IDE page in a cold browser, key to paint in the other browser
          sandbox    one short execution by API against the bare process
          repair     the fix of sample-debug by API; the share of held-out bugs that is mended
          cluster    two processes, one killed: when the other serves its documents
          editing    text engine alone; grain and journal; over the hub; a bad network; a thousand documents (parts: text, page, grain, fuzz, hub, load)
          inference  cost of a scheduling decision
        """;

    private static readonly Dictionary<string, Func<Arguments, Report, CancellationToken, Task>> Benchmarks = new(StringComparer.Ordinal)
    {
        ["sessions"] = SessionsBenchmark.RunAsync,
        ["sandbox"] = SandboxBenchmark.RunAsync,
        ["repair"] = RepairBenchmark.RunAsync,
        ["cluster"] = ClusterBenchmark.RunAsync,
        ["editing"] = EditingBenchmark.RunAsync,
        ["inference"] = InferenceBenchmark.RunAsync,
    };

    public static async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        if (Parse(args) is not { } arguments)
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        var report = new Report(arguments.Name, args);
        await Benchmarks[arguments.Name](arguments, report, cancellationToken);
        Console.WriteLine(report.Markdown());
        if (arguments.Json is { } file) await File.WriteAllTextAsync(file, report.Json(), cancellationToken);
        return report.Passed ? 0 : 1;
    }

    private static Arguments? Parse(string[] args)
    {
        if (args.Length == 0 || !Benchmarks.ContainsKey(args[0])) return null;
        var arguments = new Arguments(args[0], [], null, false, null, []);
        for (var i = 1; i < args.Length; i++)
        {
            var value = i + 1 < args.Length ? args[i + 1] : null;
            switch (args[i])
            {
                case "--quick":
                    arguments = arguments with { Quick = true };
                    continue;
                case "--trace" when value is not null:
                    arguments = arguments with { Traces = [.. arguments.Traces, value] };
                    break;
                case "--data" when value is not null:
                    arguments = arguments with { Data = value };
                    break;
                case "--json" when value is not null:
                    arguments = arguments with { Json = value };
                    break;
                case "--only" when value is not null:
                    arguments = arguments with { Only = [.. arguments.Only, value] };
                    break;
                default:
                    return null;
            }

            i++;
        }

        return arguments;
    }
}
