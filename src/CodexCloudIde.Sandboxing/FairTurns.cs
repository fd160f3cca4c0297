namespace CodexCloudIde.Sandboxing;

/// <summary>
/// So many turns at once, and so many of one key. A free one goes to the key that holds the fewest, then to whoever has waited longest: who asks for much
/// delays themselves.
/// </summary>
public sealed class FairTurns<TKey>(int capacity, int mostOfOne)
    where TKey : notnull
{
    private readonly Dictionary<TKey, Line> lines = [];
    private readonly Lock gate = new();
    private int held;
    private long asked;

    /// <summary>How many of this key wait.</summary>
    public int Waiting(TKey key)
    {
        lock (gate) return lines.TryGetValue(key, out var line) ? line.Waiters.Count : 0;
    }

    /// <summary>A turn, held until it is disposed.</summary>
    public async Task<IDisposable> TakeAsync(TKey key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var waiter = new Waiter(key);
        lock (gate)
        {
            if (!lines.TryGetValue(key, out var line)) lines[key] = line = new Line();
            waiter.Number = ++asked;
            waiter.Node = line.Waiters.AddLast(waiter);
        }

        HandOut();
        await using var registration = cancellationToken.Register(() => GiveUp(waiter, cancellationToken));
        await waiter.Turn.Task;
        return new Turn(this, key);
    }

    /// <summary>A turn, if there is one for this key now; else null, and nothing waits.</summary>
    public IDisposable? TryTake(TKey key)
    {
        lock (gate)
        {
            if (held >= capacity) return null;
            if (!lines.TryGetValue(key, out var line)) lines[key] = line = new Line();
            if (line.Held >= mostOfOne || line.Waiters.Count > 0) return null;
            line.Held++;
            held++;
            return new Turn(this, key);
        }
    }

    private void HandOut()
    {
        lock (gate)
        {
            while (held < capacity && Next() is var (line, waiter))
            {
                line.Waiters.Remove(waiter.Node!);
                line.Held++;
                held++;
                waiter.Turn.SetResult();
            }
        }
    }

    private (Line Line, Waiter Waiter)? Next()
    {
        (Line Line, Waiter Waiter)? best = null;
        foreach (var line in lines.Values)
        {
            if (line.Held >= mostOfOne || line.Waiters.First?.Value is not { } waiter) continue;
            if (best is not var (other, first) || (line.Held, waiter.Number).CompareTo((other.Held, first.Number)) < 0) best = (line, waiter);
        }

        return best;
    }

    private void GiveUp(Waiter waiter, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (waiter.Turn.Task.IsCompleted) return;
            var line = lines[waiter.Key];
            line.Waiters.Remove(waiter.Node!);
            Forget(waiter.Key, line);
            waiter.Turn.SetCanceled(cancellationToken);
        }
    }

    private void Release(TKey key)
    {
        lock (gate)
        {
            var line = lines[key];
            line.Held--;
            held--;
            Forget(key, line);
        }

        HandOut();
    }

    private void Forget(TKey key, Line line)
    {
        if (line is { Held: 0, Waiters.Count: 0 }) lines.Remove(key);
    }

    private sealed class Line
    {
        public LinkedList<Waiter> Waiters { get; } = new();

        public int Held { get; set; }
    }

    private sealed class Waiter(TKey key)
    {
        public TKey Key => key;

        public TaskCompletionSource Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public LinkedListNode<Waiter>? Node { get; set; }

        public long Number { get; set; }
    }

    private sealed class Turn(FairTurns<TKey> turns, TKey key) : IDisposable
    {
        private int released;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref released, 1) == 0) turns.Release(key);
        }
    }
}
