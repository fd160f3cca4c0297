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
            Challenge(provider.Value, Forms.Local((await context.Request.ReadFormAsync(cancellationToken))["next"]), null)).RequireRateLimiting(SignInEndpoints.RateLimit);
        routes.MapForm("/account/link", (HttpContext context, IOptions<ProviderOptions> provider) => Challenge(provider.Value, "/account", context.GetCaller().User))
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

    private static IResult Challenge(ProviderOptions provider, string next, UserId? link)
    {
        if (!provider.IsOn) return Results.NotFound();
        var properties = new AuthenticationProperties { RedirectUri = "/sign-in/provider/done" };
        properties.Items[NextItem] = next;
        properties.Items[LinkItem] = link?.ToString();
        return Results.Challenge(properties, [Scheme]);
    }

    private static async Task<IResult> DoneAsync(HttpContext context, IOptions<ProviderOptions> provider, ProviderSignIn identities, SignIn signIn, CancellationToken cancellationToken)
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
        if (!account.Succeeded) return Refused(account.Refusal!.Detail);
        if (link is null && await signIn.EnterAsync(context, account.Value, null, "openid", cancellationToken) is { } refusal) return Refused(refusal.Detail);
        return Results.LocalRedirect(Forms.Local(items.TryGetValue(NextItem, out var next) ? next : null));
    }

    private static IResult Refused(string text) =>
        Forms.Page<MessagePage>(new { Title = "Not signed in", Text = text, Link = "/sign-in", LinkText = "Sign in" }, StatusCodes.Status403Forbidden);
}
