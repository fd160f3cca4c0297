using System.Buffers;
using System.Diagnostics;
using CodexCloudIde.Sandboxing.Cgroups;
using CodexCloudIde.Sandboxing.Linux;
using CodexCloudIde.Sandboxing.Oci;

namespace CodexCloudIde.Sandboxing.Supervision;

/// <summary>
/// Watches one sandbox from outside and holds what the kernel cannot: CPU time summed over processes, wall and idle time, output. The first
/// breach decides the cause; what the kernel did by itself (out of memory) is read from the control group's events.
/// </summary>
internal sealed class Supervisor(SandboxLimits limits, ICgroup group, ProcessDescriptor process, Func<bool> isFull, ISandboxObserver observer) : IDisposable
{
    private const int BufferBytes = 32 * 1024;

    /// <summary>Less CPU than this between two looks is sleep.</summary>
    private static readonly TimeSpan Activity = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Full CPU without a byte of output for this long looks like a spin.</summary>
    private static readonly TimeSpan SpinAfter = TimeSpan.FromSeconds(5);

    /// <summary>A program that runs into the process limit may recover; one that keeps forking may not.</summary>
    private const long MostRefusedForks = 500;

    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly Lock gate = new();
    private readonly HashSet<SandboxLabel> labels = [];
    private readonly CancellationTokenSource ended = new();
    private KillCause cause;
    private long outputBytes;
    private long lastActivityTicks;
    private long lastOutputTicks;
    private TimeSpan cpuAtLastActivity;
    private int peakProcesses = 1;
    private SandboxUsage? finalUsage;

    /// <summary>Kills with this cause, unless another one was first.</summary>
    public void Kill(KillCause why)
    {
        lock (gate)
        {
            if (cause == KillCause.None && !process.Exited.IsCompleted)
            {
                cause = why;
            }
        }

        process.Kill();
    }

    /// <summary>Something happened that no figure shows (typing).</summary>
    public void NoteActivity() => Interlocked.Exchange(ref lastActivityTicks, clock.ElapsedTicks);

    /// <summary>Carries one stream to the observer, up to the output limit.</summary>
    public async Task PumpAsync(Stream stream, OutputStream kind)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            int count;
            while ((count = await stream.ReadAsync(buffer).ConfigureAwait(false)) > 0)
            {
                var before = Interlocked.Add(ref outputBytes, count) - count;
                Interlocked.Exchange(ref lastOutputTicks, clock.ElapsedTicks);
                NoteActivity();
                var allowed = (int)Math.Clamp(((long)limits.OutputKb << 10) - before, 0, count);
                if (allowed > 0)
                {
                    observer.Wrote(kind, buffer.AsSpan(0, allowed));
                }

                if (allowed < count)
                {
                    Kill(KillCause.Output);
                }
            }
        }
        catch (IOException)
        {
            // The pipe broke with the sandbox.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Watches until the end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> WatchAsync(CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.Register(() => Kill(KillCause.Cancelled));
        using var timer = new PeriodicTimer(Interval);
        var ticks = 0;
        while (!process.Exited.IsCompleted)
        {
            await Task.WhenAny(process.Exited, timer.WaitForNextTickAsync(ended.Token).AsTask()).ConfigureAwait(false);
            if (!process.Exited.IsCompleted)
            {
                Look(++ticks);
            }
            else
            {
                await ended.CancelAsync().ConfigureAwait(false);
            }
        }

        return await process.Exited.ConfigureAwait(false);
    }

    /// <summary>The verdict, after every process is gone.</summary>
    /// <param name="exitCode">Of the first process.</param>
    /// <param name="end">What that process said about the program.</param>
    public SandboxResult Finish(int exitCode, ExitNote.ProgramEnd end)
    {
        NoteEvents();
        if (isFull())
        {
            Label(SandboxLabel.DiskFull);
        }

        var final = finalUsage = Usage();
        if (group.OutOfMemoryKills > 0)
        {
            cause = KillCause.Memory;
        }
        else if (cause == KillCause.None && end.IsForbiddenCall)
        {
            cause = KillCause.Syscall;
            Label(SandboxLabel.DeniedSyscall);
        }

        lock (gate)
        {
            return cause == KillCause.None
                ? new SandboxResult(exitCode, cause, [.. labels.Order()], final, end.Signal, end.Refusal)
                : new SandboxResult(null, cause, [.. labels.Order()], final, cause == KillCause.Syscall ? end.Signal : null);
        }
    }

    public SandboxUsage Usage()
    {
        var (read, written) = group.Transferred;
        return finalUsage ?? new SandboxUsage(
            (long)group.CpuTime.TotalMilliseconds, clock.ElapsedMilliseconds, group.PeakMemory, read, written, peakProcesses);
    }

    public void Dispose() => ended.Dispose();

    private void Look(int ticks)
    {
        var cpu = group.CpuTime;
        var now = clock.Elapsed;
        // The waiting shell itself is one of them.
        peakProcesses = Math.Max(peakProcesses, group.Processes - 1);
        if (cpu - cpuAtLastActivity >= Activity)
        {
            cpuAtLastActivity = cpu;
            NoteActivity();
        }

        NoteEvents();
        var idle = now - Stopwatch.GetElapsedTime(0, Interlocked.Read(ref lastActivityTicks));
        var breach = group.OutOfMemoryKills > 0 ? KillCause.Memory
            : group.RefusedForks > MostRefusedForks ? KillCause.Processes
            : limits.CpuSeconds > 0 && cpu.TotalSeconds > limits.CpuSeconds ? KillCause.Cpu
            : limits.WallSeconds > 0 && now.TotalSeconds > limits.WallSeconds ? KillCause.Wall
            : limits.IdleSeconds > 0 && idle.TotalSeconds > limits.IdleSeconds ? KillCause.Idle
            : KillCause.None;
        if (breach != KillCause.None)
        {
            Kill(breach);
        }

        if (ticks % 20 == 0)
        {
            var quiet = now - Stopwatch.GetElapsedTime(0, Interlocked.Read(ref lastOutputTicks));
            if (quiet > SpinAfter && cpu > SpinAfter * 0.9 * Math.Min(1, limits.Cpus) && cpu.TotalSeconds > 0.9 * now.TotalSeconds * Math.Min(1, limits.Cpus))
            {
                Label(SandboxLabel.SuspectedSpin);
            }

            observer.Used(Usage());
        }
    }

    private void NoteEvents()
    {
        if (group.RefusedForks > 0)
        {
            Label(SandboxLabel.ProcessLimit);
        }
    }

    private void Label(SandboxLabel label)
    {
        bool isNew;
        lock (gate)
        {
            isNew = labels.Add(label);
        }

        if (isNew)
        {
            observer.Labelled(label);
        }
    }
}
