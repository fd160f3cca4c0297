using System.Security.Claims;
using CodexCloudIde.Api;
using CodexCloudIde.Audit;
using CodexCloudIde.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace CodexCloudIde.Tenants;

/// <summary>
/// From the provider's identity to an account. Known by its subject, or linked: explicitly by somebody signed in, or, where configured, by an e-mail
/// address that the provider has verified. New people join the configured tenant when one of their groups gives a role there; groups decide again at each sign-in.
/// </summary>
internal sealed class ProviderSignIn(
    UserManager<Account> users, Accounts accounts, Memberships memberships, TenantContexts contexts, AuditLog audit, IOptions<ProviderOptions> options)
{
    private const string Login = "oidc";

    /// <param name="identity">What the provider says.</param>
    /// <param name="linkTo">The account that asked to be linked; null signs in.</param>
    public async Task<Outcome<Account>> ResolveAsync(ClaimsPrincipal identity, UserId? linkTo, CancellationToken cancellationToken)
    {
        var subject = identity.FindFirstValue("sub");
        if (string.IsNullOrEmpty(subject)) return new Refusal(502, "provider-failed", "The provider sent no subject; ask its operator.");
        // The subject is unique within its issuer only.
        var key = $"{options.Value.Authority.TrimEnd('/')}#{subject}";
        var account = await users.FindByLoginAsync(Login, key);
        if (linkTo is { } asking)
        {
            if (account is not null && account.UserId != asking) return new Refusal(409, "already-linked", "This identity belongs to another account here.");
            account ??= await LinkAsync(await accounts.FindAsync(asking), key, "account page", cancellationToken);
            return account is null ? Refusal.NotFound : account;
        }

        var role = RoleOf(identity);
        if (account is null && VerifiedEmail(identity) is { } email)
        {
            var existing = await accounts.FindAsync(email);
            if (existing is not null && !options.Value.LinkVerifiedEmail)
                return new Refusal(403, "email-taken", "An account with your e-mail address exists: sign in to it the way you did so far, then link it on the account page.");
            account = await LinkAsync(existing, key, "verified e-mail", cancellationToken);
            if (account is null && role is not null && TenantOf() is not null)
            {
                var made = await accounts.CreateAsync(email, null, identity.FindFirstValue("name"), isOperator: false);
                if (!made.Succeeded) return made;
                account = await LinkAsync(made.Value, key, "first sign-in", cancellationToken);
            }
        }

        if (account is null)
            return new Refusal(403, "unknown-identity", "There is no account for this identity: sign in by password and link it on the account page, or ask an owner to add your address.");
        if (TenantOf() is { } tenant) await ApplyGroupsAsync(account, tenant, role, cancellationToken);
        return account;
    }

    private async Task<Account?> LinkAsync(Account? account, string key, string how, CancellationToken cancellationToken)
    {
        if (account is null || account.DisabledAt is not null) return null;
        await audit.AppendAsync(
            new AuditRecord(null, new Actor(account.UserId.ToString(), account.DisplayName, "user"), "account.linked", $"user/{account.UserId}", "allowed", new() { ["by"] = how }), cancellationToken);
        var result = await users.AddLoginAsync(account, new UserLoginInfo(Login, key, options.Value.Name));
        return result.Succeeded ? account : null;
    }

    // What groups gave, groups take away; what an owner gave by hand stays.
    private async Task ApplyGroupsAsync(Account account, TenantId tenant, Role? role, CancellationToken cancellationToken)
    {
        await using var context = contexts.Create(tenant);
        var membership = await context.Set<Membership>().AsNoTracking().SingleOrDefaultAsync(row => row.UserId == account.UserId, cancellationToken);
        if (membership is { ByGroups: false } || membership?.Role == role) return;
        await audit.AppendAsync(
            new AuditRecord(tenant, Actor.System, role is null ? "member.removed" : "member.changed", $"user/{account.UserId}", "allowed",
                new() { ["by"] = "groups", ["role"] = role?.ToString().ToLowerInvariant() }),
            cancellationToken);
        if (role is { } given) await memberships.SetAsync(tenant, account.UserId, given, cancellationToken, byGroups: true);
        else await memberships.RemoveAsync(tenant, account.UserId, cancellationToken);
    }

    private TenantId? TenantOf() => TenantId.TryParse(options.Value.TenantId, null, out var tenant) ? tenant : null;

    private Role? RoleOf(ClaimsPrincipal identity)
    {
        var roles = identity.FindAll(options.Value.GroupClaim).Where(group => options.Value.GroupRoles.ContainsKey(group.Value)).Select(group => options.Value.GroupRoles[group.Value]).ToList();
        return roles.Count == 0 ? null : roles.Max();
    }

    private static string? VerifiedEmail(ClaimsPrincipal identity) =>
        string.Equals(identity.FindFirstValue("email_verified"), "true", StringComparison.OrdinalIgnoreCase) && identity.FindFirstValue("email") is { Length: > 0 } email ? email : null;
}
