using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace CodexCloudIde.Sandboxing.Oci;

/// <summary>
/// Boxes made ahead. While enough wait, one that is taken is replaced a moment later, so that making the next does not slow down the job that
/// took it; when few are left, at once; when somebody waits, by as many makers as there are processors and no more.
/// </summary>
internal sealed partial class WaitingBoxes(int size, Func<CancellationToken, Task<OciBox>> make, ILogger logger) : IAsyncDisposable
{
    /// <summary>What the start of a server waits for; the rest follows when it has other things behind it.</summary>
    private const int First = 2;

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(100);

    private readonly Channel<Task<OciBox>> ready = Channel.CreateUnbounded<Task<OciBox>>();
    private readonly CancellationTokenSource stopping = new();
    private readonly Lock gate = new();
    private readonly List<Task> makers = [];
    private int target = Math.Min(First, size);
    private int waiting;
    private int making;

    public int Count => ready.Reader.Count;

    /// <summary>Fills up to what a start needs, then, unobserved, to its size.</summary>
    public async Task WarmAsync()
    {
        Fill();
        await SettleAsync().ConfigureAwait(false);
        _ = FillLaterAsync(Rest, size);
    }

    /// <summary>One that waits, or a fresh one.</summary>
    /// <exception cref="SandboxException">None could be made.</exception>
    public async Task<OciBox> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            // A failure belongs to whoever was waiting when it happened.
            if (!ready.Reader.TryRead(out var next) || !next.IsCompletedSuccessfully)
            {
                next = await WaitAsync(cancellationToken).ConfigureAwait(false);
            }

            var box = await next.ConfigureAwait(false);
            if (!box.Process.HasEnded)
            {
                _ = Count * 2 >= size ? FillLaterAsync(Moment, size) : FillLaterAsync(TimeSpan.Zero, size);
                return box;
            }

            await box.DisposeAsync().ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await SettleAsync().ConfigureAwait(false);
        while (ready.Reader.TryRead(out var next))
        {
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (next.IsCompletedSuccessfully)
            {
                await (await next.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
            }
        }

        ready.Writer.TryComplete();
        stopping.Dispose();
    }

    private async Task<Task<OciBox>> WaitAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            waiting++;
        }

        try
        {
            Fill();
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping.Token);
            return await ready.Reader.ReadAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ObjectDisposedException(nameof(OciRuntime));
        }
        finally
        {
            lock (gate)
            {
                waiting--;
            }
        }
    }

    private async Task FillLaterAsync(TimeSpan delay, int upTo)
    {
        var token = stopping.Token;
        await Task.Delay(delay, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (gate)
        {
            target = Math.Max(target, upTo);
        }

        Fill();
    }

    private void Fill()
    {
        lock (gate)
        {
            var wanted = target + waiting - Count - making;
            var most = waiting > Count ? Environment.ProcessorCount : 1;
            for (; wanted > 0 && making < most && !stopping.IsCancellationRequested; wanted--)
            {
                making++;
                makers.RemoveAll(task => task.IsCompleted);
                makers.Add(Task.Run(MakeAsync));
            }
        }
    }

    private async Task MakeAsync()
    {
        var made = make(stopping.Token);
        await ((Task)made).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        bool isWanted;
        lock (gate)
        {
            making--;

            // What went wrong is for whoever waits; when nobody does, the next one to come meets it anew.
            isWanted = made.IsCompletedSuccessfully || waiting > Count;
            if (isWanted)
            {
                ready.Writer.TryWrite(made);
            }
        }

        if (made.IsCompletedSuccessfully)
        {
            Fill();
        }
        else if (!isWanted && !stopping.IsCancellationRequested)
        {
            LogFailed(made.Exception);
        }
    }

    private async Task SettleAsync()
    {
        while (true)
        {
            Task[] now;
            lock (gate)
            {
                now = [.. makers.Where(task => !task.IsCompleted)];
            }

            if (now.Length == 0)
            {
                return;
            }

            await Task.WhenAll(now).ConfigureAwait(false);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A sandbox could not be made ahead")]
    private partial void LogFailed(Exception? failure);
}
