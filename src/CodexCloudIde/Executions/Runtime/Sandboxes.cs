using CodexCloudIde.Api;
using CodexCloudIde.Sandboxing;
using CodexCloudIde.Sandboxing.Oci;
using CodexCloudIde.Storage;
using CodexCloudIde.Tenants;
using Microsoft.Extensions.Options;

namespace CodexCloudIde.Executions.Runtime;

/// <summary>The host's one sandbox runtime: swept at start-up, warmed in the background, ended with the host.</summary>
internal sealed partial class Sandboxes : IHostedService, IReadinessCheck, IAsyncDisposable
{
    private readonly OciRuntime runtime;
    private readonly IOptions<SandboxSettings> settings;
    private readonly DataDirectory data;
    private readonly ILogger<Sandboxes> logger;
    private readonly FairTurns<TenantId> turns;
    private Task warming = Task.CompletedTask;
    private volatile Task preparing = Task.CompletedTask;
    private int prepared;

    public Sandboxes(IOptions<SandboxSettings> settings, DataDirectory data, ILogger<Sandboxes> logger, ILogger<OciRuntime> runtimeLogger)
    {
        this.settings = settings;
        this.data = data;
        this.logger = logger;
        turns = new FairTurns<TenantId>(settings.Value.Concurrency, settings.Value.MostOfOneTenant);
        var options = new SandboxOptions { DataDirectory = data.Path, PoolSize = settings.Value.PoolSize, StateDirectory = settings.Value.StateDirectory };
        if (settings.Value.RuntimeProgram is { Length: > 0 } program)
        {
            options.RuntimePrograms = [program];
        }

        runtime = new OciRuntime(options, runtimeLogger);
    }

    public string Name => "sandbox";

    public SandboxSettings Settings => settings.Value;

    public ISandboxRuntime Runtime => runtime;

    /// <summary>The package caches that are there now: one that an operator makes later is seen by the next sandbox.</summary>
    public IReadOnlyList<SandboxMount> Caches =>
    [
        .. PackageCaches.Points
            .Select(cache => new SandboxMount(settings.Value.Caches.GetValueOrDefault(cache.Key) ?? data.Of("caches", cache.Key), cache.Value))
            .Where(mount => Directory.Exists(mount.HostPath)),
    ];

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // In the background: a server without a runtime starts all the same, and says so.
        warming = Task.Run(LookAsync, CancellationToken.None);
        await Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(warming, preparing).WaitAsync(cancellationToken);

    /// <summary>Null when sandboxes can be made; otherwise the refusal that says what to install.</summary>
    public async Task<Refusal?> UnusableAsync(CancellationToken cancellationToken)
    {
        var probe = await ProbeAsync(cancellationToken);
        return probe.Usable ? null : new Refusal(503, "no-sandbox-runtime", $"Nothing can run here until a sandbox runtime works. {string.Join(' ', probe.Missing)}");
    }

    public async Task<SandboxProbe> ProbeAsync(CancellationToken cancellationToken)
    {
        if (settings.Value.Runtime == "docker")
        {
            return new SandboxProbe("none", false, "", [], new Dictionary<string, string>(), ["The docker runtime is not part of this version: set Ide:Sandbox:Runtime to auto or oci."]);
        }

        var probe = await runtime.ProbeAsync(cancellationToken);
        if (probe.Usable && Interlocked.Exchange(ref prepared, 1) == 0)
        {
            // At the start, or when what was missing has been installed meanwhile.
            preparing = Task.Run(PrepareAsync, CancellationToken.None);
        }

        return probe;
    }

    /// <summary>A turn to run, if none has to be waited for.</summary>
    public IDisposable? TryTakeTurn(TenantId tenant) => turns.TryTake(tenant);

    /// <summary>A turn to run: held while the sandbox lives. Tenants take turns; one that asks for many waits behind itself.</summary>
    public Task<IDisposable> TakeTurnAsync(TenantId tenant, CancellationToken cancellationToken) => turns.TakeAsync(tenant, cancellationToken);

    /// <summary>Null when the tenant may have one more wait for its turn.</summary>
    public Refusal? Crowded(TenantId tenant) => turns.Waiting(tenant) < settings.Value.MostWaiting
        ? null
        : new Refusal(429, "too-many-waiting", $"{settings.Value.MostWaiting} runs of this tenant wait for their turn already; wait for some of them to end.");

    public async Task<Readiness> CheckAsync(CancellationToken cancellationToken)
    {
        var probe = await ProbeAsync(cancellationToken);
        return probe.Usable
            ? new Readiness(Name, Readiness.Ready, $"{probe.Runtime} ({probe.Version}; workspace layers by {probe.Layers}); limits not held: {string.Join(", ", probe.MissingLimits.Keys.Order())}; terminals write to the workspace without a disk quota.")
            : new Readiness(Name, Readiness.Degraded, string.Join(' ', probe.Missing));
    }

    public async ValueTask DisposeAsync()
    {
        await warming;
        await preparing;
        await runtime.DisposeAsync();
    }

    private async Task LookAsync()
    {
        if (await UnusableAsync(CancellationToken.None) is { } refusal)
        {
            LogUnusable(refusal.Detail);
        }
    }

    private async Task PrepareAsync()
    {
        try
        {
            var removed = await runtime.SweepAsync(CancellationToken.None);
            if (removed > 0)
            {
                LogSwept(removed);
            }

            await runtime.WarmAsync();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            LogFailed(failure);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "No sandbox can be made here: {Detail}")]
    private partial void LogUnusable(string detail);

    [LoggerMessage(Level = LogLevel.Information, Message = "Removed {Count} sandboxes that a killed server had left")]
    private partial void LogSwept(int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "Sandboxes could not be prepared")]
    private partial void LogFailed(Exception failure);
}
