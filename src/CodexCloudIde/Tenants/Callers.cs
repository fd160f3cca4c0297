using System.Globalization;
using System.Security.Claims;

namespace CodexCloudIde.Tenants;

/// <summary>From a request or circuit to its <see cref="Caller"/>, and back into claims.</summary>
public static class Callers
{
    internal const string TenantClaim = "tenant";
    internal const string UserClaim = "sub";
    internal const string NameClaim = "name";
    internal const string RoleClaim = "role";
    internal const string CredentialClaim = "credential";
    internal const string EpochClaim = "epoch";
    internal const string OperatorClaim = "operator";
    internal const string ScopeClaim = "scope";

    /// <summary>The caller of an authenticated request; endpoints that reach this are behind the policy <c>tenant</c>.</summary>
    public static Caller GetCaller(this HttpContext context) => Of(context?.User);

    /// <summary>The caller of a principal (hub connection, Blazor circuit).</summary>
    /// <exception cref="InvalidOperationException">Nobody is signed in: the entry is not behind the policy <c>tenant</c>.</exception>
    public static Caller Of(ClaimsPrincipal? principal) =>
        OrNull(principal) ?? throw new InvalidOperationException("No caller: this entry must be behind the policy 'tenant'.");

    internal static Caller? OrNull(ClaimsPrincipal? principal)
    {
        if (principal?.FindFirstValue(TenantClaim) is not { } tenant) return null;
        return new Caller(
            TenantId.Parse(tenant),
            UserId.Parse(principal.FindFirstValue(UserClaim)!),
            principal.FindFirstValue(NameClaim) ?? "",
            Enum.Parse<Role>(principal.FindFirstValue(RoleClaim)!),
            principal.FindFirstValue(CredentialClaim)!,
            long.Parse(principal.FindFirstValue(EpochClaim)!, CultureInfo.InvariantCulture));
    }

    internal static ClaimsPrincipal Principal(Grant grant, string scheme)
    {
        var caller = grant.Caller;
        List<Claim> claims =
        [
            new(TenantClaim, caller.Tenant.ToString()),
            new(UserClaim, caller.User.ToString()),
            new(NameClaim, caller.Name),
            new(RoleClaim, caller.Role.ToString()),
            new(CredentialClaim, caller.Credential),
            new(EpochClaim, caller.Epoch.ToString(CultureInfo.InvariantCulture)),
            .. grant.Scopes.Select(scope => new Claim(ScopeClaim, scope)),
        ];
        if (grant.IsOperator) claims.Add(new Claim(OperatorClaim, "true"));
        return new ClaimsPrincipal(new ClaimsIdentity(claims, scheme, NameClaim, RoleClaim));
    }
}
