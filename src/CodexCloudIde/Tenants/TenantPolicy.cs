using Microsoft.AspNetCore.Authorization;

namespace CodexCloudIde.Tenants;

/// <summary>The policies: <c>tenant</c> on every group of endpoints, hub and page; <c>operator</c> on operators' ones; <c>owner</c> on the tenant's own administration.</summary>
internal static class TenantPolicy
{
    public const string Tenant = "tenant";
    public const string Owner = "owner";
    public const string Operator = "operator";

    public static void AddTo(AuthorizationOptions options)
    {
        options.AddPolicy(Tenant, policy => policy.RequireClaim(Callers.TenantClaim).RequireAssertion(HasScope));
        options.AddPolicy(Owner, policy => policy.RequireClaim(Callers.RoleClaim, nameof(Role.Owner)).RequireAssertion(HasScope));
        options.AddPolicy(Operator, policy => policy.RequireClaim(Callers.OperatorClaim).RequireAssertion(HasScope));
        options.DefaultPolicy = options.GetPolicy(Tenant)!;
    }

    // Outside of a request (a circuit) there is a browser session, which has every scope.
    private static bool HasScope(AuthorizationHandlerContext context) =>
        context.Resource is not HttpContext http || context.User.HasClaim(Callers.ScopeClaim, Scopes.Of(http.Request));
}
