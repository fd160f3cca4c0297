namespace CodexCloudIde.Storage;

internal sealed partial class StorageStart
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Applied {Count} migrations to {Provider}")]
    private partial void LogMigrated(int count, string provider);
}
