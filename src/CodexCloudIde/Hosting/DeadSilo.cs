using System.Runtime.InteropServices;

namespace CodexCloudIde.Hosting;

/// <summary>
/// A process that the others declared dead must not go on: its documents already live elsewhere (the journal's fence refuses its writes anyway).
/// It says why and ends at once, without the orderly stop that would wait for what it no longer owns; whoever supervises it starts it again.
/// </summary>
internal sealed partial class DeadSilo(ILogger<DeadSilo> logger) : IFatalErrorHandler
{
    /// <summary>Exit code: a failure that a new start mends (EX_TEMPFAIL of sysexits.h).</summary>
    public const int ExitCode = 75;

    public bool IsUnexpected(Exception exception) => exception is not OperationCanceledException;

    public void OnFatalException(object? sender = null, string? context = null, Exception? exception = null)
    {
        LogDead(exception, context);
        Console.Error.WriteLine($"This process is no longer part of the cluster and ends with code {ExitCode}: start it again. {context}");
        Console.Error.Flush();
        EndNow(ExitCode);
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "No longer part of the cluster, ending: {Context}")]
    private partial void LogDead(Exception? exception, string? context);

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void EndNow(int status);
}
