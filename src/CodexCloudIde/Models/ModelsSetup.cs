using CodexCloudIde.Inference;
using CodexCloudIde.Repair.Chat;
using Microsoft.Extensions.AI;

namespace CodexCloudIde.Models;

/// <summary>Models: the catalogue, the scheduler behind it, the OpenAI-compatible gateway in front of it.</summary>
internal static class ModelsSetup
{
    public const string HttpClientName = "models";

    /// <summary>Key of the client that needs no endpoint.</summary>
    public const string Offline = "offline";

    public static void AddModels(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddHttpClient(HttpClientName, client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                ConnectTimeout = TimeSpan.FromSeconds(5),
                AllowAutoRedirect = false,
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            });
        services.AddKeyedSingleton<IChatClient>(Offline, (provider, _) => new OfflineRepairClient(provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<TokenCounter>();
        services.AddSingleton<Scheduler>();
        services.AddSingleton<ModelCatalog>();
        services.AddSingleton(provider => new StreamRelay(provider.GetRequiredService<IHttpClientFactory>().CreateClient(HttpClientName)));
    }
}
