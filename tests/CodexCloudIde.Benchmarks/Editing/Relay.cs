using System.Collections.Concurrent;
using System.Net;
using CodexCloudIde.Documents;
using CodexCloudIde.Text;
using MessagePack;
using MessagePack.Resolvers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;

namespace CodexCloudIde.Benchmarks.Editing;

/// <summary>What hub and grain cost by themselves: takes a message, numbers it in a grain, answers, and sends it to everybody. No text, no rights, no journal or the barest one.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly WebApplication app;

    private Relay(WebApplication app) => this.app = app;

    public Uri Hub => new(new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()), "hub");

    /// <param name="log">Null: nothing is durable.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<Relay> StartAsync(RelayLog? log, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateBuilder(["--urls=http://127.0.0.1:0"]);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        var port = Product.FreePort();
        builder.UseOrleans(silo => silo.UseLocalhostClustering(port, gatewayPort: 0, primarySiloEndpoint: new IPEndPoint(IPAddress.Loopback, port)));
        builder.Services.AddSingleton<RelayEar>();
        builder.Services.AddSingleton(new RelayDurability(log));
        builder.Services.AddSignalR(options => options.MaximumParallelInvocationsPerClient = 256).AddMessagePackProtocol(protocol => protocol.SerializerOptions = MessagePackSerializerOptions.Standard
            .WithResolver(CompositeResolver.Create([new OperationFormatter()], [StandardResolver.Instance])));
        var app = builder.Build();
        app.MapHub<RelayHub>("/hub");
        await app.StartAsync(cancellationToken);
        return new Relay(app);
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }
}

internal sealed class RelayHub(IGrainFactory grains, RelayEar ear) : Hub
{
    public async Task<OpenResponse> Open(OpenRequest request)
    {
        ear.Connections.AddOrUpdate(request.Path!, _ => [Context.ConnectionId], (_, known) => [.. known, Context.ConnectionId]);
        await grains.GetGrain<IRelayGrain>(request.Path!).WatchAsync(ear.Reference ??= grains.CreateObjectReference<IRelayEar>(ear));
        return new OpenResponse(request.Path, 0, "", null, null, null);
    }

    public async Task<SubmitResponse> Submit(SubmitRequest request)
    {
        var revision = await grains.GetGrain<IRelayGrain>(request.DocumentId!).SubmitAsync(new RelayedEdit(request.DocumentId!, request.ClientId!, request.ClientSequence, request.Operation.Operation));
        return new SubmitResponse(revision, request.Operation.Operation);
    }
}

[GenerateSerializer, Immutable]
internal sealed record RelayedEdit([property: Id(0)] string DocumentId, [property: Id(1)] string ClientId, [property: Id(2)] long Sequence, [property: Id(3)] TextOperation Operation);

internal interface IRelayGrain : IGrainWithStringKey
{
    Task WatchAsync(IRelayEar ear);

    Task<long> SubmitAsync(RelayedEdit edit);
}

internal interface IRelayEar : IGrainObserver
{
    [OneWay]
    Task EditedAsync(long revision, RelayedEdit edit);
}

/// <summary>Null: nothing is durable.</summary>
internal sealed record RelayDurability(RelayLog? Log);

[Reentrant]
internal sealed class RelayGrain(RelayDurability durability) : Grain, IRelayGrain
{
    private IRelayEar? watcher;
    private long revision;

    public Task WatchAsync(IRelayEar ear)
    {
        watcher = ear;
        return Task.CompletedTask;
    }

    public async Task<long> SubmitAsync(RelayedEdit edit)
    {
        var mine = ++revision;
        if (durability.Log is { } log) await log.AppendAsync(mine, edit);
        _ = watcher?.EditedAsync(mine, edit);
        return mine;
    }
}

internal sealed class RelayEar(IHubContext<RelayHub> hub) : IRelayEar
{
    private static readonly ActorMessage Actor = new("benchmark", "Benchmark", "user");

    public IRelayEar? Reference { get; set; }

    /// <summary>By document.</summary>
    public ConcurrentDictionary<string, string[]> Connections { get; } = new(StringComparer.Ordinal);

    public Task EditedAsync(long revision, RelayedEdit edit)
    {
        var message = new EditedMessage(edit.DocumentId, revision, edit.ClientId, edit.Sequence, Actor, edit.Operation);
        // Encoded once for all of them.
        _ = hub.Clients.Clients(Connections[edit.DocumentId]).SendAsync("Edited", message);
        return Task.CompletedTask;
    }
}
