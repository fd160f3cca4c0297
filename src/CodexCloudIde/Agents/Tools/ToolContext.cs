using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Agents.Tools;

/// <summary>What a tool works with during one turn.</summary>
internal sealed class ToolContext(TaskSession session, TaskFiles files, TestLedger tests)
{
    private static readonly TimeSpan UpdateEvery = TimeSpan.FromMilliseconds(300);
    private long lastUpdate;

    public TaskSession Session => session;

    public TaskFiles Files => files;

    public TestLedger Tests => tests;

    public WorkspaceRef Workspace => session.State.Workspace;

    public Caller Caller => session.State.Owner;

    public Actor Agent => session.Agent;

    /// <summary>Shows progress of an item, but not more often than a person can read.</summary>
    public async Task ProgressAsync(TaskItem item, CancellationToken cancellationToken)
    {
        if (lastUpdate == 0 || session.Time.GetElapsedTime(lastUpdate) >= UpdateEvery)
        {
            lastUpdate = session.Time.GetTimestamp();
            await session.UpdateAsync(item, cancellationToken);
        }
    }

    /// <summary>An item that is started, worked on, and completed whatever happens.</summary>
    public async Task<ToolResult> ShowAsync(
        Func<TaskItem, TaskItem> fill, string now, Func<TaskItem, Task<(TaskItem Item, ToolResult Result)>> work, CancellationToken cancellationToken)
    {
        var item = await session.StartAsync(fill, now, cancellationToken);
        try
        {
            (item, var result) = await work(item);
            await session.CompleteAsync(item, cancellationToken);
            return result;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await session.CompleteAsync(item with { Status = "cancelled" }, CancellationToken.None);
            throw;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            await session.CompleteAsync(item with { Status = "failed" }, CancellationToken.None);
            throw;
        }
    }
}
