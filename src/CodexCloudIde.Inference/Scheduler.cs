using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace CodexCloudIde.Inference;

/// <summary>The pools by the name of the model that they serve.</summary>
public sealed class Scheduler(TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<string, Pool> pools = new(StringComparer.Ordinal);

    public IReadOnlyList<BackendState> States => [.. pools.Values.OrderBy(pool => pool.Name, StringComparer.Ordinal).SelectMany(pool => pool.States)];

    /// <summary>Adds a pool; a name is taken once.</summary>
    public Pool Add(string name, IEnumerable<BackendDefinition> backends, PoolLimits limits)
    {
        var pool = new Pool(name, backends, limits, time);
        if (pools.TryAdd(name, pool))
        {
            return pool;
        }

        pool.Dispose();
        throw new ArgumentException($"A pool named {name} exists.", nameof(name));
    }

    public bool TryFind(string name, [NotNullWhen(true)] out Pool? pool) => pools.TryGetValue(name, out pool);

    public void Dispose()
    {
        foreach (var pool in pools.Values)
        {
            pool.Dispose();
        }
    }
}
