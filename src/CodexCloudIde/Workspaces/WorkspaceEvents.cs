namespace CodexCloudIde.Workspaces;

/// <summary>What happened in a workspace, for explorers and lists; delivered at least once to every subscriber of every process.</summary>
/// <param name="Type"><c>tree.changed</c>, <c>document.saved</c>, <c>member.changed</c>, <c>task.changed</c>, …</param>
/// <param name="Data">camelCase JSON object as bytes-on-the-wire text.</param>
public sealed record WorkspaceEvent(string Type, string Data);

/// <summary>Publish and subscribe per workspace.</summary>
public sealed class WorkspaceEvents
{
    public void Publish(WorkspaceRef workspace, WorkspaceEvent happened) => throw new NotSupportedException($"{workspace} {happened}");

    /// <summary>From now on; bounded: a slow reader gets one <c>tree.changed</c> for the root in place of what it missed.</summary>
    public IAsyncEnumerable<WorkspaceEvent> Subscribe(WorkspaceRef workspace, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{workspace} {cancellationToken}");
}
