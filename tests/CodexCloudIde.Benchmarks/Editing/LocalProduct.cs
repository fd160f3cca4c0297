using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CodexCloudIde.Documents;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;
using MessagePack;
using MessagePack.Resolvers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace CodexCloudIde.Benchmarks.Editing;

/// <summary>The product inside this process, so that its grains can be called: on a fresh data directory, with a workspace.</summary>
internal sealed class LocalProduct : IAsyncDisposable
{
    private const string Token = "benchmark-owner-token";
    private readonly WebApplication app;
    private readonly string data;
    private readonly Uri address;

    private LocalProduct(WebApplication app, string data)
    {
        this.app = app;
        this.data = data;
        address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Client = new HttpClient { BaseAddress = address };
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    public HttpClient Client { get; }

    public WorkspaceRef Workspace { get; private set; } = null!;

    public Actor Actor { get; } = new("benchmark", "Benchmark", "user");

    public string JournalFolder => Path.Combine(data, "journal");

    public static async Task<LocalProduct> StartAsync(CancellationToken cancellationToken)
    {
        var data = Directory.CreateTempSubdirectory("codex-benchmark-").FullName;
        var app = CodexCloudIde.Program.Build(new WebApplicationOptions
        {
            Args =
            [
                "--urls=http://127.0.0.1:0", $"--Ide:DataDirectory={data}", $"--Ide:Bootstrap:OwnerEmail={Product.Email}", $"--Ide:Bootstrap:OwnerPassword={Product.Password}",
                $"--Ide:Bootstrap:Token={Token}", "--Logging:LogLevel:Default=Warning", "--Ide:Sandbox:PoolSize=0",
                // What is measured is not to be held back: these bounds are for people.
                "--Ide:Documents:OperationsPerSecond=1000000", "--Ide:Documents:TenantOperationsPerSecond=10000000", "--Ide:Documents:OpenDocuments=10000", "--Ide:Documents:UnitsPerSecond=2000000000", "--Ide:Documents:TenantUnitsPerSecond=2000000000",
            ],
            ApplicationName = "CodexCloudIde",
            ContentRootPath = Path.Combine(Product.Root(), "src", "CodexCloudIde"),
        });
        await app.StartAsync(cancellationToken);
        var product = new LocalProduct(app, data);
        using var made = await product.Client.PostAsJsonAsync("api/v1/workspaces", new { name = "editing", source = new { template = "empty" } }, cancellationToken);
        made.EnsureSuccessStatusCode();
        var workspace = WorkspaceId.Parse((string)(await made.Content.ReadFromJsonAsync<JsonNode>(cancellationToken))!["id"]!);
        var grant = await app.Services.GetRequiredService<Credentials>().FindTokenAsync(Token, cancellationToken);
        product.Workspace = new WorkspaceRef(grant!.Caller.Tenant, workspace);
        return product;
    }

    public IDocumentGrain Document(string path) => app.Services.GetRequiredService<IGrainFactory>().GetGrain<IDocumentGrain>(new DocumentKey(Workspace, path).ToString());

    /// <summary>Makes a file; straight on the disk, as a program would.</summary>
    public Task WriteAsync(string path, string text, CancellationToken cancellationToken) =>
        File.WriteAllTextAsync(Path.Combine(app.Services.GetRequiredService<WorkspaceFolder>().RootOf(Workspace), path), text, cancellationToken);

    public Task<string> ReadAsync(string path, CancellationToken cancellationToken) =>
        Client.GetStringAsync(new Uri($"api/v1/workspaces/{Workspace.Workspace}/files/{path}", UriKind.Relative), cancellationToken);

    /// <summary>A connection to the documents hub as browsers have it; not started.</summary>
    public HubConnection Hub() => Connect(new Uri(address, "hubs/documents"));

    public LeanConnection LeanHub() => LeanConnection.Open(new Uri(address, "hubs/documents"), Token);

    public static HubConnection Connect(Uri hub) => new HubConnectionBuilder()
        .WithUrl(hub, options =>
        {
            options.AccessTokenProvider = () => Task.FromResult<string?>(Token);
            options.SkipNegotiation = true;
            options.Transports = Microsoft.AspNetCore.Http.Connections.HttpTransportType.WebSockets;
        })
        .AddMessagePackProtocol(protocol => protocol.SerializerOptions = MessagePackSerializerOptions.Standard
            .WithResolver(CompositeResolver.Create([new OperationFormatter()], [StandardResolver.Instance])))
        .Build();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(data, recursive: true);
    }
}
