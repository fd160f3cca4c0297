namespace CodexCloudIde.Inference;

/// <summary>One engine that serves a pool's model.</summary>
/// <param name="Name">For logs, metrics and operators.</param>
/// <param name="Endpoint">Base address, such as <c>http://127.0.0.1:8000/v1/</c>; null for a model inside this process.</param>
/// <param name="Slots">Streams at a time, at least 1.</param>
public sealed record BackendDefinition(string Name, Uri? Endpoint, int Slots);

/// <summary>A backend's ledger. Guarded by the pool's lock.</summary>
internal sealed class Backend(BackendDefinition definition, TimeProvider time)
{
    public BackendDefinition Definition { get; } = definition;

    public Breaker Breaker { get; } = new(time);

    public int Running { get; set; }

    public int RunningBatch { get; set; }

    public double Load => (double)Running / Definition.Slots;

    /// <summary>Batch never takes a backend's last slot, so that an interactive call does not wait for a long one to end.</summary>
    public bool HasRoom(Band band) =>
        Running < Definition.Slots && Breaker.Allows && (band != Band.Batch || Definition.Slots == 1 || RunningBatch < Definition.Slots - 1);
}

/// <summary>A backend as operators see it.</summary>
public sealed record BackendState(string Pool, string Name, int Slots, int Running, bool Usable);
