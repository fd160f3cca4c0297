using CodexCloudIde.Audit;
using CodexCloudIde.Tenants.Pages;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace CodexCloudIde.Tenants;

/// <summary>
/// Signing in by an OpenID Connect provider: code flow with PKCE. The provider's identity rests in a cookie of five minutes between its answer and
/// <c>/sign-in/provider/done</c>, where it becomes a session like any other.
/// </summary>
internal static class ProviderEndpoints
{
    private const string Scheme = "provider";
    private const string Between = "provider-identity";
    private const string LinkItem = "link";
    private const string NextItem = "next";

    public static void AddProvider(this AuthenticationBuilder authentication, IConfiguration configuration)
    {
        if (string.IsNullOrEmpty(configuration["Ide:OpenIdConnect:Authority"])) return;
        authentication.AddCookie(Between, options =>
        {
            options.Cookie.Name = "codex-provider";
            options.Cookie.SameSite = SameSiteMode.Lax;
            options.ExpireTimeSpan = TimeSpan.FromMinutes(5);
        });
        authentication.AddOpenIdConnect(Scheme, _ => { });
        authentication.Services.AddOptions<OpenIdConnectOptions>(Scheme).Configure<IOptions<ProviderOptions>>((options, provider) => Configure(options, provider.Value));
    }

    public static void MapProvider(this IEndpointRouteBuilder routes)
    {
        routes.MapForm("/sign-in/provider", async (HttpContext context, IOptions<ProviderOptions> provider, CancellationToken cancellationToken) =>
            await ChallengeAsync(context, provider.Value, Forms.Local((await context.Request.ReadFormAsync(cancellationToken))["next"]), null)).RequireRateLimiting(SignInEndpoints.RateLimit);
        routes.MapForm("/account/link", (HttpContext context, IOptions<ProviderOptions> provider) => ChallengeAsync(context, provider.Value, "/account", context.GetCaller().User))
            .RequireAuthorization(TenantPolicy.Tenant);
        routes.MapPage("/sign-in/provider/done", DoneAsync);
        routes.MapPage("/sign-in/provider/failed", () => Refused("The provider did not sign you in. Try again; if it happens again, ask its operator."));
    }

    private static void Configure(OpenIdConnectOptions options, ProviderOptions provider)
    {
        options.Authority = provider.Authority;
        options.ClientId = provider.ClientId;
        options.ClientSecret = provider.ClientSecret.Length > 0 ? provider.ClientSecret : null;
        options.RequireHttpsMetadata = provider.RequireHttps;
        options.SignInScheme = Between;
        options.CallbackPath = "/sign-in/provider/callback";
        options.ResponseType = OpenIdConnectResponseType.Code;
        options.ResponseMode = OpenIdConnectResponseMode.Query;
        options.UsePkce = true;
        options.MapInboundClaims = false;
        options.GetClaimsFromUserInfoEndpoint = true;
        options.ClaimActions.MapAll();
        options.SaveTokens = false;
        options.Scope.Add("email");
        if (provider.Scope.Length > 0) options.Scope.Add(provider.Scope);
        options.CorrelationCookie.SameSite = SameSiteMode.Lax;
        options.CorrelationCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.NonceCookie.SameSite = SameSiteMode.Lax;
        options.NonceCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.Events.OnRemoteFailure = context =>
        {
            context.Response.Redirect("/sign-in/provider/failed");
            context.HandleResponse();
            return Task.CompletedTask;
        };
    }

    private static async Task<IResult> ChallengeAsync(HttpContext context, ProviderOptions provider, string next, UserId? link)
    {
        if (!provider.IsOn) return Results.NotFound();
        var properties = new AuthenticationProperties { RedirectUri = "/sign-in/provider/done" };
        properties.Items[NextItem] = next;
        properties.Items[LinkItem] = link?.ToString();
        try
        {
            await context.ChallengeAsync(Scheme, properties);
            return Results.Empty;
        }
        catch (Exception exception) when (exception is InvalidOperationException or HttpRequestException)
        {
            // Its configuration document cannot be read.
            return Refused("The sign-in provider does not answer at the moment. Try again; if it stays so, ask its operator.", StatusCodes.Status502BadGateway);
        }
    }

    private static async Task<IResult> DoneAsync(HttpContext context, IOptions<ProviderOptions> provider, ProviderSignIn identities, SignIn signIn, AuditLog audit, CancellationToken cancellationToken)
    {
        if (!provider.Value.IsOn) return Results.NotFound();
        var found = await context.AuthenticateAsync(Between);
        if (!found.Succeeded) return Refused("That took too long. Start again.");
        await context.SignOutAsync(Between);
        var items = found.Properties.Items;
        UserId? link = UserId.TryParse(items.TryGetValue(LinkItem, out var asked) ? asked : null, null, out var user) ? user : null;
        // Linking was begun by somebody signed in; only that same person ends it.
        if (link is not null && Callers.OrNull(context.User)?.User != link) return Refused("Sign in first, then link on the account page.");
        var account = await identities.ResolveAsync(found.Principal, link, cancellationToken);
        if (!account.Succeeded)
        {
            await audit.AppendAsync(
                new AuditRecord(null, new Actor("unknown", "Unknown", "user"), "signin.failed", "user/unknown", "denied", new() { ["method"] = "openid", ["reason"] = account.Refusal!.Type }),
                cancellationToken);
            return Refused(account.Refusal!.Detail);
        }

        if (link is null && await signIn.EnterAsync(context, account.Value, null, "openid", cancellationToken) is { } refusal) return Refused(refusal.Detail);
        return Results.LocalRedirect(Forms.Local(items.TryGetValue(NextItem, out var next) ? next : null));
    }

    private static IResult Refused(string text, int status = StatusCodes.Status403Forbidden) =>
        Forms.Page<MessagePage>(new { Title = "Not signed in", Text = text, Link = "/sign-in", LinkText = "Sign in" }, status);
}
