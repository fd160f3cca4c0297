using CodexCloudIde.Api;
using CodexCloudIde.Storage;
using Microsoft.EntityFrameworkCore;

namespace CodexCloudIde.Tenants;

/// <summary>Somebody of a tenant, as lists show it.</summary>
public sealed record Member(UserId User, string Email, string Name, Role Role, DateTimeOffset Since);

/// <summary>Tenants and who belongs to them. Callers authorise; the last owner of a tenant stays.</summary>
internal sealed class Memberships(TenantContexts contexts, Revocations revocations, TimeProvider time)
{
    public async Task<Tenant> CreateTenantAsync(string name, UserId owner, CancellationToken cancellationToken)
    {
        await using var context = contexts.CreateSystem();
        var now = time.GetUtcNow();
        var tenant = new Tenant { Id = TenantId.New(), Name = name, CreatedAt = now };
        context.Set<Tenant>().Add(tenant);
        context.Set<Membership>().Add(new Membership { TenantId = tenant.Id, UserId = owner, Role = Role.Owner, Epoch = now.ToUnixTimeMilliseconds(), CreatedAt = now });
        await context.SaveChangesAsync(cancellationToken);
        return tenant;
    }

    /// <summary>The tenants of an account, by name.</summary>
    public async Task<IReadOnlyList<(Tenant Tenant, Role Role)>> OfAsync(UserId user, CancellationToken cancellationToken)
    {
        await using var context = contexts.CreateSystem();
        var rows = await context.Set<Membership>().Where(row => row.UserId == user)
            .Join(context.Set<Tenant>(), row => row.TenantId, tenant => tenant.Id, (row, tenant) => new { tenant, row.Role })
            .OrderBy(row => row.tenant.Name).ToListAsync(cancellationToken);
        return [.. rows.Select(row => (row.tenant, row.Role))];
    }

    public async Task<IReadOnlyList<Member>> MembersAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        await using var context = contexts.Create(tenant);
        var memberships = await context.Set<Membership>().AsNoTracking().ToListAsync(cancellationToken);
        var ids = memberships.Select(row => row.UserId.Value).ToList();
        var accounts = await context.Users.AsNoTracking().Where(row => ids.Contains(row.Id)).ToDictionaryAsync(row => row.Id, cancellationToken);
        return
        [
            .. memberships.Where(row => accounts.ContainsKey(row.UserId.Value))
                .Select(row => (row, account: accounts[row.UserId.Value]))
                .Select(pair => new Member(pair.row.UserId, pair.account.Email ?? "", pair.account.DisplayName, pair.row.Role, pair.row.CreatedAt))
                .OrderBy(member => member.Email, StringComparer.OrdinalIgnoreCase),
        ];
    }

    public async Task<Role?> RoleAsync(TenantId tenant, UserId user, CancellationToken cancellationToken)
    {
        await using var context = contexts.Create(tenant);
        return await context.Set<Membership>().Where(row => row.UserId == user).Select(row => (Role?)row.Role).SingleOrDefaultAsync(cancellationToken);
    }

    /// <summary>Adds or changes; a change of role closes what the old one opened.</summary>
    public async Task<Refusal?> SetAsync(TenantId tenant, UserId user, Role role, CancellationToken cancellationToken, bool byGroups = false)
    {
        await using var context = contexts.Create(tenant);
        var now = time.GetUtcNow();
        var membership = await context.Set<Membership>().SingleOrDefaultAsync(row => row.UserId == user, cancellationToken);
        if (membership?.Role == role) return null;
        Revocation? revocation = null;
        if (membership is null)
        {
            context.Set<Membership>().Add(new Membership { TenantId = tenant, UserId = user, Role = role, Epoch = now.ToUnixTimeMilliseconds(), ByGroups = byGroups, CreatedAt = now });
        }
        else
        {
            if (membership.Role == Role.Owner && await IsLastOwnerAsync(context, cancellationToken)) return LastOwner;
            membership.Role = role;
            membership.ByGroups = byGroups;
            membership.Epoch = Math.Max(membership.Epoch + 1, now.ToUnixTimeMilliseconds());
            revocation = revocations.Add(context, user, tenant, fromEpoch: membership.Epoch);
        }

        await context.SaveChangesAsync(cancellationToken);
        revocations.Announce(revocation);
        return null;
    }

    public async Task<Refusal?> RemoveAsync(TenantId tenant, UserId user, CancellationToken cancellationToken)
    {
        await using var context = contexts.Create(tenant);
        var membership = await context.Set<Membership>().SingleOrDefaultAsync(row => row.UserId == user, cancellationToken);
        if (membership is null) return Refusal.NotFound;
        if (membership.Role == Role.Owner && await IsLastOwnerAsync(context, cancellationToken)) return LastOwner;
        context.Set<Membership>().Remove(membership);
        // Tokens go with the membership: a person who comes back makes new ones.
        await foreach (var token in context.Set<AccessToken>().Where(row => row.UserId == user && row.RevokedAt == null).AsAsyncEnumerable().WithCancellation(cancellationToken))
            token.RevokedAt = time.GetUtcNow();
        var revocation = revocations.Add(context, user, tenant, fromEpoch: Math.Max(membership.Epoch + 1, time.GetUtcNow().ToUnixTimeMilliseconds()));
        await context.SaveChangesAsync(cancellationToken);
        revocations.Announce(revocation);
        return null;
    }

    private static Refusal LastOwner { get; } = new(409, "last-owner", "A tenant keeps at least one owner: make somebody else owner first.");

    private static async Task<bool> IsLastOwnerAsync(IdeContext context, CancellationToken cancellationToken) =>
        await context.Set<Membership>().CountAsync(row => row.Role == Role.Owner, cancellationToken) <= 1;
}
