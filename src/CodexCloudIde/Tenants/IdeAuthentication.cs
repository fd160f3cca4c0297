using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace CodexCloudIde.Tenants;

/// <summary>
/// Bearer tokens: the Authorization header, or the <c>access_token</c> query of a hub's WebSocket, which cannot send headers from a browser. For programs: pages and
/// their forms know only the browser's session, which a token with few scopes must not become.
/// </summary>
internal sealed class BearerAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, Credentials credentials)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Name = "bearer";

    private static readonly PathString[] Programs = ["/api", "/v1", "/hubs", "/mcp"];

    public static string? SecretOf(HttpRequest request)
    {
        if (!Programs.Any(path => request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase))) return null;
        var header = request.Headers.Authorization.ToString();
        if (header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return header["Bearer ".Length..].Trim();
        return request.Path.StartsWithSegments("/hubs") && request.Query["access_token"].ToString() is { Length: > 0 } query ? query : null;
    }

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (SecretOf(Request) is not { } secret) return AuthenticateResult.NoResult();
        return await credentials.FindTokenAsync(secret, Context.RequestAborted) is { } grant
            ? AuthenticateResult.Success(new AuthenticationTicket(Callers.Principal(grant, Name), Name))
            : AuthenticateResult.Fail("Unknown, expired or revoked.");
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = "Bearer";
        return Task.CompletedTask;
    }
}
