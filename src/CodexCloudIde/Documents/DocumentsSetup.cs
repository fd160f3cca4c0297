using CodexCloudIde.Documents.Files;
using CodexCloudIde.Documents.History;
using CodexCloudIde.Documents.Journal;
using CodexCloudIde.Storage;
using CodexCloudIde.Workspaces;
using MessagePack;
using MessagePack.Resolvers;
using Microsoft.AspNetCore.SignalR;
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
        // What a feed tells goes to connections of this process only, also in a cluster: no backplane in between.
        services.AddSingleton<HubLifetimeManager<DocumentHub>, DefaultHubLifetimeManager<DocumentHub>>();
        services.AddSignalR()
            .AddMessagePackProtocol(protocol => protocol.SerializerOptions = MessagePackSerializerOptions.Standard
                .WithResolver(CompositeResolver.Create([new OperationFormatter()], [StandardResolver.Instance]))
                .WithSecurity(MessagePackSecurity.UntrustedData))
            .AddHubOptions<DocumentHub>(hub =>
            {
                // Above the largest operation in UTF-8, so that it is refused by a code and not by closing the connection.
                hub.MaximumReceiveMessageSize = 16 * 1024 * 1024;
                // One document's edits wait for the disk; another's need not wait behind them.
                hub.MaximumParallelInvocationsPerClient = 16;
                hub.StatefulReconnectBufferSize = 0;
            });
    }

    public static void MapDocuments(this IEndpointRouteBuilder routes)
    {
        routes.MapHub<DocumentHub>("/hubs/documents").RequireAuthorization("tenant");
        routes.MapHistory();
    }

    private static IJournalStore StoreOf(IServiceProvider services)
    {
        var storage = services.GetRequiredService<IOptions<StorageOptions>>().Value;
        if (storage.Database.Length > 0) return new PostgresJournalStore(storage.Database);
        var folder = services.GetRequiredService<IOptions<DocumentOptions>>().Value.JournalFolder;
        return new SqliteJournalStore(Path.Combine(folder.Length > 0 ? folder : services.GetRequiredService<DataDirectory>().Of("journal"), "documents.db"));
    }
}
