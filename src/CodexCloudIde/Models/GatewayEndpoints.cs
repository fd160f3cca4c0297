using System.Text.Json;
using System.Text.Json.Nodes;
using CodexCloudIde.Audit;
using CodexCloudIde.Inference;

namespace CodexCloudIde.Models;

/// <summary>
/// The OpenAI-compatible gateway below <c>/v1</c>. The bearer token is the tenant; calls go through the scheduler. Chat Completions and embeddings of an
/// endpoint pass as bytes; the offline model is spoken for by <see cref="OfflineCompletions"/>, and Responses by <see cref="ResponsesEndpoint"/> for every model.
/// </summary>
internal static class GatewayEndpoints
{
    public static void MapModels(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1").RequireAuthorization("tenant").DisableAntiforgery().WithTags("Models");
        group.MapGet("/models", (ModelCatalog catalog) => new { @object = "list", data = catalog.All.Concat(catalog.Embeddings).Select(View) });
        group.MapGet("/models/{model}", (HttpContext context, ModelCatalog catalog, string model) =>
            catalog.All.Concat(catalog.Embeddings).FirstOrDefault(known => known.Name == model) is { } found
                ? context.Response.WriteAsJsonAsync(View(found), context.RequestAborted)
                : GatewayRefusal.UnknownModel.WriteAsync(context));
        group.MapPost("/chat/completions", CompleteAsync);
        group.MapPost("/responses", ResponsesEndpoint.AnswerAsync);
        group.MapPost("/embeddings", EmbedAsync);
        routes.MapBackends();
    }

    /// <summary>A model that talks.</summary>
    internal static (ModelDefinition? Model, GatewayRefusal? Refusal) Talking(ModelCatalog catalog, string? name) =>
        catalog.TryFind(name, out var found) ? (found, null)
        : catalog.Embeddings.Any(model => model.Name == name) ? (null, GatewayRefusal.Malformed($"The model '{name}' makes embeddings only; it does not talk."))
        : (null, GatewayRefusal.UnknownModel);

    private static object View(ModelDefinition model) =>
        new { id = model.Name, @object = "model", created = 0, owned_by = model.Tier, context_window = model.ContextWindow };

    private static async Task CompleteAsync(
        HttpContext context, ModelCatalog catalog, StreamRelay relay, AuditLog audit, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await GatewayRequest.ReadAsync(context, name => Talking(catalog, name), cancellationToken) is not { } request) return;
        if (request.Body["messages"] is not JsonArray { Count: > 0 })
        {
            await GatewayRefusal.Malformed("'messages' must be a list that is not empty.").WriteAsync(context);
            return;
        }

        if (request.Model.Offline)
        {
            await OfflineCompletions.AnswerAsync(context, catalog.Client(request.Model, request.Use), request, time, cancellationToken);
            return;
        }

        if (request.Streamed && request.Body["stream_options"] is not JsonObject) request.Body["stream_options"] = new JsonObject { ["include_usage"] = true };
        await RelayAsync(context, catalog, relay, audit, request, "chat/completions", 500, cancellationToken);
    }

    private static async Task EmbedAsync(HttpContext context, ModelCatalog catalog, StreamRelay relay, AuditLog audit, CancellationToken cancellationToken)
    {
        if (await GatewayRequest.ReadAsync(context, Find, cancellationToken) is not { } request) return;
        if (request.Body["input"] is not (JsonArray { Count: > 0 } or JsonValue) || (request.Body["input"] is JsonValue && Wire.Words(request.Body["input"]) is not { Length: > 0 }))
        {
            await GatewayRefusal.Malformed("'input' must be a text or a list of texts, and not empty.").WriteAsync(context);
            return;
        }

        await RelayAsync(context, catalog, relay, audit, request, "embeddings", 0, cancellationToken);

        (ModelDefinition? Model, GatewayRefusal? Refusal) Find(string? name)
        {
            if (catalog.Embeddings is [])
                return (null, new GatewayRefusal(404, "no_embeddings_model", "No model here makes embeddings. The operator adds one to Ide:Models with Kind=embeddings and the Endpoint of a server that does."));
            if (catalog.Embeddings.FirstOrDefault(model => name is null || model.Name == name) is { } found) return (found, null);
            return (null, catalog.TryFind(name, out _) ? GatewayRefusal.Malformed($"The model '{name}' makes no embeddings; use {string.Join(" or ", catalog.Embeddings.Select(model => model.Name))}.") : GatewayRefusal.UnknownModel);
        }
    }

    /// <summary>To a backend and back as bytes, recorded before and after.</summary>
    private static async Task RelayAsync(
        HttpContext context, ModelCatalog catalog, StreamRelay relay, AuditLog audit, GatewayRequest request, string path, int expectedOut, CancellationToken cancellationToken)
    {
        var (definition, use) = (request.Model, request.Use);
        request.Body["model"] = definition.EngineModel;
        var body = JsonSerializer.SerializeToUtf8Bytes(request.Body);
        var record = new AuditRecord(use.Tenant, use.Actor, "model.call", use.Target, "started", new JsonObject { ["model"] = definition.Name, ["bytes"] = body.Length });
        await audit.AppendAsync(record, cancellationToken);
        var call = new InferenceRequest(use.Tenant.ToString(), use.Band, TokenCounter.Estimate(body.Length), expectedOut);
        RelayResult? result = null;
        try
        {
            result = await relay.RelayAsync(catalog.PoolOf(definition), call, path, body, definition.ApiKey, context.Response, cancellationToken);
        }
        finally
        {
            var usage = result?.Usage ?? default;
            var succeeded = result is { Status: >= 200 and < 300, Broken: false };
            ModelMeter.Record(definition.Name, usage, succeeded);
            var data = new JsonObject
            {
                ["model"] = definition.Name,
                ["backend"] = result?.Backend,
                ["status"] = result?.Status,
                ["tokensIn"] = usage.TokensIn,
                ["tokensOut"] = usage.TokensOut,
                ["cost"] = definition.CostOf(usage),
            };
            await audit.AppendAsync(record with { Type = "model.result", Result = succeeded ? "succeeded" : result is null ? "cancelled" : "failed", Data = data }, CancellationToken.None);
        }

        if (GatewayRefusal.Of(result) is { } refused) await refused.Refusal.WriteAsync(context, refused.RetryAfter);
    }
}
