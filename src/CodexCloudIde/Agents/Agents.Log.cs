using CodexCloudIde.Models;

namespace CodexCloudIde.Agents;

internal static partial class TaskLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Task {Task}: the model failed ({Kind})")]
    public static partial void ModelFailed(ILogger logger, string task, ModelFailureKind kind);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Task {Task}: written by another activation, this one stops")]
    public static partial void LostTask(ILogger logger, Exception exception, string task);

    [LoggerMessage(Level = LogLevel.Error, Message = "Task {Task}: the disk is full, it is interrupted")]
    public static partial void NoRoom(ILogger logger, Exception exception, string task);

    [LoggerMessage(Level = LogLevel.Error, Message = "Task {Task}: the turn broke")]
    public static partial void TurnBroke(ILogger logger, Exception exception, string task);

    [LoggerMessage(Level = LogLevel.Information, Message = "Task {Task}: interrupted, its process is gone")]
    public static partial void Interrupted(ILogger logger, string task);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Looking for interrupted tasks failed; trying again later")]
    public static partial void SweepFailed(ILogger logger, Exception exception);
}
