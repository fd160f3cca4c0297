using CodexCloudIde.Storage;
using Microsoft.EntityFrameworkCore;

namespace CodexCloudIde.Tenants;

/// <summary>Browser sign-ins.</summary>
internal sealed class Sessions(TenantContexts contexts, Revocations revocations, TimeProvider time)
{
    public static TimeSpan Lifetime { get; } = TimeSpan.FromDays(14);

    public async Task<BrowserSession> OpenAsync(TenantId tenant, UserId user, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var session = new BrowserSession { Id = Guid.CreateVersion7(), TenantId = tenant, UserId = user, CreatedAt = now, ExpiresAt = now + Lifetime };
        await using var context = contexts.Create(tenant);
        context.Set<BrowserSession>().Add(session);
        await context.SaveChangesAsync(cancellationToken);
        return session;
    }

    public async Task CloseAsync(TenantId tenant, UserId user, Guid id, CancellationToken cancellationToken)
    {
        await using var context = contexts.Create(tenant);
        var session = await context.Set<BrowserSession>().SingleOrDefaultAsync(row => row.Id == id && row.UserId == user, cancellationToken);
        if (session is null) return;
        session.RevokedAt = time.GetUtcNow();
        var revocation = revocations.Add(context, user, tenant, Credentials.OfSession(id));
        await context.SaveChangesAsync(cancellationToken);
        revocations.Announce(revocation);
    }

    /// <summary>Signs an account out everywhere but here.</summary>
    public async Task CloseOthersAsync(UserId user, string keep, CancellationToken cancellationToken)
    {
        await using var context = contexts.CreateSystem();
        var open = await context.Set<BrowserSession>().Where(row => row.UserId == user && row.RevokedAt == null).ToListAsync(cancellationToken);
        List<Revocation> written = [];
        foreach (var session in open.Where(session => Credentials.OfSession(session.Id) != keep))
        {
            session.RevokedAt = time.GetUtcNow();
            written.Add(revocations.Add(context, user, session.TenantId, Credentials.OfSession(session.Id)));
        }

        await context.SaveChangesAsync(cancellationToken);
        written.ForEach(revocations.Announce);
    }
}
