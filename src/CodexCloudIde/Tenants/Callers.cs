namespace CodexCloudIde.Tenants;

/// <summary>From a request or circuit to its <see cref="Caller"/>.</summary>
public static class Callers
{
    /// <summary>The caller of an authenticated request; endpoints that reach this are behind the policy <c>tenant</c>.</summary>
    public static Caller GetCaller(this HttpContext context) => Of(context?.User);

    /// <summary>The caller of a principal (hub connection, Blazor circuit).</summary>
    public static Caller Of(System.Security.Claims.ClaimsPrincipal? principal) => throw new NotSupportedException($"{principal}");
}
