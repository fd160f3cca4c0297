using System.Text;
using CodexCloudIde.Repair.Candidates;

namespace CodexCloudIde.Repair;

/// <summary>Runs a command over a folder, in isolation, discarding what it writes.</summary>
public delegate Task<CommandOutcome> RunInFolder(string folder, IReadOnlyList<string> command, string stdin, TimeSpan limit, CancellationToken cancellationToken);

/// <summary>A project in a plain folder, for the command line; its files are read and written beneath it without following links.</summary>
public sealed class FolderWorkspace(string folder, RunInFolder run, Action<IReadOnlyList<PlanStep>> planned, Action<string> noted) : IRepairWorkspace
{
    /// <summary>Nobody watches a run here, and what the repair needs to know it observes itself.</summary>
    public Task<string> RunTestsAsync(CancellationToken cancellationToken) => Task.FromResult("");

    public Task<CommandOutcome> RunAsync(IReadOnlyList<string> command, string stdin, TimeSpan limit, CancellationToken cancellationToken) =>
        run(folder, command, stdin, limit, cancellationToken);

    public async Task<bool> ApplyAsync(string path, string observed, IReadOnlyList<SourceEdit> edits, CancellationToken cancellationToken) =>
        await ReplaceAsync([new RepairedFile(path, observed, Explanations.Edited(observed, edits))], cancellationToken) is null;

    /// <summary>Writes all files or none; null, or the path of one that is no longer what it was.</summary>
    public async Task<string?> ReplaceAsync(IReadOnlyList<RepairedFile> files, CancellationToken cancellationToken)
    {
        var encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        foreach (var file in files)
        {
            var full = Full(file.Path);
            if (!full.StartsWith(Path.GetFullPath(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal) || HasLink(full) || !File.Exists(full)
                || encoding.GetString(await File.ReadAllBytesAsync(full, cancellationToken)) != file.Before)
            {
                return file.Path;
            }
        }

        foreach (var file in files)
        {
            await File.WriteAllBytesAsync(Full(file.Path), encoding.GetBytes(file.After), cancellationToken);
        }

        return null;
    }

    private string Full(string path) => Path.GetFullPath(Path.Combine(folder, path));

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
