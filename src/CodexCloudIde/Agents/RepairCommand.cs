using System.Text;
using CodexCloudIde.CommandLine;
using CodexCloudIde.Repair;
using CodexCloudIde.Sandboxing;
using CodexCloudIde.Sandboxing.Oci;
using Microsoft.Extensions.Logging.Abstractions;

namespace CodexCloudIde.Agents;

/// <summary>
/// <c>repair --project DIR</c>: the offline repair on any folder, without a server. It works on a copy, in sandboxes; the folder itself changes only with
/// <c>--write</c>. Exit 0: all tests pass (or did), 1: some still fail, 2: used wrongly, no sandbox, or no tests that can be run, 130: interrupted.
/// </summary>
internal static class RepairCommand
{
    public static async Task<int> RunAsync(IReadOnlyList<string> args)
    {
        var arguments = new Arguments(args, "--write");
        if (arguments["--project"] is not { Length: > 0 } given || !Directory.Exists(given) || arguments.Words.Count > 0)
        {
            return Commands.Wrong("repair needs --project DIR, a folder that exists.");
        }

        using var stop = new CancellationTokenSource();
        ConsoleCancelEventHandler interrupted = (_, happened) =>
        {
            happened.Cancel = true;
            stop.Cancel();
        };
        Console.CancelKeyPress += interrupted;
        try
        {
            var settings = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine([.. arguments.Settings]).Build();
            return await RunAsync(Path.GetFullPath(given), arguments["--write"] is not null, settings["Ide:Sandbox:RuntimeProgram"], stop.Token);
        }
        catch (SandboxException problem)
        {
            await Console.Error.WriteLineAsync($"No sandbox could be made: {problem.Message}");
            return 2;
        }
        catch (UnauthorizedAccessException problem)
        {
            await Console.Error.WriteLineAsync(problem.Message);
            return 2;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Stopped. Nothing was changed.");
            return 130;
        }
        finally
        {
            Console.CancelKeyPress -= interrupted;
        }
    }

    private static async Task<int> RunAsync(string project, bool write, string? program, CancellationToken stop)
    {
        var data = Directory.CreateTempSubdirectory("codex-repair-");
        try
        {
            var options = new SandboxOptions { DataDirectory = data.FullName, PoolSize = 1 };
            if (program is { Length: > 0 })
            {
                options.RuntimePrograms = [program];
            }

            await using var runtime = new OciRuntime(options, NullLogger<OciRuntime>.Instance);
            var probe = await runtime.ProbeAsync(stop);
            if (!probe.Usable)
            {
                await Console.Error.WriteLineAsync($"Nothing runs outside a sandbox, and there is none here: {string.Join("; ", probe.Missing)}");
                return 2;
            }

            File.SetUnixFileMode(data.FullName, (UnixFileMode)0b111_101_101);
            var copy = Path.Combine(data.FullName, "workspace");
            RepairCopy.Make(project, data.FullName, "workspace");
            var plan = new PlanPrinter();
            var workspace = new FolderWorkspace(copy, (folder, command, stdin, limit, cancel) => RunAsync(runtime, folder, command, stdin, limit, cancel), plan.Show, plan.Note);
            var report = await new RepairEngine(workspace, new RepairBudget(), TimeProvider.System).RunAsync(stop);
            return await ConcludeAsync(report, project, write, stop);
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    private static async Task<int> ConcludeAsync(RepairReport report, string project, bool write, CancellationToken stop)
    {
        Console.WriteLine();
        Console.WriteLine(report.Explanation);
        foreach (var file in report.Files)
        {
            Console.WriteLine();
            Console.Write(UnifiedDiff.Of(file.Path, file.Before, file.After, null).Diff);
        }

        if (report.Status is RepairStatus.CannotObserve)
        {
            return 2;
        }

        Console.WriteLine();
        Console.WriteLine($"before: {report.FailedBefore.Count} failed{Named(report.FailedBefore)}");
        Console.WriteLine($"after:  {report.FailedAfter.Count} failed{Named(report.FailedAfter)}, {report.Passing} passed");
        if (report.Files.Count > 0 && !write)
        {
            Console.WriteLine($"{project} is as it was; repair --project {project} --write applies this.");
        }
        else if (report.Files.Count > 0 && await new FolderWorkspace(project, Nowhere, _ => { }, _ => { }).ReplaceAsync(report.Files, stop) is { } changed)
        {
            await Console.Error.WriteLineAsync($"{changed} has changed meanwhile, or cannot be written: nothing was written.");
            return 1;
        }
        else
        {
            report.Files.ToList().ForEach(file => Console.WriteLine($"written: {file.Path}"));
        }

        return report.Status is RepairStatus.Fixed or RepairStatus.NothingToDo ? 0 : 1;
    }

    private static string Named(IReadOnlyList<string> tests) =>
        tests.Count == 0 ? "" : $" ({string.Join(", ", tests.Take(5))}{(tests.Count > 5 ? ", …" : "")})";

    /// <summary>The project's own folder is written to, never run in.</summary>
    private static Task<CommandOutcome> Nowhere(string folder, IReadOnlyList<string> command, string stdin, TimeSpan limit, CancellationToken cancellationToken) =>
        Task.FromResult(new CommandOutcome(null, "", ""));

    private static async Task<CommandOutcome> RunAsync(
        OciRuntime runtime, string folder, IReadOnlyList<string> command, string stdin, TimeSpan limit, CancellationToken cancellationToken)
    {
        var seconds = limit.TotalSeconds;
        var limits = new SandboxLimits(
            CpuSeconds: seconds * Environment.ProcessorCount, WallSeconds: seconds, IdleSeconds: 0, Cpus: Environment.ProcessorCount, OutputKb: 32 * 1024);
        await using var sandbox = await runtime.CreateAsync(new SandboxSpecification(folder, WorkspaceMode.Overlay, limits), cancellationToken);
        var output = new Output();
        var result = await sandbox.RunAsync(new SandboxCommand(command) { Input = Encoding.UTF8.GetBytes(stdin) }, output, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return new CommandOutcome(result.ExitCode, output.Stdout, output.Stderr);
    }

    private sealed class PlanPrinter
    {
        private string last = "";

        public void Show(IReadOnlyList<Repair.PlanStep> steps)
        {
            if (steps.FirstOrDefault(step => step.Status == "inProgress") is { } now && now.Text != last)
            {
                last = now.Text;
                Console.WriteLine($"{steps.TakeWhile(step => step != now).Count() + 1}/{steps.Count} {now.Text}");
            }
        }

        public void Note(string text) => Console.WriteLine($"    {text.ReplaceLineEndings("\n    ")}");
    }

    private sealed class Output : ISandboxObserver
    {
        private readonly MemoryStream stdout = new();
        private readonly MemoryStream stderr = new();

        public string Stdout => Encoding.UTF8.GetString(stdout.ToArray());

        public string Stderr => Encoding.UTF8.GetString(stderr.ToArray());

        public void Wrote(OutputStream stream, ReadOnlySpan<byte> bytes) => (stream == OutputStream.Stdout ? stdout : stderr).Write(bytes);

        public void Used(SandboxUsage usage)
        {
        }

        public void Labelled(SandboxLabel label)
        {
        }
    }
}
