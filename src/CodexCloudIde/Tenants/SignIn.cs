using CodexCloudIde.Api;
using CodexCloudIde.Audit;
using CodexCloudIde.Storage;
using Microsoft.EntityFrameworkCore;

namespace CodexCloudIde.Tenants;

/// <summary>From a proven identity to a browser session, recorded either way.</summary>
internal sealed class SignIn(Accounts accounts, Memberships memberships, Sessions sessions, TenantContexts contexts, AuditLog audit)
{
    public static Refusal Wrong { get; } =
        new(401, "wrong-credentials", "E-mail or password is wrong, or there were too many attempts: wait five minutes and try again.");

    public async Task<Refusal?> ByPasswordAsync(HttpContext context, string email, string password, CancellationToken cancellationToken)
    {
        if (await accounts.CheckAsync(email, password) is { } account) return await EnterAsync(context, account, null, "password", cancellationToken);
        var known = await accounts.FindAsync(email);
        var actor = known is null ? new Actor("unknown", "Unknown", "user") : new Actor(known.UserId.ToString(), known.DisplayName, "user");
        await RecordFailureAsync(known, actor, context, cancellationToken);
        return Wrong;
    }

    /// <summary>Opens a session in the wanted tenant, else in the one used last.</summary>
    public async Task<Refusal?> EnterAsync(HttpContext context, Account account, TenantId? wanted, string method, CancellationToken cancellationToken)
    {
        if (account.DisabledAt is not null) return Wrong;
        var tenants = (await memberships.OfAsync(account.UserId, cancellationToken)).Select(row => row.Tenant.Id).ToList();
        if (wanted is { } one && !tenants.Contains(one)) return Refusal.NotFound;
        if (tenants.Count == 0) return new Refusal(403, "no-tenant", $"{account.Email} belongs to no tenant yet: ask an owner to add this address.");
        var tenant = wanted ?? await LastUsedAsync(account.UserId, tenants, cancellationToken) ?? tenants[0];
        await audit.AppendAsync(
            new AuditRecord(tenant, new Actor(account.UserId.ToString(), account.DisplayName, "user"), "signin.succeeded", $"user/{account.UserId}", "succeeded", Origin(context, method)),
            cancellationToken);
        var session = await sessions.OpenAsync(tenant, account.UserId, cancellationToken);
        await SessionCookie.SignInAsync(context, session);
        return null;
    }

    public async Task LeaveAsync(Caller caller, CancellationToken cancellationToken)
    {
        if (Credentials.SessionOf(caller) is { } session) await sessions.CloseAsync(caller.Tenant, caller.User, session, cancellationToken);
        await audit.AppendAsync(new AuditRecord(caller.Tenant, Actor.Of(caller), "signin.ended", $"user/{caller.User}", "succeeded"), cancellationToken);
    }

    // Into the chains of the tenants whose account was tried; an unknown address into the system's.
    private async Task RecordFailureAsync(Account? account, Actor actor, HttpContext context, CancellationToken cancellationToken)
    {
        var target = account is null ? "user/unknown" : $"user/{account.UserId}";
        IEnumerable<TenantId?> chains = account is null ? [null] : (await memberships.OfAsync(account.UserId, cancellationToken)).Select(row => (TenantId?)row.Tenant.Id);
        foreach (var chain in chains.DefaultIfEmpty(null))
            await audit.AppendAsync(new AuditRecord(chain, actor, "signin.failed", target, "denied", Origin(context, "password")), cancellationToken);
    }

    private async Task<TenantId?> LastUsedAsync(UserId user, List<TenantId> tenants, CancellationToken cancellationToken)
    {
        await using var context = contexts.CreateSystem();
        return await context.Set<BrowserSession>().Where(row => row.UserId == user && tenants.Contains(row.TenantId))
            .OrderByDescending(row => row.CreatedAt).Select(row => (TenantId?)row.TenantId).FirstOrDefaultAsync(cancellationToken);
    }

    private static System.Text.Json.Nodes.JsonObject Origin(HttpContext context, string method) =>
        new() { ["method"] = method, ["address"] = context.Connection.RemoteIpAddress?.ToString() };
}
