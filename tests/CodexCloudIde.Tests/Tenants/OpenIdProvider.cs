using System.Security.Claims;
using CodexCloudIde.Tests.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace CodexCloudIde.Tests.Tenants;

/// <summary>Who stands before the provider.</summary>
internal sealed record Person(string Subject, string Email, bool EmailVerified, params string[] Groups);

/// <summary>A real OpenID Connect provider (OpenIddict's server) on a real Kestrel port: code flow, PKCE, a client with a secret. It asks no password.</summary>
internal sealed class OpenIdProvider : IAsyncDisposable
{
    public const string ClientId = "codex";
    public const string ClientSecret = "the client's secret";

    private readonly WebApplication app;

    private OpenIdProvider(WebApplication app, Uri address) => (this.app, Address) = (app, address);

    public Uri Address { get; }

    public Person Person { get; set; } = new("nobody", "nobody@example.com", false);

    public static async Task<OpenIdProvider> StartAsync()
    {
        var address = new Uri($"http://127.0.0.1:{FreePorts.Take()}/");
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [$"--urls={address}"], ApplicationName = "Provider" });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        OpenIdProvider? provider = null;
        builder.Services.AddOpenIddict().AddServer(options =>
        {
            options.SetIssuer(address).SetAuthorizationEndpointUris("authorize").SetTokenEndpointUris("token");
            options.AllowAuthorizationCodeFlow().RequireProofKeyForCodeExchange().RegisterScopes(Scopes.Profile, Scopes.Email);
            options.AddEphemeralEncryptionKey().AddEphemeralSigningKey();
            options.EnableDegradedMode().UseAspNetCore().DisableTransportSecurityRequirement();
            options.AddEventHandler<OpenIddictServerEvents.ValidateAuthorizationRequestContext>(handler => handler.UseInlineHandler(context =>
            {
                if (context.ClientId != ClientId || !context.RedirectUri!.EndsWith("/sign-in/provider/callback", StringComparison.Ordinal)) context.Reject(Errors.InvalidClient);
                return default;
            }));
            options.AddEventHandler<OpenIddictServerEvents.ValidateTokenRequestContext>(handler => handler.UseInlineHandler(context =>
            {
                if (context.ClientId != ClientId || context.ClientSecret != ClientSecret) context.Reject(Errors.InvalidClient);
                return default;
            }));
            options.AddEventHandler<OpenIddictServerEvents.HandleAuthorizationRequestContext>(handler => handler.UseInlineHandler(context =>
            {
                var principal = new ClaimsPrincipal(IdentityOf(provider!.Person));
                principal.SetScopes(context.Request.GetScopes());
                context.SignIn(principal);
                return default;
            }));
        });
        var app = builder.Build();
        app.UseAuthentication();
        provider = new OpenIdProvider(app, address);
        await app.StartAsync();
        return provider;
    }

    /// <summary>From now on nobody answers.</summary>
    public Task StopAsync() => app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }

    private static ClaimsIdentity IdentityOf(Person person)
    {
        var identity = new ClaimsIdentity("provider");
        identity.SetClaim(Claims.Subject, person.Subject).SetClaim(Claims.Email, person.Email).SetClaim(Claims.EmailVerified, person.EmailVerified)
            .SetClaim(Claims.Name, $"The person {person.Subject}");
        foreach (var group in person.Groups) identity.AddClaim(new Claim("groups", group));
        identity.SetDestinations(_ => [Destinations.IdentityToken]);
        return identity;
    }
}
