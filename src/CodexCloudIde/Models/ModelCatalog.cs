using System.ClientModel;
using System.ClientModel.Primitives;
using System.Diagnostics.CodeAnalysis;
using CodexCloudIde.Audit;
using CodexCloudIde.Inference;
using Microsoft.Extensions.AI;
using OpenAI;

namespace CodexCloudIde.Models;

/// <summary>The models that may be used: <c>offline</c> always, others by <c>Ide:Models</c>. The first listed is the default.</summary>
internal sealed class ModelCatalog
{
    private readonly Dictionary<string, (ModelDefinition Definition, Pool Pool, Dictionary<string, IChatClient> Clients)> models = new(StringComparer.Ordinal);
    private readonly AuditLog audit;
    private readonly TimeProvider time;
    private readonly ILogger<ModelCatalog> logger;

    public ModelCatalog(
        IConfiguration configuration, IServiceProvider services, Scheduler scheduler, IHttpClientFactory http, AuditLog audit, TimeProvider time,
        ILogger<ModelCatalog> logger)
    {
        (this.audit, this.time, this.logger) = (audit, time, logger);
        var offline = services.GetKeyedService<IChatClient>(ModelsSetup.Offline);
        foreach (var definition in Definitions(configuration).Where(definition => !definition.Offline || offline is not null))
        {
            var clients = definition.Backends.ToDictionary(
                backend => backend.Name, backend => backend.Endpoint is { } endpoint ? Connect(definition, endpoint, http) : offline!, StringComparer.Ordinal);
            models.Add(definition.Name, (definition, scheduler.Add(definition.Name, definition.Backends, PoolLimits.Default), clients));
            if (!definition.MakesEmbeddings) Default ??= definition;
        }
    }

    public ModelDefinition? Default { get; }

    /// <summary>Those that talk.</summary>
    public IReadOnlyList<ModelDefinition> All => [.. models.Values.Select(model => model.Definition).Where(model => !model.MakesEmbeddings)];

    /// <summary>Those that make embeddings, for the gateway only.</summary>
    public IReadOnlyList<ModelDefinition> Embeddings => [.. models.Values.Select(model => model.Definition).Where(model => model.MakesEmbeddings)];

    public bool TryFind(string? name, [NotNullWhen(true)] out ModelDefinition? definition)
    {
        definition = string.IsNullOrEmpty(name) ? Default : models.TryGetValue(name, out var model) && !model.Definition.MakesEmbeddings ? model.Definition : null;
        return definition is not null;
    }

    public Pool PoolOf(ModelDefinition definition) => models[definition.Name].Pool;

    /// <summary>A client that is scheduled, retried before the first byte, metered and audited.</summary>
    public IChatClient Client(ModelDefinition definition, ModelUse use)
    {
        var (_, pool, clients) = models[definition.Name];
        return new ScheduledChatClient(definition, pool, clients, use, audit, time, logger);
    }

    /// <exception cref="InvalidOperationException">An entry cannot work, or two have one name.</exception>
    public static List<ModelDefinition> Definitions(IConfiguration configuration)
    {
        var listed = configuration.GetSection("Ide:Models").Get<List<ModelOptions>>() ?? [];
        foreach (var options in listed)
        {
            System.ComponentModel.DataAnnotations.Validator.ValidateObject(options, new(options), validateAllProperties: true);
        }

        var definitions = listed.ConvertAll(ModelDefinition.From);
        if (!definitions.Exists(definition => definition.Offline))
        {
            definitions.Add(ModelDefinition.From(new ModelOptions { Name = "offline", Kind = "offline", Slots = 4 }));
        }

        var twice = definitions.CountBy(definition => definition.Name).FirstOrDefault(count => count.Value > 1).Key;
        return twice is null ? definitions : throw new InvalidOperationException($"Ide:Models: two entries are named '{twice}'.");
    }

    private static IChatClient Connect(ModelDefinition definition, Uri endpoint, IHttpClientFactory http)
    {
        var options = new OpenAIClientOptions
        {
            Endpoint = endpoint,
            Transport = new HttpClientPipelineTransport(http.CreateClient(ModelsSetup.HttpClientName)),
            // Retries are ours: each waits for a slot again and may go to another backend.
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
            NetworkTimeout = Timeout.InfiniteTimeSpan,
        };
        return new OpenAIClient(new ApiKeyCredential(definition.ApiKey ?? "none"), options).GetChatClient(definition.EngineModel).AsIChatClient();
    }
}
