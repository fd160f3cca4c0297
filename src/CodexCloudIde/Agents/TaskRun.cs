using CodexCloudIde.Tenants;

namespace CodexCloudIde.Agents;

/// <summary>A person's answer to an approval.</summary>
internal sealed record Decision(bool Allowed, bool Always, Actor By);

/// <summary>The strings that people pull while a turn runs: cancel, pause, resume, decide.</summary>
internal sealed class TaskRun(TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private readonly Dictionary<string, TaskCompletionSource<Decision>> open = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private readonly TaskCompletionSource left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? paused;

    /// <summary>True: the turn waits for people from now on; false: it works again.</summary>
    public event Action<bool>? Waiting;

    /// <summary>Cancelled by a person or by the process ending.</summary>
    public CancellationToken Stopping => stopping.Token;

    /// <summary>True when a person cancelled; false when the process ends.</summary>
    public bool Cancelled { get; private set; }

    /// <summary>Completes when the job has left, whatever came of it.</summary>
    public Task Completion => left.Task;

    /// <summary>False while it is taken, and its job has not begun.</summary>
    public bool IsLaunched { get; set; }

    public bool IsPaused
    {
        get
        {
            lock (gate)
            {
                return paused is not null;
            }
        }
    }

    public Task CancelAsync(bool byPerson)
    {
        Cancelled |= byPerson;
        return stopping.CancelAsync();
    }

    public void Pause()
    {
        lock (gate)
        {
            paused ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public void Resume()
    {
        lock (gate)
        {
            paused?.TrySetResult();
            paused = null;
        }
    }

    /// <summary>Waits while paused: called between steps.</summary>
    public async Task PassAsync()
    {
        Task? resumed;
        lock (gate)
        {
            resumed = paused?.Task;
        }

        if (resumed is not null)
        {
            Waiting?.Invoke(true);
            await resumed.WaitAsync(Stopping);
            Waiting?.Invoke(false);
        }
    }

    /// <returns>False: no such approval waits.</returns>
    public bool Decide(string approval, Decision decision)
    {
        lock (gate)
        {
            return open.Remove(approval, out var waiting) && waiting.TrySetResult(decision);
        }
    }

    /// <summary>Must be called before the approval is published, or an answer could come too early.</summary>
    public Task<Decision> Expect(string approval)
    {
        lock (gate)
        {
            var waiting = new TaskCompletionSource<Decision>(TaskCreationOptions.RunContinuationsAsynchronously);
            open[approval] = waiting;
            return waiting.Task;
        }
    }

    /// <returns>Null when nobody answered in time.</returns>
    public async Task<Decision?> WaitAsync(Task<Decision> answer, string approval, TimeSpan most)
    {
        Waiting?.Invoke(true);
        try
        {
            return await answer.WaitAsync(most, time, Stopping);
        }
        catch (TimeoutException)
        {
            lock (gate)
            {
                open.Remove(approval);
            }

            return answer.IsCompletedSuccessfully ? await answer : null;
        }
        finally
        {
            Waiting?.Invoke(false);
        }
    }

    public void Left() => left.TrySetResult();

    public void Dispose() => stopping.Dispose();
}
