using System.Data.Common;
using CodexCloudIde.Storage;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Documents;

/// <summary>Calls to a document's grain that outlive a writer which ends: a node that died, a fence, a disk that was full for a moment.</summary>
internal sealed class DocumentCalls(IGrainFactory grains, TimeProvider time)
{
    private static readonly TimeSpan[] Pauses = [.. new[] { 20, 50, 100, 200, 400, 800, 1600, 1600 }.Select(ms => TimeSpan.FromMilliseconds(ms))];

    /// <summary>The writer or its disk is away for now; nothing is lost, and trying again is right.</summary>
    public static bool IsOutage(Exception exception) => exception is IOException or OrleansException or TimeoutException or DbException;

    public IDocumentGrain Of(DocumentKey key) => grains.GetGrain<IDocumentGrain>(key.ToString());

    public ICheckoutGrain Of(WorkspaceRef workspace) => grains.GetGrain<ICheckoutGrain>(workspace.ToString());

    /// <summary>The paths of a workspace's open documents.</summary>
    public Task<IReadOnlyList<string>> OpenPathsAsync(WorkspaceRef workspace, CancellationToken cancellationToken) =>
        RetryAsync(() => Of(workspace).PathsAsync(), cancellationToken);

    /// <summary>Only for calls that may be done twice; about 5 s at most. A full disk is told at once: it lasts.</summary>
    public Task<T> RetryAsync<T>(DocumentKey key, Func<IDocumentGrain, Task<T>> call, CancellationToken cancellationToken) =>
        RetryAsync(() => call(Of(key)), cancellationToken);

    /// <summary>The same for a call that is ready to be made.</summary>
    public async Task<T> RetryAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (Exception exception) when (attempt < Pauses.Length && IsOutage(exception) && !DiskFull.Is(exception))
            {
                await Task.Delay(Pauses[attempt], time, cancellationToken);
            }
        }
    }
}
