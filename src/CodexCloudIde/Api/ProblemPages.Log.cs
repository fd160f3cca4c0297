namespace CodexCloudIde.Api;

internal sealed partial class ProblemPages
{
    [LoggerMessage(Level = LogLevel.Error, Message = "Request {Id} failed: {Method} {Endpoint}")]
    private partial void LogUnexpected(Exception exception, string id, string method, string endpoint);

    [LoggerMessage(Level = LogLevel.Error, Message = "Request {Id} was refused, the disk is full: {Method} {Endpoint}")]
    private partial void LogDiskFull(string id, string method, string endpoint);
}
