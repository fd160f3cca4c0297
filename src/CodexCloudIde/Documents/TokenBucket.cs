using System.Collections.Concurrent;
using CodexCloudIde.Tenants;
using Microsoft.Extensions.Options;

namespace CodexCloudIde.Documents;

/// <summary>So much per second, and twice as much at once after a pause. Safe for concurrent use.</summary>
internal sealed class TokenBucket
{
    private readonly Lock gate = new();
    private readonly TimeProvider time;
    private readonly double perSecond;
    private readonly double most;
    private double left;
    private long refilled;

    public TokenBucket(double perSecond, double most, TimeProvider time)
    {
        (this.perSecond, this.most, this.time, left) = (perSecond, most, time, most);
        refilled = time.GetTimestamp();
    }

    /// <summary>Takes them, or nothing when there are not as many.</summary>
    public bool TryTake(double tokens)
    {
        lock (gate)
        {
            var now = time.GetTimestamp();
            left = Math.Min(most, left + (time.GetElapsedTime(refilled, now).TotalSeconds * perSecond));
            refilled = now;
            if (left < tokens) return false;
            left -= tokens;
            return true;
        }
    }
}

/// <summary>What all connections of one tenant share in this process.</summary>
internal sealed class TenantRates(IOptions<DocumentOptions> options, TimeProvider time)
{
    private readonly ConcurrentDictionary<TenantId, TenantRate> rates = new();

    public TenantRate Of(TenantId tenant) => rates.GetOrAdd(tenant, _ => new TenantRate(options.Value, time));
}

/// <summary>What all connections of one tenant share.</summary>
internal sealed class TenantRate(DocumentOptions options, TimeProvider time)
{
    private readonly TokenBucket operations = new(options.TenantOperationsPerSecond, 2.0 * options.TenantOperationsPerSecond, time);
    private readonly TokenBucket units = new(options.TenantUnitsPerSecond, Math.Max(options.TenantUnitsPerSecond, 2.0 * options.LargestOperation), time);

    public bool MaySend(int insertedUnits, long weight) => operations.TryTake(weight) && units.TryTake(insertedUnits);
}
