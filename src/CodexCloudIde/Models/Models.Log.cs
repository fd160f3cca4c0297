namespace CodexCloudIde.Models;

internal static partial class ModelLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Model {Model}: {Kind} before the first byte, attempt {Attempt}; trying again")]
    public static partial void Retrying(ILogger logger, string model, ModelFailureKind kind, int attempt);
}
