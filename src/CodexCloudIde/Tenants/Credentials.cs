using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using CodexCloudIde.Storage;
using Microsoft.EntityFrameworkCore;

namespace CodexCloudIde.Tenants;

/// <summary>
/// From a token's secret or a session's id to what it grants. Answers are kept for <see cref="Fresh"/>, and dropped at once by
/// <see cref="Forget"/> when this process learns of a revocation, so requests of one client do not query the database each time.
/// </summary>
internal sealed class Credentials(TenantContexts contexts, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(3);
    private const int MostKept = 20_000;

    private readonly ConcurrentDictionary<string, (Grant Grant, DateTimeOffset Until)> kept = new(StringComparer.Ordinal);
    private long forgets;

    public static byte[] HashOf(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    public static string OfToken(Guid id) => $"token:{id:N}";

    public static string OfSession(Guid id) => $"session:{id:N}";

    /// <summary>The token that the caller came by; null for a browser session.</summary>
    public static Guid? TokenOf(Caller caller) =>
        caller.Credential.StartsWith("token:", StringComparison.Ordinal) ? Guid.ParseExact(caller.Credential.AsSpan("token:".Length), "N") : null;

    /// <summary>The browser session that the caller came by; null for a token.</summary>
    public static Guid? SessionOf(Caller caller) =>
        caller.Credential.StartsWith("session:", StringComparison.Ordinal) ? Guid.ParseExact(caller.Credential.AsSpan("session:".Length), "N") : null;

    public ValueTask<Grant?> FindTokenAsync(string secret, CancellationToken cancellationToken)
    {
        var hash = HashOf(secret);
        return FindAsync(Convert.ToHexStringLower(hash), context => TokenAsync(context, hash, cancellationToken));
    }

    public ValueTask<Grant?> FindSessionAsync(Guid id, CancellationToken cancellationToken) =>
        FindAsync(OfSession(id), context => SessionAsync(context, id, cancellationToken));

    /// <summary>Drops what is kept of a user, and what is just being read.</summary>
    public void Forget(UserId user)
    {
        Interlocked.Increment(ref forgets);
        foreach (var (key, value) in kept)
        {
            if (value.Grant.Caller.User == user) kept.TryRemove(key, out _);
        }
    }

    /// <summary>Until when the caller's credential holds; null when it no longer does.</summary>
    public async Task<DateTimeOffset?> ExpiryAsync(Caller caller, CancellationToken cancellationToken)
    {
        await using var context = contexts.Create(caller.Tenant);
        if (!Guid.TryParseExact(caller.Credential.AsSpan(caller.Credential.IndexOf(':', StringComparison.Ordinal) + 1), "N", out var id)) return null;
        return caller.Credential.StartsWith("token:", StringComparison.Ordinal)
            ? await context.Set<AccessToken>().Where(row => row.Id == id && row.RevokedAt == null).Select(row => (DateTimeOffset?)row.ExpiresAt)
                .SingleOrDefaultAsync(cancellationToken)
            : await context.Set<BrowserSession>().Where(row => row.Id == id && row.RevokedAt == null).Select(row => (DateTimeOffset?)row.ExpiresAt)
                .SingleOrDefaultAsync(cancellationToken);
    }

    private async ValueTask<Grant?> FindAsync(string key, Func<IdeContext, Task<Grant?>> load)
    {
        var now = time.GetUtcNow();
        if (kept.TryGetValue(key, out var found) && found.Until > now && found.Grant.ExpiresAt > now) return found.Grant;
        var before = Interlocked.Read(ref forgets);
        await using var context = contexts.CreateSystem();
        var grant = await load(context);
        if (grant is null)
        {
            kept.TryRemove(key, out _);
            return null;
        }

        if (kept.Count >= MostKept) kept.Clear();
        kept[key] = (grant, now + Fresh);
        // Revoked while it was read: what was read may be from before.
        if (Interlocked.Read(ref forgets) != before) kept.TryRemove(key, out _);
        return grant;
    }

    private async Task<Grant?> TokenAsync(IdeContext context, byte[] hash, CancellationToken cancellationToken)
    {
        var token = await context.Set<AccessToken>().AsNoTracking().SingleOrDefaultAsync(row => row.Hash == hash, cancellationToken);
        if (token is null || token.RevokedAt is not null) return null;
        return await GrantAsync(
            context, token.TenantId, token.UserId, OfToken(token.Id), token.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries), token.ExpiresAt, cancellationToken);
    }

    private async Task<Grant?> SessionAsync(IdeContext context, Guid id, CancellationToken cancellationToken)
    {
        var session = await context.Set<BrowserSession>().AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken);
        if (session is null || session.RevokedAt is not null) return null;
        return await GrantAsync(context, session.TenantId, session.UserId, OfSession(id), Scopes.All, session.ExpiresAt, cancellationToken);
    }

    private async Task<Grant?> GrantAsync(
        IdeContext context, TenantId tenant, UserId user, string credential, IReadOnlyList<string> scopes, DateTimeOffset expiresAt, CancellationToken cancellationToken)
    {
        if (expiresAt <= time.GetUtcNow()) return null;
        var membership = await context.Set<Membership>().AsNoTracking()
            .SingleOrDefaultAsync(row => row.TenantId == tenant && row.UserId == user, cancellationToken);
        var account = await context.Users.AsNoTracking().SingleOrDefaultAsync(row => row.Id == user.Value, cancellationToken);
        if (membership is null || account is null || account.DisabledAt is not null) return null;
        return new Grant(new Caller(tenant, user, account.DisplayName, membership.Role, credential, membership.Epoch), account.IsOperator, scopes, expiresAt);
    }
}
