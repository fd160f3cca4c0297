namespace CodexCloudIde.Inference;

/// <summary>
/// One band's waiting calls, shared fairly between tenants: the tenant that has been given the least work goes first (virtual token counter, Sheng et
/// al., OSDI'24); within a tenant first come, first served. Enqueue, remove and take are O(log tenants). Not thread-safe: the pool's lock guards it.
/// </summary>
internal sealed class FairQueue
{
    private readonly Dictionary<string, Line> lines = [];
    private readonly SortedSet<Line> waiting = new(ByVirtualTime.Instance);
    private double floor;

    public int Count { get; private set; }

    public void Enqueue(Waiter waiter)
    {
        if (!lines.TryGetValue(waiter.Request.Tenant, out var line))
        {
            Forget();
            lines[waiter.Request.Tenant] = line = new Line(waiter.Request.Tenant);
        }

        if (line.Waiters.Count == 0)
        {
            // Idle time earns nothing: whoever wakes starts level with the least served of those who wait.
            line.VirtualTime = Math.Max(line.VirtualTime, waiting.Min?.VirtualTime ?? floor);
            waiting.Add(line);
        }

        waiter.Node = line.Waiters.AddLast(waiter);
        Count++;
    }

    /// <summary>Takes the next call of the least served tenant and charges its estimate; null when nobody waits.</summary>
    public Waiter? Take()
    {
        if (waiting.Min is not { } line)
        {
            return null;
        }

        var waiter = line.Waiters.First!.Value;
        Remove(waiter);
        floor = Math.Max(floor, line.VirtualTime);
        Charge(waiter.Request.Tenant, waiter.Charged);
        return waiter;
    }

    /// <returns>False when it was taken already.</returns>
    public bool Remove(Waiter waiter)
    {
        if (waiter.Node is not { List: not null } node || !lines.TryGetValue(waiter.Request.Tenant, out var line))
        {
            return false;
        }

        line.Waiters.Remove(node);
        waiter.Node = null;
        Count--;
        if (line.Waiters.Count == 0)
        {
            waiting.Remove(line);
        }

        return true;
    }

    /// <summary>Adds work (or takes some back, when less was used than estimated) to a tenant's account.</summary>
    public void Charge(string tenant, double work)
    {
        if (!lines.TryGetValue(tenant, out var line))
        {
            return;
        }

        var queued = waiting.Remove(line);
        line.VirtualTime += work;
        if (queued)
        {
            waiting.Add(line);
        }
    }

    private void Forget()
    {
        if (lines.Count < 1024)
        {
            return;
        }

        foreach (var idle in lines.Values.Where(line => line.Waiters.Count == 0 && line.VirtualTime <= floor).ToList())
        {
            lines.Remove(idle.Tenant);
        }
    }

    private sealed class Line(string tenant)
    {
        public string Tenant { get; } = tenant;

        public double VirtualTime { get; set; }

        public LinkedList<Waiter> Waiters { get; } = new();
    }

    private sealed class ByVirtualTime : IComparer<Line>
    {
        public static ByVirtualTime Instance { get; } = new();

        public int Compare(Line? x, Line? y) => (x!.VirtualTime, y!.VirtualTime) switch
        {
            var (left, right) when left < right => -1,
            var (left, right) when left > right => 1,
            _ => string.CompareOrdinal(x.Tenant, y.Tenant),
        };
    }
}
