using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.RateLimiting;

namespace CodexCloudIde.Tenants;

internal static class TenantsSetup
{
    private const string Choose = "ide";

    public static void AddTenants(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<BootstrapOptions>().BindConfiguration("Ide:Bootstrap");
        services.AddSingleton(provider => new AccessWatch(provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<Credentials>().AddSingleton<Revocations>().AddSingleton<Memberships>().AddSingleton<AccessTokens>().AddSingleton<Sessions>();
        services.AddOptions<ProviderOptions>().BindConfiguration("Ide:OpenIdConnect")
            .Validate(options => options.IsSound, "Ide:OpenIdConnect needs a ClientId and an Authority that is an https address (http only with RequireHttps=false).").ValidateOnStart();
        services.AddSingleton<SetUpCode>().AddSingleton<Invitations>();
        services.AddScoped<Accounts>().AddScoped<SignIn>().AddScoped<ProviderSignIn>().AddScoped<MemberChanges>();
        services.AddRazorComponents();
        services.AddAntiforgery();
        services.AddRateLimiter(LimitSignIn);
        services.AddIdentityCore<Account>(Configure).AddUserStore<AccountStore>();
        services.AddHostedService<Bootstrap>();
        services.AddHostedService<RevocationFeed>();
        services.AddAuthentication(Choose)
            .AddPolicyScheme(Choose, null, options => options.ForwardDefaultSelector = context =>
                BearerAuthentication.SecretOf(context.Request) is null ? SessionCookie.Scheme : BearerAuthentication.Name)
            .AddScheme<AuthenticationSchemeOptions, BearerAuthentication>(BearerAuthentication.Name, null)
            .AddCookie(SessionCookie.Scheme, SessionCookie.Configure)
            .AddProvider(builder.Configuration);
        services.AddAuthorization(TenantPolicy.AddTo);
    }

    /// <summary>Who is it, may the browser send this, is it allowed.</summary>
    public static void UseTenants(this IApplicationBuilder app)
    {
        app.UseAuthentication();
        app.UseMiddleware<SameOrigin>();
        app.UseMiddleware<CircuitAccess>();
        app.UseAuthorization();
        app.UseAntiforgery();
        app.UseRateLimiter();
    }

    public static void MapTenants(this IEndpointRouteBuilder routes)
    {
        routes.MapSignIn();
        routes.MapProvider();
        routes.MapAccount();
        routes.MapTokens();
        routes.MapMembers();
        routes.MapOperators();
    }

    // Guessing is slowed per address here, and per account by Identity's lockout.
    private static void LimitSignIn(RateLimiterOptions options)
    {
        options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        options.AddPolicy(SignInEndpoints.RateLimit, context => RateLimitPartition.GetFixedWindowLimiter(
            context.Connection.RemoteIpAddress?.ToString() ?? "",
            _ => new FixedWindowRateLimiterOptions { PermitLimit = 30, Window = TimeSpan.FromMinutes(1) }));
    }

    private static void Configure(IdentityOptions options)
    {
        // Length is what counts; composition rules only make people write passwords down.
        options.Password.RequiredLength = 10;
        options.Password.RequiredUniqueChars = 4;
        options.Password.RequireDigit = false;
        options.Password.RequireLowercase = false;
        options.Password.RequireUppercase = false;
        options.Password.RequireNonAlphanumeric = false;
        options.User.RequireUniqueEmail = true;
        options.User.AllowedUserNameCharacters = "";
        options.Lockout.MaxFailedAccessAttempts = 8;
        options.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(5);
        options.Stores.SchemaVersion = IdentitySchemaVersions.Version3;
    }
}
