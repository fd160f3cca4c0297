using System.Text;
using CodexCloudIde.CommandLine;
using CodexCloudIde.Repair;
using CodexCloudIde.Sandboxing;
using CodexCloudIde.Sandboxing.Oci;
using Microsoft.Extensions.Logging.Abstractions;

namespace CodexCloudIde.Agents;

/// <summary>
/// <c>repair --project DIR</c>: the offline repair on any folder, without a server. It works on a copy, in sandboxes; the folder itself changes only with
/// <c>--write</c>. Exit 0: all tests pass (or did), 1: some still fail, 2: used wrongly or no sandbox.
/// </summary>
internal static class RepairCommand
{
    public static async Task<int> RunAsync(IReadOnlyList<string> args)
    {
        var arguments = new Arguments(args, "--write");
        if (arguments["--project"] is not { Length: > 0 } given || !Directory.Exists(given))
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
            return await RunAsync(Path.GetFullPath(given), arguments["--write"] is not null, stop.Token);
        }
        catch (SandboxException problem)
        {
            await Console.Error.WriteLineAsync($"No sandbox could be made: {problem.Message}");
            return 2;
        }
        finally
        {
            Console.CancelKeyPress -= interrupted;
        }
    }

    private static async Task<int> RunAsync(string project, bool write, CancellationToken stop)
    {
        var data = Directory.CreateTempSubdirectory("codex-repair-");
        try
        {
            File.SetUnixFileMode(data.FullName, (UnixFileMode)0b111_101_101);
            var copy = Path.Combine(data.FullName, "workspace");
            RepairCopy.Make(project, data.FullName, "workspace");
            await using var runtime = new OciRuntime(new SandboxOptions { DataDirectory = data.FullName, PoolSize = 1 }, NullLogger<OciRuntime>.Instance);
            var probe = await runtime.ProbeAsync(stop);
            if (!probe.Usable)
            {
                await Console.Error.WriteLineAsync($"Nothing runs outside a sandbox, and there is none here: {string.Join("; ", probe.Missing)}");
                return 2;
            }

            var plan = new PlanPrinter();
            var workspace = new FolderWorkspace(copy, (folder, command, stdin, limit, cancel) => RunAsync(runtime, folder, command, stdin, limit, cancel), plan.Show, plan.Note);
            var report = await new RepairEngine(workspace, new RepairBudget(), TimeProvider.System).RunAsync(stop);
            foreach (var patch in report.Patches)
            {
                Console.WriteLine();
                Console.Write(patch.Diff);
            }

            Console.WriteLine();
            Console.WriteLine(report.Explanation);
            if (write)
            {
                foreach (var path in report.Patches.SelectMany(patch => patch.Edits).Select(edit => edit.Path).Distinct())
                {
                    await File.WriteAllBytesAsync(Path.Combine(project, path), await File.ReadAllBytesAsync(Path.Combine(copy, path), stop), stop);
                    Console.WriteLine($"written: {path}");
                }
            }

            return report.Status is RepairStatus.Fixed or RepairStatus.NothingToDo ? 0 : 1;
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

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
