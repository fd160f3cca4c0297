namespace CodexCloudIde.Tenants;

internal sealed partial class RevocationFeed
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Reading revocations failed; trying again")]
    private partial void LogPassFailed(Exception exception);
}
