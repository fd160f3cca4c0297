using CodexCloudIde.Repair.Candidates;

namespace CodexCloudIde.Repair;

/// <summary>Runs a command over a folder, in isolation, discarding what it writes.</summary>
public delegate Task<CommandOutcome> RunInFolder(string folder, IReadOnlyList<string> command, string stdin, TimeSpan limit, CancellationToken cancellationToken);

/// <summary>A project in a plain folder, for the command line; its files are read and written beneath it without following links.</summary>
public sealed class FolderWorkspace(string folder, RunInFolder run, Action<IReadOnlyList<PlanStep>> planned, Action<string> noted) : IRepairWorkspace
{
    public async Task<string> RunTestsAsync(CancellationToken cancellationToken)
    {
        var outcome = await run(folder, ["python3", "-m", "pytest", "-q", "--tb=no", "-p", "no:cacheprovider"], "", TimeSpan.FromSeconds(120), cancellationToken);
        return outcome.Stdout;
    }

    public Task<CommandOutcome> RunAsync(IReadOnlyList<string> command, string stdin, TimeSpan limit, CancellationToken cancellationToken) =>
        run(folder, command, stdin, limit, cancellationToken);

    public async Task<bool> ApplyAsync(string path, string observed, IReadOnlyList<SourceEdit> edits, CancellationToken cancellationToken)
    {
        var full = Path.GetFullPath(Path.Combine(folder, path));
        if (!full.StartsWith(Path.GetFullPath(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal) || HasLink(full))
        {
            return false;
        }

        var encoding = new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        if (encoding.GetString(await File.ReadAllBytesAsync(full, cancellationToken)) != observed)
        {
            return false;
        }

        await File.WriteAllBytesAsync(full, encoding.GetBytes(Explanations.Edited(observed, edits)), cancellationToken);
        return true;
    }

    public Task PlanAsync(IReadOnlyList<PlanStep> steps, CancellationToken cancellationToken)
    {
        planned(steps);
        return Task.CompletedTask;
    }

    public void Note(string text) => noted(text);

    private bool HasLink(string full)
    {
        var root = Path.GetFullPath(folder);
        for (var at = full; at.Length > root.Length; at = Path.GetDirectoryName(at)!)
        {
            if (new FileInfo(at).LinkTarget is not null)
            {
                return true;
            }
        }

        return false;
    }
}
