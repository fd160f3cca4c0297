using System.Diagnostics;

namespace CodexCloudIde.Repair.Tests;

/// <summary>Runs commands as plain processes over a copy of the folder that is thrown away: what a sandbox does, without the isolation that the tests of the engine do not need.</summary>
internal static class ProcessRunner
{
    public static async Task<CommandOutcome> RunAsync(string folder, IReadOnlyList<string> command, string stdin, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var copy = new TemporaryFolder();
        Copy(folder, copy.Path);
        var start = new ProcessStartInfo(command[0] == "python3" ? "/usr/bin/python3" : command[0], command.Skip(1))
        {
            WorkingDirectory = copy.Path, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(limit);
        var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
        var errors = process.StandardError.ReadToEndAsync(timeout.Token);
        await process.StandardInput.WriteAsync(stdin.AsMemory(), timeout.Token);
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync(timeout.Token);
            return new CommandOutcome(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            return new CommandOutcome(null, "", "");
        }
    }

    public static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Where(file => !file.Contains("__pycache__", StringComparison.Ordinal)))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }
    }
}

internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("repair-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
