using System.Globalization;
using System.Text.Json.Nodes;
using CodexCloudIde.Api;
using CodexCloudIde.Audit;
using CodexCloudIde.Documents;
using CodexCloudIde.Tenants;

namespace CodexCloudIde.Workspaces;

/// <summary>The state of the working tree.</summary>
internal sealed record GitStatus(string? Branch, string? Head, string? Upstream, int Ahead, int Behind, bool Clean, IReadOnlyList<GitFileStatus> Files);

/// <summary>One changed file. Index and tree: <c>modified</c>, <c>added</c>, <c>deleted</c>, <c>renamed</c>, <c>copied</c>, <c>typeChanged</c>, <c>unmerged</c>, <c>untracked</c>, or null when unchanged there.</summary>
internal sealed record GitFileStatus(string Path, string? Index, string? Tree, string? From);

/// <summary>One commit; author and message are untrusted text.</summary>
internal sealed record GitCommit(string Id, IReadOnlyList<string> Parents, string Author, string Email, DateTimeOffset At, string Message);

internal sealed record GitBranch(string Name, string Head, bool Current, string? Upstream);

/// <summary>
/// The repository in a workspace's root. git runs inside a sandbox only (<see cref="SandboxGit"/>); open documents are written to their files first, and
/// take up what git changed afterwards. Callers have authorised.
/// </summary>
internal sealed class WorkspaceGit(SandboxGit git, WorkspaceFolder folder, OpenDocuments documents, WorkspaceEvents events, AuditLog audit)
{
    private static Refusal NoRepository { get; } = new(409, "no-repository", "The workspace is no git repository yet. Initialise one with POST …/git/init.");

    public async Task<Refusal?> InitialiseAsync(WorkspaceRef workspace, Actor actor, CancellationToken cancellationToken)
    {
        await RecordAsync(workspace, actor, "git.init", cancellationToken);
        return (await RunAsync(workspace, ["init", "--quiet", "--initial-branch=main"], cancellationToken)).Refusal;
    }

    public async Task<Outcome<GitStatus>> StatusAsync(WorkspaceRef workspace, CancellationToken cancellationToken)
    {
        var answer = await RunAsync(workspace, ["status", "--porcelain=v2", "--branch", "-z", "--untracked-files=all"], cancellationToken);
        return answer.Succeeded ? GitOutput.Status(answer.Value) : answer.Refusal;
    }

    /// <summary>Newest first, beginning after <paramref name="skip"/> commits.</summary>
    public async Task<Outcome<IReadOnlyList<GitCommit>>> LogAsync(
        WorkspaceRef workspace, string? reference, string? path, int skip, int limit, CancellationToken cancellationToken)
    {
        if (reference is not null && !GitAddress.IsReference(reference))
        {
            return BadReference("ref");
        }

        var arguments = new List<string>
        {
            "log", "-z", GitOutput.LogFormat, $"--skip={skip.ToString(CultureInfo.InvariantCulture)}", $"--max-count={limit.ToString(CultureInfo.InvariantCulture)}", "--end-of-options", reference ?? "HEAD", "--",
        };
        if (AddPath(arguments, path) is { } badPath)
        {
            return badPath;
        }

        var answer = await RunAsync(workspace, arguments, cancellationToken);
        if (answer.Refusal is { Type: "git-failed" } && reference is null)
        {
            // A repository without any commit has no HEAD to begin at.
            return Array.Empty<GitCommit>();
        }

        return answer.Succeeded ? new Outcome<IReadOnlyList<GitCommit>>(GitOutput.Log(answer.Value), null) : answer.Refusal;
    }

    /// <summary>A unified diff: of the working tree, of what is staged, or between commits.</summary>
    public async Task<Outcome<string>> DiffAsync(WorkspaceRef workspace, string? from, string? to, bool staged, string? path, CancellationToken cancellationToken)
    {
        if (from is not null && !GitAddress.IsReference(from))
        {
            return BadReference("from");
        }

        if (to is not null && !GitAddress.IsReference(to))
        {
            return BadReference("to");
        }

        var arguments = new List<string> { "diff", "--no-color", "--no-ext-diff", "--no-textconv" };
        if (staged)
        {
            arguments.Add("--cached");
        }

        arguments.Add("--end-of-options");
        arguments.AddRange(new[] { from, to }.OfType<string>());
        arguments.Add("--");
        return AddPath(arguments, path) is { } badPath ? badPath : await RunAsync(workspace, arguments, cancellationToken);
    }

    /// <summary>Commits these paths, or everything when there are none, as the actor.</summary>
    public async Task<Outcome<GitCommit>> CommitAsync(
        WorkspaceRef workspace, Actor actor, string email, string message, IReadOnlyList<string>? paths, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(message) || message.Length > 20_000 || message.Contains('\0', StringComparison.Ordinal))
        {
            return new Refusal(400, "invalid-message", "A commit's message has 1 to 20,000 characters.", "message");
        }

        var add = new List<string> { "add", "--all", "--" };
        foreach (var path in paths ?? [])
        {
            if (AddPath(add, path) is { } badPath)
            {
                return badPath with { Field = "paths" };
            }
        }

        if (add.Count == 3)
        {
            add.Add(".");
        }

        await RecordAsync(workspace, actor, "git.commit", cancellationToken);
        var added = await RunAsync(workspace, add, cancellationToken);
        if (!added.Succeeded)
        {
            return added.Refusal;
        }

