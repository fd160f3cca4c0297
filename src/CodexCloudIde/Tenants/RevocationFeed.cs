using CodexCloudIde.Storage;
using Microsoft.EntityFrameworkCore;

namespace CodexCloudIde.Tenants;

/// <summary>
/// Follows the table of revocations, one small query a second, so that every process closes what any process revoked. Rows may become visible
/// out of order, so each pass reads a little before the last one again.
/// </summary>
internal sealed partial class RevocationFeed(
    TenantContexts contexts, AccessWatch watch, Credentials credentials, TimeProvider time, ILogger<RevocationFeed> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private const int Overlap = 200;

    private readonly HashSet<long> seen = [];
    private long last;

    /// <summary>One pass.</summary>
    internal async Task PassAsync(CancellationToken cancellationToken)
    {
        await using var context = contexts.CreateSystem();
        var after = last - Overlap;
        foreach (var revocation in await context.Set<Revocation>().AsNoTracking().Where(row => row.Id > after).OrderBy(row => row.Id).ToListAsync(cancellationToken))
        {
            last = Math.Max(last, revocation.Id);
            if (!seen.Add(revocation.Id)) continue;
            credentials.Forget(revocation.UserId);
            watch.Apply(revocation);
        }

        if (seen.Count > 10 * Overlap) seen.RemoveWhere(id => id <= last - Overlap);
        foreach (var entry in watch.Unknown().ToList())
        {
            entry.ExpiresAt = await credentials.ExpiryAsync(entry.Caller, cancellationToken);
            if (entry.ExpiresAt is not null) continue;
            credentials.Forget(entry.Caller.User);
            watch.End(entry);
        }

        watch.Expire();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await StartAtTheEndAsync(stoppingToken);
        using var timer = new PeriodicTimer(Pause, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await PassAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // The database may be away for a moment; what was revoked meanwhile is read on the next pass.
                LogPassFailed(exception);
            }
        }
    }

    // What was revoked before this process started cannot have anything open in it.
    private async Task StartAtTheEndAsync(CancellationToken cancellationToken)
    {
        await using var context = contexts.CreateSystem();
        var ids = await context.Set<Revocation>().OrderByDescending(row => row.Id).Take(2 * Overlap).Select(row => row.Id).ToListAsync(cancellationToken);
        seen.UnionWith(ids);
        last = ids.Count == 0 ? 0 : ids[0];
    }
}
