using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.SignalR.Client;

namespace CodexCloudIde.Benchmarks;

/// <summary>The product as it is shipped, published as <c>infra/run.sh</c> does it, as a process of its own on a fresh data directory.</summary>
internal sealed class Product : IAsyncDisposable
{
    public const string Email = "owner@example.com";
    public const string Password = "a benchmark's own passphrase";
    private const string Token = "benchmark-owner-token";
    private readonly Process process;
    private readonly string data;
    private readonly bool ownsData;

    private Product(Process process, string program, string data, bool ownsData, Uri address)
    {
        Program = program;
        this.ownsData = ownsData;
        this.process = process;
        this.data = data;
        Address = address;
        Client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(5) };
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    /// <summary>The folder of the published program.</summary>
    public string Program { get; }

    public Uri Address { get; }

    public HttpClient Client { get; }

    /// <summary>From the start of the process to its first 200 on /readyz.</summary>
    public TimeSpan StartTime { get; private set; }

    /// <summary>Resident set, MB.</summary>
    public double ResidentMegabytes
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64 / 1e6;
        }
    }

    public static Task<Product> StartAsync(CancellationToken cancellationToken) => StartAsync(null, [], cancellationToken);

    /// <summary>On a data directory that others use too, which stays; with further settings.</summary>
    public static async Task<Product> StartAsync(string? shared, IReadOnlyList<string> settings, CancellationToken cancellationToken)
    {
        var app = await PublishedAsync(cancellationToken);
        var data = shared ?? Directory.CreateTempSubdirectory("codex-benchmark-").FullName;
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = app, RedirectStandardOutput = true };
        string[] arguments =
        [
            Path.Combine(app, "CodexCloudIde.dll"), "--urls", address.ToString(), $"--Ide:DataDirectory={data}", $"--Ide:Bootstrap:OwnerEmail={Email}", $"--Ide:Bootstrap:OwnerPassword={Password}",
            $"--Ide:Bootstrap:Token={Token}", "--Logging:LogLevel:Default=Warning", .. settings,
        ];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        var began = Stopwatch.GetTimestamp();
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var product = new Product(process, app, data, shared is null, address);
        while (!await product.ReadyAsync(cancellationToken))
        {
            if (process.HasExited) throw new InvalidOperationException($"The product ended with {process.ExitCode}.");
            await Task.Delay(20, cancellationToken);
        }

        product.StartTime = Stopwatch.GetElapsedTime(began);
        return product;
    }

    /// <summary>Makes a workspace from a template; its id.</summary>
    public async Task<string> CreateWorkspaceAsync(string template, CancellationToken cancellationToken)
    {
        var made = await PostAsync("api/v1/workspaces", new { name = template, source = new { template } }, cancellationToken);
        return (string)made["id"]!;
    }

    public async Task<JsonNode> PostAsync(string path, object body, CancellationToken cancellationToken)
    {
        using var answer = await Client.PostAsJsonAsync(path, body, cancellationToken);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        return answer.IsSuccessStatusCode ? JsonNode.Parse(text)! : throw new HttpRequestException($"{path}: {(int)answer.StatusCode} {text}");
    }

    /// <summary>A connection to the documents hub; not started.</summary>
    public HubConnection Documents() =>
        new HubConnectionBuilder().WithUrl(new Uri(Address, "hubs/documents"), options => options.AccessTokenProvider = () => Task.FromResult<string?>(Token)).Build();

    /// <summary>SIGKILL, without warning.</summary>
    public void Kill() => process.Kill();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (process.HasExited)
        {
            process.Dispose();
            return;
        }

        using (var stop = Process.Start("kill", ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            await stop.WaitForExitAsync();
        }

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }

        process.Dispose();
        if (ownsData) Directory.Delete(data, recursive: true);
    }

    private async Task<bool> ReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await Client.GetAsync(new Uri("readyz", UriKind.Relative), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>The folder of the published program, brought up to date; costs nothing when it is.</summary>
    private static async Task<string> PublishedAsync(CancellationToken cancellationToken)
    {
        var root = Root();
        using var publish = Process.Start(new ProcessStartInfo("bash", ["-c", ". infra/requirements.sh; . infra/publish.sh; publish"]) { WorkingDirectory = root })!;
        await publish.WaitForExitAsync(cancellationToken);
        return publish.ExitCode == 0 ? Path.Combine(root, "artifacts", "app") : throw new InvalidOperationException("The product could not be published.");
    }

    /// <summary>The repository.</summary>
    public static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "infra", "publish.sh"))) return folder.FullName;
        }

        throw new DirectoryNotFoundException("The benchmarks are not below the repository.");
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
}
