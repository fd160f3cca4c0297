using CodexCloudIde.Api;
using CodexCloudIde.Audit;

namespace CodexCloudIde.Tenants;

/// <summary>A member that was added; the invitation is the path of the link by which a new account's person comes in.</summary>
internal sealed record AddedMember(UserId User, string? Invitation);

/// <summary>What owners do to the members of their tenant: authorised, recorded, done.</summary>
internal sealed class MemberChanges(Memberships memberships, Accounts accounts, Invitations invitations, AuditLog audit)
{
    public async Task<Outcome<AddedMember>> AddAsync(Caller caller, string email, Role role, CancellationToken cancellationToken)
    {
        if (caller.Role < Role.Owner) return Refusal.Forbidden("owner");
        var account = await accounts.FindAsync(email);
        if (account is null)
        {
            var made = await accounts.CreateAsync(email, null, null, isOperator: false);
            if (!made.Succeeded) return made.Refusal!;
            account = made.Value;
        }

        // An account that somebody comes in by is theirs: it is added, and no link is made for it. One that is still waiting for its person belongs to whoever invited
        // it; another tenant's link would let either into both.
        var unclaimed = !account.IsOperator && await accounts.IsUnclaimedAsync(account, cancellationToken);
        if (unclaimed && (await memberships.OfAsync(account.UserId, cancellationToken)).Any(row => row.Tenant.Id != caller.Tenant)) return Pending;
        await RecordAsync(caller, account.UserId, "member.added", role, cancellationToken);
        if (await memberships.SetAsync(caller.Tenant, account.UserId, role, cancellationToken) is { } refusal) return refusal;
        return new AddedMember(account.UserId, unclaimed ? invitations.PathOf(account.UserId, caller.Tenant) : null);
    }

    private static Refusal Pending { get; } = new(409, "invitation-pending", "This address was invited by another tenant and has not joined yet; try again when it has.", "email");

    public async Task<Refusal?> SetAsync(Caller caller, UserId user, Role role, CancellationToken cancellationToken)
    {
        if (caller.Role < Role.Owner) return Refusal.Forbidden("owner");
        if (await memberships.RoleAsync(caller.Tenant, user, cancellationToken) is null) return Refusal.NotFound;
        await RecordAsync(caller, user, "member.changed", role, cancellationToken);
        return await memberships.SetAsync(caller.Tenant, user, role, cancellationToken);
    }

    public async Task<Refusal?> RemoveAsync(Caller caller, UserId user, CancellationToken cancellationToken)
    {
        // Leaving is everybody's right.
        if (caller.Role < Role.Owner && caller.User != user) return Refusal.Forbidden("owner");
        if (await memberships.RoleAsync(caller.Tenant, user, cancellationToken) is null) return Refusal.NotFound;
        await RecordAsync(caller, user, "member.removed", null, cancellationToken);
        return await memberships.RemoveAsync(caller.Tenant, user, cancellationToken);
    }

    private Task<long> RecordAsync(Caller caller, UserId user, string type, Role? role, CancellationToken cancellationToken) => audit.AppendAsync(
        new AuditRecord(caller.Tenant, Actor.Of(caller), type, $"user/{user}", "allowed", role is null ? null : new() { ["role"] = role.ToString()!.ToLowerInvariant() }),
        cancellationToken);
}
