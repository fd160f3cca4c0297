using CodexCloudIde.Inference;

namespace CodexCloudIde.Models;

/// <summary>A model as the catalogue knows it, read and checked once at start.</summary>
internal sealed record ModelDefinition(
    string Name, bool Offline, string EngineModel, string? ApiKey, int ContextWindow, decimal PriceIn, decimal PriceCachedIn, decimal PriceOut, string Tier,
    TimeSpan Idle, IReadOnlyList<BackendDefinition> Backends, bool MakesEmbeddings = false)
{
    /// <summary>Tokens of conversation that are sent at most; the offline model reads everything, it has no window.</summary>
    public int WorkingContext => Offline ? int.MaxValue : Math.Min(26_000, ContextWindow * 5 / 8);

    /// <summary>Cost of a call in the tenant's currency.</summary>
    public decimal CostOf(TokenUsage usage) =>
        ((PriceIn * Math.Max(0, usage.TokensIn - usage.CachedIn)) + (PriceCachedIn * usage.CachedIn) + (PriceOut * usage.TokensOut)) / 1_000_000m;

    /// <exception cref="InvalidOperationException">The entry cannot work; the message names the field.</exception>
    public static ModelDefinition From(ModelOptions options)
    {
        var offline = options.Kind == "offline";
        var endpoints = options.Endpoints.Append(options.Endpoint).Where(endpoint => !string.IsNullOrWhiteSpace(endpoint)).ToList();
        if (!offline && endpoints.Count == 0)
        {
            throw new InvalidOperationException($"Ide:Models: '{options.Name}' needs an Endpoint such as http://127.0.0.1:8000/v1.");
        }

        IEnumerable<BackendDefinition> backends = offline
            ? [new BackendDefinition(options.Name, null, options.Slots)]
            : endpoints.Select((endpoint, i) => new BackendDefinition(endpoints.Count == 1 ? options.Name : $"{options.Name}-{i + 1}", Address(options.Name, endpoint!), options.Slots));
        return new ModelDefinition(
            options.Name, offline, options.Model ?? options.Name, Key(options), options.ContextWindow, options.PriceIn, options.PriceCachedIn, options.PriceOut,
            options.Tier.Length > 0 ? options.Tier : offline ? "offline" : "endpoint", offline ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(options.IdleSeconds), [.. backends],
            options.Kind == "embeddings");
    }

    private static Uri Address(string name, string endpoint) =>
        Uri.TryCreate(endpoint.TrimEnd('/') + "/", UriKind.Absolute, out var uri) && (uri.Scheme is "http" or "https")
            ? uri
            : throw new InvalidOperationException($"Ide:Models: the Endpoint of '{name}' is no http(s) address.");

    private static string? Key(ModelOptions options) =>
        options.ApiKeyFile is { Length: > 0 } file ? File.ReadAllText(file).Trim() : options.ApiKey is { Length: > 0 } key ? key : null;
}
