namespace CodexCloudIde.Inference;

/// <summary>
/// Theory of operation. A pool is the backends that serve one model. A call waits here and not at a backend (late binding): only when a slot frees is
/// it decided who gets it and where. Bands in order; but a band that waits while others are served gets its turn after a fixed number of dispatches,
/// so nobody starves. Within a band the least served tenant goes first. Among backends with room the session's last one is kept (its prefix is warm),
/// otherwise the least loaded, ties at random. The queue is bounded by count and by predicted wait. A call whose caller goes away leaves at once.
/// </summary>
public sealed class Pool : IDisposable
{
    private static readonly int[] TurnsPassedOver = [0, 4, 19];
    private readonly Lock gate = new();
    private readonly FairQueue[] queues = [new(), new(), new()];
    private readonly int[] passedOver = new int[3];
    private readonly Dictionary<string, Backend> homes = [];
    private readonly Queue<string> homesByAge = new();
    private readonly List<Backend> backends;
    private readonly PoolLimits limits;
    private readonly TimeProvider time;
    private readonly ITimer wake;
    private double holdSeconds = 1;

    public Pool(string name, IEnumerable<BackendDefinition> backends, PoolLimits limits, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        (Name, this.limits, this.time) = (name, limits, time);
        this.backends = [.. backends.Select(definition => new Backend(definition, time))];
        wake = time.CreateTimer(_ => Pump(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public string Name { get; }

    /// <summary>Calls that wait now.</summary>
    public int Waiting
    {
        get
        {
            lock (gate)
            {
                return queues.Sum(queue => queue.Count);
            }
        }
    }

    public IReadOnlyList<BackendState> States
    {
        get
        {
            lock (gate)
            {
                return [.. backends.Select(b => new BackendState(Name, b.Definition.Name, b.Definition.Slots, b.Running, b.Breaker.Allows))];
            }
        }
    }

    /// <summary>Waits for a slot. Rejected at once when the queue is full or no backend is usable.</summary>
    /// <exception cref="OperationCanceledException">The caller went away; nothing is held.</exception>
    public async Task<Admission> AdmitAsync(InferenceRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var waiter = new Waiter(request);
        lock (gate)
        {
            if (Refuses() is { } rejection)
            {
                return new Admission(null, rejection);
            }

            queues[(int)request.Band].Enqueue(waiter);
        }

        Pump();
        await using var leaving = cancellationToken.UnsafeRegister(
            static (state, token) =>
            {
                var (pool, waiter) = ((Pool, Waiter))state!;
                pool.Leave(waiter, token);
            },
            (this, waiter));
        var admission = await waiter.Answer.Task;
        if (cancellationToken.IsCancellationRequested)
        {
            admission.Lease?.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
        }

        return admission;
    }

    public void Dispose() => wake.Dispose();

    internal void Release(Waiter waiter, Backend backend, long startedAt, TokenUsage? used, bool? succeeded)
    {
        lock (gate)
        {
            backend.Running--;
            backend.RunningBatch -= waiter.Request.Band == Band.Batch ? 1 : 0;
            holdSeconds += 0.1 * (time.GetElapsedTime(startedAt).TotalSeconds - holdSeconds);
            if (used is { } usage)
            {
                queues[(int)waiter.Request.Band].Charge(waiter.Request.Tenant, (usage.Work / waiter.Request.Weight) - waiter.Charged);
            }

            switch (succeeded)
            {
                case true:
                    backend.Breaker.Succeeded();
                    break;
                case false:
                    backend.Breaker.Failed();
                    break;
                case null:
                    backend.Breaker.Abandoned();
                    break;
            }
        }

        Pump();
    }

    private Rejection? Refuses()
    {
        if (!backends.Exists(backend => backend.Breaker.Allows || backend.Breaker.Remaining == TimeSpan.Zero))
        {
            return new Rejection(RejectionReason.Unavailable, AtLeastOneSecond(backends.Count == 0 ? TimeSpan.FromSeconds(30) : backends.Min(b => b.Breaker.Remaining)));
        }

        var queued = queues.Sum(queue => queue.Count);
        var wait = TimeSpan.FromSeconds(holdSeconds * queued / backends.Sum(backend => backend.Definition.Slots));
        return queued >= limits.Queued || wait > limits.Wait ? new Rejection(RejectionReason.Busy, AtLeastOneSecond(wait)) : null;
    }

    private static TimeSpan AtLeastOneSecond(TimeSpan span) => TimeSpan.FromSeconds(Math.Max(1, Math.Ceiling(span.TotalSeconds)));

    private void Leave(Waiter waiter, CancellationToken token)
    {
        lock (gate)
        {
            if (!queues[(int)waiter.Request.Band].Remove(waiter))
            {
                return;
            }
        }

        waiter.Answer.TrySetCanceled(token);
    }

    private void Pump()
    {
        lock (gate)
        {
            while (Next() is { } band && queues[(int)band].Take() is { } waiter)
            {
                var backend = Place(waiter.Request);
                backend.Running++;
                backend.RunningBatch += band == Band.Batch ? 1 : 0;
                backend.Breaker.Started();
                waiter.Answer.SetResult(new Admission(new SlotLease(this, waiter, backend, time.GetTimestamp()), null));
            }

            WakeForProbe();
        }
    }

    /// <summary>While calls wait for open breakers, look again when the first of them allows a probe.</summary>
    private void WakeForProbe()
    {
        var pauses = backends.Select(backend => backend.Breaker.Remaining).Where(remaining => remaining > TimeSpan.Zero).ToList();
        if (pauses.Count > 0 && queues.Any(queue => queue.Count > 0))
        {
            wake.Change(pauses.Min(), Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>The band whose turn it is, of those that wait and have room somewhere.</summary>
    private Band? Next()
    {
        Band? chosen = null;
        for (var band = Band.Batch; band >= Band.Interactive; band--)
        {
            var ready = queues[(int)band].Count > 0 && backends.Exists(backend => backend.HasRoom(band));
            if (ready && (chosen is not { } lower || passedOver[(int)lower] < TurnsPassedOver[(int)lower]))
            {
                chosen = band;
            }
        }

        for (var band = Band.Default; chosen is { } served && band <= Band.Batch; band++)
        {
            passedOver[(int)band] = band == served || queues[(int)band].Count == 0 ? 0 : passedOver[(int)band] + 1;
        }

        return chosen;
    }

    private Backend Place(InferenceRequest request)
    {
        if (request.Session is { } session && homes.TryGetValue(session, out var home) && home.HasRoom(request.Band))
        {
            return home;
        }

        var free = backends.Where(backend => backend.HasRoom(request.Band)).ToList();
        var least = free.Min(backend => backend.Load);
        var ties = free.Where(backend => backend.Load <= least).ToList();
        var placed = ties[Random.Shared.Next(ties.Count)];
        Remember(request.Session, placed);
        return placed;
    }

    private void Remember(string? session, Backend backend)
    {
        if (session is null)
        {
            return;
        }

        if (homes.TryAdd(session, backend))
        {
            homesByAge.Enqueue(session);
        }
        else
        {
            homes[session] = backend;
        }

        while (homesByAge.Count > limits.Sessions)
        {
            homes.Remove(homesByAge.Dequeue());
        }
    }
}

/// <summary>Bounds of a pool.</summary>
/// <param name="Queued">Calls that may wait, all bands together.</param>
/// <param name="Wait">Longest predicted wait.</param>
/// <param name="Sessions">Sessions whose last backend is remembered.</param>
public sealed record PoolLimits(int Queued, TimeSpan Wait, int Sessions = 10_000)
{
    public static PoolLimits Default { get; } = new(256, TimeSpan.FromMinutes(5));
}
