using CodexCloudIde.Inference;

namespace CodexCloudIde.Models;

/// <summary>Models: the catalogue, the scheduler behind it, the OpenAI-compatible gateway in front of it.</summary>
internal static class ModelServices
{
    public const string HttpClientName = "models";

    public static IServiceCollection AddModels(this IServiceCollection services)
    {
        services.AddHttpClient(HttpClientName, client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                ConnectTimeout = TimeSpan.FromSeconds(5),
                AllowAutoRedirect = false,
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            });
        services.AddSingleton<TokenCounter>();
        services.AddSingleton<Scheduler>();
        services.AddSingleton<ModelCatalog>();
        services.AddSingleton(provider => new StreamRelay(provider.GetRequiredService<IHttpClientFactory>().CreateClient(HttpClientName)));
        return services;
    }
}