        var name = new string([.. actor.Name.Where(c => !char.IsControl(c) && c is not ('<' or '>'))]).Trim();
        var staged = await RunAsync(workspace, ["diff", "--cached", "--name-only", "-z"], cancellationToken);
        if (staged.Value is "")
        {
            return new Refusal(409, "nothing-to-commit", "Nothing has changed since the last commit.");
        }

        var committed = await RunAsync(
            workspace,
            ["-c", $"user.name={(name.Length == 0 ? "Somebody" : name)}", "-c", $"user.email={email}", "-c", "commit.gpgSign=false", "commit", "--quiet", $"--message={message}", "--cleanup=strip"],
            cancellationToken);
        if (!committed.Succeeded)
        {
            return committed.Refusal;
        }

        events.Publish(workspace, WorkspaceEvent.TreeChanged(""));
        var log = await LogAsync(workspace, null, null, 0, 1, cancellationToken);
        return log.Succeeded ? log.Value[0] : log.Refusal;
    }

    public async Task<Outcome<IReadOnlyList<GitBranch>>> BranchesAsync(WorkspaceRef workspace, CancellationToken cancellationToken)
    {
        var answer = await RunAsync(workspace, ["for-each-ref", GitOutput.BranchFormat, "refs/heads"], cancellationToken);
        return answer.Succeeded ? new Outcome<IReadOnlyList<GitBranch>>(GitOutput.Branches(answer.Value), null) : answer.Refusal;
    }

    /// <summary>Makes a branch at the present commit and switches to it.</summary>
    public Task<Refusal?> CreateBranchAsync(WorkspaceRef workspace, Actor actor, string name, string? from, CancellationToken cancellationToken) =>
        from is not null && !GitAddress.IsReference(from)
            ? Task.FromResult<Refusal?>(BadReference("from"))
            : SwitchAsync(workspace, actor, name, ["switch", "--quiet", "--create", name, .. from is null ? Array.Empty<string>() : [from]], "git.branch", cancellationToken);

    /// <summary>Changes to a branch that exists; refused when uncommitted work would be lost.</summary>
    public Task<Refusal?> CheckOutAsync(WorkspaceRef workspace, Actor actor, string name, CancellationToken cancellationToken) =>
        SwitchAsync(workspace, actor, name, ["switch", "--quiet", "--no-guess", name], "git.checkout", cancellationToken);

    private async Task<Refusal?> SwitchAsync(
        WorkspaceRef workspace, Actor actor, string name, IReadOnlyList<string> arguments, string audited, CancellationToken cancellationToken)
    {
        if (!GitAddress.IsReference(name))
        {
            return BadReference("name");
        }

        await RecordAsync(workspace, actor, audited, cancellationToken);
        var before = await RunAsync(workspace, ["rev-parse", "--verify", "--quiet", "HEAD"], cancellationToken);
        if (before.Refusal is { Type: not "git-failed" } refusal)
        {
            return refusal;
        }

        var switched = await RunAsync(workspace, arguments, cancellationToken);
        if (!switched.Succeeded)
        {
            return switched.Refusal;
        }

        if (before.Value?.Trim() is { Length: > 0 } head)
        {
            var changed = await RunAsync(workspace, ["diff", "--name-only", "-z", head, "HEAD"], cancellationToken, materialise: false);
            if (changed.Value?.Split('\0', StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } paths)
            {
                await documents.ChangedOnDiskAsync(workspace, paths, cancellationToken);
            }
        }

        events.Publish(workspace, WorkspaceEvent.TreeChanged(""));
        return null;
    }

    private async Task<Outcome<string>> RunAsync(WorkspaceRef workspace, IReadOnlyList<string> arguments, CancellationToken cancellationToken, bool materialise = true)
    {
        if (materialise)
        {
            await documents.MaterialiseAsync(workspace, cancellationToken);
        }

        var ran = await git.RunAsync(folder.RootOf(workspace), arguments, cancellationToken);
        if (!ran.Succeeded)
        {
            return ran.Refusal;
        }

        return ran.Value.ExitCode == 0
            ? ran.Value.Output
            : ran.Value.Error.Contains("not a git repository", StringComparison.Ordinal)
                ? NoRepository
                : new Refusal(409, "git-failed", $"git {arguments.First(a => a.Length > 2 && a[0] != '-' && !a.Contains('=', StringComparison.Ordinal))} said: {GitOutput.Message(ran.Value.Error)}");
    }

    private static Refusal? AddPath(List<string> arguments, string? path)
    {
        if (path is null)
        {
            return null;
        }

        var parsed = WorkspacePath.Parse(path);
        if (parsed.Succeeded)
        {
            // Literal: brackets and stars in a name are no pattern.
            arguments.Add($":(literal){parsed.Value}");
        }

        return parsed.Refusal;
    }

    private Task RecordAsync(WorkspaceRef workspace, Actor actor, string type, CancellationToken cancellationToken) =>
        audit.AppendAsync(new AuditRecord(workspace.Tenant, actor, type, $"workspace/{workspace.Workspace}", "allowed", new JsonObject()), cancellationToken);

    private static Refusal BadReference(string field) => new(400, "invalid-ref", "This is no name of a branch, tag or commit.", field);
}
