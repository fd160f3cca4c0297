namespace CodexCloudIde.Workspaces;

internal sealed partial class WorkspaceImports
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Workspace {Workspace}: import ended as {State}")]
    private partial void LogEnded(WorkspaceId workspace, WorkspaceState state);

    [LoggerMessage(Level = LogLevel.Error, Message = "Workspace {Workspace}: import broke")]
    private partial void LogBroke(WorkspaceId workspace, Exception exception);
}
