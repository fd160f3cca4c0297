using CodexCloudIde.Api;
using CodexCloudIde.Documents.Files;
using CodexCloudIde.Documents.History;
using CodexCloudIde.Documents.Journal;
using CodexCloudIde.Documents.Presence;
using CodexCloudIde.Storage;
using CodexCloudIde.Workspaces;
using MessagePack;
using MessagePack.Resolvers;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Options;

namespace CodexCloudIde.Documents;

internal static class DocumentsSetup
{
    /// <summary>Before the cluster: the journal starts before the silo and ends after it, so that closing documents can still write.</summary>
    public static void AddDocuments(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<DocumentOptions>().BindConfiguration("Ide:Documents").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(StoreOf);
        services.AddSingleton<DocumentJournal>();
        services.AddHostedService(provider => provider.GetRequiredService<DocumentJournal>());
        services.AddSingleton<SaveTurns>();
        services.AddSingleton<DocumentCalls>();
        services.AddSingleton(provider => new OpenDocuments(
            provider.GetRequiredService<DocumentCalls>(), provider.GetRequiredService<WorkspaceFolder>(), provider.GetRequiredService<IOptions<DocumentOptions>>()));
        services.AddSingleton<DocumentFeeds>();
        services.AddHostedService(provider => provider.GetRequiredService<DocumentFeeds>());
        services.AddSingleton<TenantRates>();
        services.AddSingleton<DocumentAudience>();
        services.AddSingleton<HubLifetimeManager<DocumentHub>>(provider => provider.GetRequiredService<DocumentAudience>());
        services.AddSignalR()
            .AddMessagePackProtocol(protocol => protocol.SerializerOptions = MessagePackSerializerOptions.Standard
                .WithResolver(CompositeResolver.Create([new OperationFormatter()], [StandardResolver.Instance]))
                .WithSecurity(MessagePackSecurity.UntrustedData))
            .AddHubOptions<DocumentHub>(hub =>
            {
                // What waits for the disk together costs it once: so many edits of one connection become durable at a time, and another document's need not wait behind them.
                hub.MaximumParallelInvocationsPerClient = 256;
                hub.StatefulReconnectBufferSize = 0;
            });
        // Refused by the protocol before it comes to this, which would close the connection.
        services.AddOptions<HubOptions<DocumentHub>>().Configure<IOptions<DocumentOptions>>((hub, documents) => hub.MaximumReceiveMessageSize = documents.Value.LargestMessage + (64 * 1024));
        // The last of a name is the one that is used.
        services.AddSingleton(provider => Bounded(new JsonHubProtocol(provider.GetRequiredService<IOptions<JsonHubProtocolOptions>>()), provider.GetRequiredService<IOptions<DocumentOptions>>().Value));
        services.AddSingleton(provider => Bounded(new MessagePackHubProtocol(provider.GetRequiredService<IOptions<MessagePackHubProtocolOptions>>()), provider.GetRequiredService<IOptions<DocumentOptions>>().Value));
    }

    private static IHubProtocol Bounded(IHubProtocol inner, DocumentOptions options) =>
        new BoundedHubProtocol(inner, options.LargestMessage, target => target == nameof(DocumentHub.Submit) ? [SubmitRequest.TooLarge] : null);

    public static void MapDocuments(this IEndpointRouteBuilder routes)
    {
        routes.MapHub<DocumentHub>("/hubs/documents").RequireAuthorization("tenant");
        routes.MapHistory();
        routes.MapPresence();
    }

    private static IJournalStore StoreOf(IServiceProvider services)
    {
        var storage = services.GetRequiredService<IOptions<StorageOptions>>().Value;
        if (storage.Database.Length > 0) return new PostgresJournalStore(storage.Database);
        var options = services.GetRequiredService<IOptions<DocumentOptions>>().Value;
        var folder = options.JournalFolder.Length > 0 ? options.JournalFolder : services.GetRequiredService<DataDirectory>().Of("journal");
        return new SqliteJournalStore(Path.Combine(folder, "documents.db"), mostBytes: (long)options.JournalMegabytes << 20);
    }
}
