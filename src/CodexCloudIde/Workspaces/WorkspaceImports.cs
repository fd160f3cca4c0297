using System.Collections.Concurrent;
using CodexCloudIde.Api;
using CodexCloudIde.Storage;
using CodexCloudIde.Workspaces.Disk;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace CodexCloudIde.Workspaces;

/// <summary>
/// Clones repositories into new workspaces, in the background: the call that asks is answered at once. A clone goes into a folder of its own and becomes the
/// checkout in one step when it is complete. An import that a stopped server had begun is shown as failed, to be retried.
/// </summary>
internal sealed partial class WorkspaceImports(
    TenantContexts contexts, WorkspaceFolder folder, WorkspaceUsage usage, SandboxGit git, WorkspaceEvents events, IOptions<GitOptions> gitOptions,
    IOptions<WorkspaceOptions> workspaceOptions, TimeProvider time, ILogger<WorkspaceImports> logger) : IHostedService
{
    private readonly ConcurrentDictionary<WorkspaceId, (CancellationTokenSource Stop, Task Done)> running = new();

    public Outcome<GitSource> Check(GitSourceRequest request) => GitAddress.Check(request, gitOptions.Value.LocalRoots);

    /// <summary>Begins; the workspace's state tells the end.</summary>
    public void Start(WorkspaceRef workspace, GitSource source)
    {
        var stop = new CancellationTokenSource();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        running[workspace.Workspace] = (stop, done.Task);
        _ = Task.Run(async () =>
        {
            try
            {
                await ImportAsync(workspace, source, stop.Token);
            }
            finally
            {
                running.TryRemove(workspace.Workspace, out _);
                stop.Dispose();
                done.SetResult();
            }
        });
    }

    /// <summary>Ends an import that is under way and waits for it.</summary>
    public async Task StopAsync(WorkspaceRef workspace)
    {
        if (running.TryGetValue(workspace.Workspace, out var import))
        {
            await CancelAsync(import.Stop);
            await import.Done;
        }
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var context = contexts.CreateSystem();
        await foreach (var row in context.Set<Workspace>().Where(w => w.State == WorkspaceState.Importing && w.ImportingHost == Environment.MachineName)
            .AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            row.State = WorkspaceState.ImportFailed;
            row.StateReason = "The server was stopped during the import. Try again.";
        }

        await context.SaveChangesAsync(cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        var imports = running.Values.ToList();
        foreach (var (stop, _) in imports)
        {
            await CancelAsync(stop);
        }

        await Task.WhenAll(imports.Select(import => import.Done)).WaitAsync(cancellationToken);
    }

    private static async Task CancelAsync(CancellationTokenSource stop)
    {
        try
        {
            await stop.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself meanwhile.
        }
    }

    private async Task ImportAsync(WorkspaceRef workspace, GitSource source, CancellationToken stopping)
    {
        Refusal? refusal;
        try
        {
            using var late = new CancellationTokenSource(gitOptions.Value.ImportTime, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, late.Token);
            try
            {
                refusal = await CloneAsync(workspace, source, either.Token);
            }
            catch (OperationCanceledException) when (late.IsCancellationRequested)
            {
                refusal = new Refusal(422, "git-failed", $"The clone took longer than {gitOptions.Value.ImportTime.TotalMinutes:0.#} minutes: the host does not answer, or the repository is too large.");
            }
            catch (OperationCanceledException)
            {
                refusal = new Refusal(503, "git-failed", "The server was stopped during the import. Try again.");
            }
        }
        catch (IOException e) when (DiskRefusals.Of(e) is { } full)
        {
            refusal = full;
        }
        catch (Exception e)
        {
            // The boundary of a background job: its failure is a state that people see.
            LogBroke(workspace.Workspace, e);
            refusal = new Refusal(500, "git-failed", "The import failed on the server; its log says why. Try again later.");
        }

        await EndAsync(workspace, refusal);
    }

    private async Task<Refusal?> CloneAsync(WorkspaceRef workspace, GitSource source, CancellationToken cancellationToken)
    {
        using var staged = folder.Stage(workspace);
        staged.Folder.MakeFolder("clone");
        if (await git.CloneAsync(source, Path.Combine(staged.Path, "clone"), cancellationToken) is { } refusal)
        {
            return refusal;
        }

        using var clone = staged.Folder.Folder("clone");
        if (DiskTree.Walk(clone, "", int.MaxValue, _ => true).Sum(node => node.Stat.Blocks) > workspaceOptions.Value.Quota)
        {
            return WorkspaceUsage.Full(workspaceOptions.Value.Quota);
        }

        folder.Replace(workspace, staged.Folder, "clone");
        usage.Forget(workspace);
        return null;
    }

    private async Task EndAsync(WorkspaceRef workspace, Refusal? refusal)
    {
        await using var context = contexts.Create(workspace.Tenant);
        var row = await context.Set<Workspace>().SingleOrDefaultAsync(w => w.Id == workspace.Workspace, CancellationToken.None);
        if (row is null)
        {
            return;
        }

        row.State = refusal is null ? WorkspaceState.Ready : WorkspaceState.ImportFailed;
        row.StateReason = refusal?.Detail is { Length: > 1000 } detail ? detail[..1000] : refusal?.Detail;
        row.ImportingHost = null;
        await context.SaveChangesAsync(CancellationToken.None);
        LogEnded(workspace.Workspace, row.State);
        events.Publish(workspace, new WorkspaceEvent("workspace.changed", "{}"));
        events.Publish(workspace, WorkspaceEvent.TreeChanged(""));
    }
}
