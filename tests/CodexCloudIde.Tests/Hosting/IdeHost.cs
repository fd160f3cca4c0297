using System.Net.Http.Headers;
using CodexCloudIde.Tenants;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace CodexCloudIde.Tests.Hosting;

/// <summary>
/// The real product in this process: real Kestrel on a free loopback port, a data directory of its own, an owner with a token, and a second tenant
/// with an owner and token of its own. As a fixture: <c>IClassFixture&lt;IdeHost&gt;</c>; by hand: <c>await using var host = await IdeHost.StartAsync("--Ide:X=y")</c>.
/// </summary>
public sealed class IdeHost : IAsyncLifetime
{
    public const string OwnerEmail = "owner@example.com";
    public const string OwnerPassword = "correct horse battery";
    public const string OwnerToken = "bootstrap-token-of-the-first-owner";

    private readonly string[] arguments;
    private readonly TempFolder data = new();
    private WebApplication? app;

    public IdeHost()
        : this([])
    {
    }

    private IdeHost(string[] arguments) => this.arguments = arguments;

    public Uri Address { get; private set; } = null!;

    /// <summary>The data directory.</summary>
    public string Data => data.Path;

    public IServiceProvider Services => app!.Services;

    /// <summary>With the first owner's bearer token.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>With the token of the other tenant's owner.</summary>
    public HttpClient OtherClient { get; private set; } = null!;

    public string OtherToken { get; private set; } = null!;

    /// <summary>The first owner as the product sees him.</summary>
    public Caller Owner { get; private set; } = null!;

    /// <summary>The owner of the other tenant.</summary>
    public Caller Other { get; private set; } = null!;

    public static async Task<IdeHost> StartAsync(params string[] arguments)
    {
        var host = new IdeHost(arguments);
        await host.InitializeAsync();
        return host;
    }

    /// <summary>What a test starts the product with, in this process or another.</summary>
    internal static string[] Arguments(string data, IEnumerable<string> further) =>
    [
        "--urls=http://127.0.0.1:0", $"--Ide:DataDirectory={data}", $"--Ide:Bootstrap:OwnerEmail={OwnerEmail}", $"--Ide:Bootstrap:OwnerPassword={OwnerPassword}",
        $"--Ide:Bootstrap:Token={OwnerToken}", "--Logging:LogLevel:Default=Warning", .. further,
    ];

    /// <summary>The folder of the product's project: content root of the product under test.</summary>
    internal static string ContentRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var project = Path.Combine(folder.FullName, "src", "CodexCloudIde");
            if (File.Exists(Path.Combine(project, "CodexCloudIde.csproj"))) return project;
        }

        throw new DirectoryNotFoundException("The tests are not below the repository.");
    }

    public async ValueTask InitializeAsync()
    {
        app = Program.Build(new WebApplicationOptions
        {
            Args = Arguments(data.Path, arguments),
            ApplicationName = "CodexCloudIde",
            ContentRootPath = ContentRoot(),
            EnvironmentName = "Development",
        });
        await app.StartAsync();
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Client = ClientOf(OwnerToken);
        Owner = await CallerOfAsync(OwnerToken);
        (OtherToken, Other) = await AddTenantAsync("Elsewhere", "other@example.com");
        OtherClient = ClientOf(OtherToken);
    }

    /// <summary>A client with a bearer token, or without any.</summary>
    public HttpClient ClientOf(string? token)
    {
        var client = new HttpClient { BaseAddress = Address, Timeout = Timeout.InfiniteTimeSpan };
        if (token is not null) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>A SignalR client of <c>/hubs/…</c>; the caller starts and disposes it.</summary>
    public HubConnection Hub(string path, string token = OwnerToken) => new HubConnectionBuilder()
        .WithUrl(new Uri(Address, path), options => options.AccessTokenProvider = () => Task.FromResult<string?>(token)).Build();

    /// <summary>A further tenant with an owner of its own.</summary>
    public async Task<(string Token, Caller Caller)> AddTenantAsync(string name, string ownerEmail)
    {
        var user = await AddAccountAsync(ownerEmail);
        var tenant = await Services.GetRequiredService<Memberships>().CreateTenantAsync(name, user, CancellationToken.None);
        return await AddTokenAsync(tenant.Id, user);
    }

    /// <summary>A further member of the first tenant.</summary>
    public async Task<(string Token, Caller Caller)> AddMemberAsync(string email, Role role)
    {
        var user = await AddAccountAsync(email);
        Assert.Null(await Services.GetRequiredService<Memberships>().SetAsync(Owner.Tenant, user, role, CancellationToken.None));
        return await AddTokenAsync(Owner.Tenant, user);
    }

    /// <summary>A token of the account in the tenant, with every scope unless told.</summary>
    public async Task<(string Token, Caller Caller)> AddTokenAsync(TenantId tenant, UserId user, params string[] scopes)
    {
        var made = await Services.GetRequiredService<AccessTokens>().CreateAsync(
            tenant, user, Actor.System, "test", scopes.Length > 0 ? scopes : Scopes.All, TimeProvider.System.GetUtcNow().AddDays(1), CancellationToken.None);
        return (made.Value.Secret, await CallerOfAsync(made.Value.Secret));
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        OtherClient?.Dispose();
        if (app is not null)
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }

        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        data.Dispose();
    }

    private async Task<UserId> AddAccountAsync(string email)
    {
        await using var scope = Services.CreateAsyncScope();
        var made = await scope.ServiceProvider.GetRequiredService<Accounts>().CreateAsync(email, OwnerPassword, null, isOperator: false);
        Assert.True(made.Succeeded, made.Refusal?.Detail);
        return made.Value.UserId;
    }

    private async Task<Caller> CallerOfAsync(string token) =>
        (await Services.GetRequiredService<Credentials>().FindTokenAsync(token, CancellationToken.None))!.Caller;
}
