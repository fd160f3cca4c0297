using System.Collections.Concurrent;

namespace CodexCloudIde.Tenants;

/// <summary>
/// Revocation: what a caller opened (hub connections, terminals, event streams) closes within 5 s of the token, membership or account being
/// revoked, without a database query per message.
/// </summary>
/// <remarks>
/// One cancellation source per credential and epoch. <see cref="RevocationFeed"/> cancels them from the revocations that any process wrote, and
/// when they expire. Entries live as long as their credential: a few hundred bytes each.
/// </remarks>
public sealed class AccessWatch
{
    private readonly ConcurrentDictionary<(TenantId Tenant, string Credential, long Epoch), Watched> watched = new();
    private readonly TimeProvider time;

    internal AccessWatch(TimeProvider time) => this.time = time;

    /// <summary>Cancelled when the caller's credential, membership or account is revoked, or expires.</summary>
    public CancellationToken Watch(Caller caller)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return watched.GetOrAdd((caller.Tenant, caller.Credential, caller.Epoch), static (_, caller) => new Watched(caller), caller).Token;
    }

    /// <summary>Those whose expiry is not known yet.</summary>
    internal IEnumerable<Watched> Unknown() => watched.Values.Where(entry => entry.ExpiresAt is null);

    /// <summary>Ends all that the revocation names. The same one twice is no harm.</summary>
    internal void Apply(Revocation revocation) =>
        EndWhere(entry => entry.Caller.User == revocation.UserId
            && (revocation.TenantId is null || revocation.TenantId == entry.Caller.Tenant)
            && (revocation.Credential is null || revocation.Credential == entry.Caller.Credential)
            && (revocation.FromEpoch == 0 || entry.Caller.Epoch < revocation.FromEpoch));

    /// <summary>Ends what has expired by now.</summary>
    internal void Expire()
    {
        var now = time.GetUtcNow();
        EndWhere(entry => entry.ExpiresAt <= now);
    }

    internal void End(Watched entry) => EndWhere(other => ReferenceEquals(other, entry));

    private void EndWhere(Func<Watched, bool> which)
    {
        foreach (var (key, entry) in watched)
        {
            if (which(entry) && watched.TryRemove(key, out var ended)) ended.End();
        }
    }

    /// <summary>One credential in use.</summary>
    internal sealed class Watched(Caller caller)
    {
        private readonly CancellationTokenSource source = new();

        public Caller Caller => caller;

        public CancellationToken Token => source.Token;

        public DateTimeOffset? ExpiresAt { get; set; }

        // Off this thread: what is closed may take its time.
        public void End() => _ = source.CancelAsync();
    }
}
