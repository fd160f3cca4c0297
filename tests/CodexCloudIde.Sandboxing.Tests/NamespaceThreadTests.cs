using System.Diagnostics;
using CodexCloudIde.Sandboxing.Linux;

namespace CodexCloudIde.Sandboxing.Tests;

/// <summary>The thread that travels, whatever else the runtime does on it.</summary>
public sealed class NamespaceThreadTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Visit_AThreadWasStartedFromThere_GoesAndComesBackAllTheSame()
    {
        using var process = Process.Start(new ProcessStartInfo("unshare", ["--mount", "sleep", "1000"]))!;
        using var end = new ManualResetEventSlim();
        var visitor = new NamespaceThread();
        try
        {
            await EnteredAsync(process.Id);
            // As the JIT does when it needs its background worker: before a visit, and in the middle of one.
            await visitor.InOwnMountsAsync(() => Started(end));
            await visitor.InMountsOfAsync(process.Id, () => Started(end));
            var seen = "";
            await visitor.InMountsOfAsync(process.Id, () => seen = MountsOf("thread-self"));
            Assert.Equal(MountsOf($"{process.Id}"), seen);
        }
        finally
        {
            end.Set();
            visitor.Dispose();
            process.Kill();
            await process.WaitForExitAsync(Cancellation);
        }
    }

    private static void Started(ManualResetEventSlim end) => new Thread(end.Wait) { IsBackground = true }.Start();

    private static string MountsOf(string process) => new FileInfo($"/proc/{process}/ns/mnt").LinkTarget!;

    /// <summary>Until the process has a mount namespace of its own.</summary>
    private static async Task EnteredAsync(int pid)
    {
        while (MountsOf($"{pid}") == MountsOf("self"))
        {
            await Task.Yield();
        }
    }
}
