namespace CodexCloudIde.Inference;

/// <summary>
/// Keeps calls from a backend that fails: opens on five failures in a row, or on half of at least ten within ten seconds; after a pause one probe
/// decides. Not thread-safe: the pool's lock guards it.
/// </summary>
internal sealed class Breaker(TimeProvider time)
{
    private const int FailuresInARow = 5;
    private const int LeastCalls = 10;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly Queue<(long At, bool Failed)> recent = new();
    private int inARow;
    private int failedRecently;
    private long openedAt;
    private TimeSpan pause = FirstPause;
    private bool open;
    private bool probing;

    /// <summary>A call may go through now; a half-open breaker lets one through at a time.</summary>
    public bool Allows => !open || (!probing && time.GetElapsedTime(openedAt) >= pause);

    /// <summary>Time until a probe is allowed; zero when calls are.</summary>
    public TimeSpan Remaining => !open ? TimeSpan.Zero : TimeSpan.FromTicks(Math.Max(0, (pause - time.GetElapsedTime(openedAt)).Ticks));

    public void Started() => probing = open;

    public void Succeeded()
    {
        inARow = 0;
        if (open)
        {
            (open, probing, pause, failedRecently) = (false, false, FirstPause, 0);
            recent.Clear();
        }

        Remember(failed: false);
    }

    /// <returns>True when this failure opened it.</returns>
    public bool Failed()
    {
        inARow++;
        Remember(failed: true);
        if (open)
        {
            (probing, openedAt, pause) = (false, time.GetTimestamp(), TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, pause.Ticks * 2)));
            return true;
        }

        if (inARow < FailuresInARow && (recent.Count < LeastCalls || failedRecently * 2 < recent.Count))
        {
            return false;
        }

        (open, openedAt) = (true, time.GetTimestamp());
        return true;
    }

    /// <summary>The call ended without saying anything about the backend (the caller cancelled).</summary>
    public void Abandoned() => probing = false;

    private void Remember(bool failed)
    {
        recent.Enqueue((time.GetTimestamp(), failed));
        failedRecently += failed ? 1 : 0;
        while (recent.TryPeek(out var oldest) && time.GetElapsedTime(oldest.At) > Window)
        {
            recent.Dequeue();
            failedRecently -= oldest.Failed ? 1 : 0;
        }
    }
}
