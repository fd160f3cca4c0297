using System.Security.Claims;
using CodexCloudIde.Api;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace CodexCloudIde.Tenants;

/// <summary>The browser's cookie names a session; what it may do is looked up on each request, so rights are never older than a few seconds.</summary>
internal static class SessionCookie
{
    public const string Scheme = "session";
    private const string SessionClaim = "session";

    public static Task SignInAsync(HttpContext context, BrowserSession session) => context.SignInAsync(
        Scheme,
        new ClaimsPrincipal(new ClaimsIdentity([new Claim(SessionClaim, session.Id.ToString("N"))], Scheme)),
        new AuthenticationProperties { IsPersistent = true, ExpiresUtc = session.ExpiresAt });

    public static void Configure(CookieAuthenticationOptions options)
    {
        options.Cookie.Name = "codex-session";
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Lax;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.SlidingExpiration = false;
        options.ExpireTimeSpan = Sessions.Lifetime;
        options.LoginPath = "/sign-in";
        options.ReturnUrlParameter = "next";
        options.Events.OnValidatePrincipal = ValidateAsync;
        options.Events.OnRedirectToLogin = context => AnswerAsync(context, StatusCodes.Status401Unauthorized);
        options.Events.OnRedirectToAccessDenied = context => AnswerAsync(context, StatusCodes.Status403Forbidden);
    }

    private static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var credentials = context.HttpContext.RequestServices.GetRequiredService<Credentials>();
        if (Guid.TryParseExact(context.Principal?.FindFirstValue(SessionClaim), "N", out var id)
            && await credentials.FindSessionAsync(id, context.HttpContext.RequestAborted) is { } grant)
        {
            context.ReplacePrincipal(Callers.Principal(grant, Scheme));
            return;
        }

        context.RejectPrincipal();
    }

    private static Task AnswerAsync(RedirectContext<CookieAuthenticationOptions> context, int status)
    {
        if (ProblemPages.IsApi(context.HttpContext) || status == StatusCodes.Status403Forbidden)
            context.Response.StatusCode = status;
        else
            context.Response.Redirect(context.RedirectUri);
        return Task.CompletedTask;
    }
}
