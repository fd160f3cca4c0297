using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CodexCloudIde.Audit;
using CodexCloudIde.Inference;
using CodexCloudIde.Tenants;

namespace CodexCloudIde.Models;

/// <summary>
/// The OpenAI-compatible gateway: <c>/v1/models</c> and <c>/v1/chat/completions</c>. The bearer token is the tenant; calls go through the scheduler;
/// an endpoint's stream passes as bytes, the offline model is spoken for by <see cref="OfflineCompletions"/>.
/// </summary>
internal static class GatewayEndpoints
{
    private const int MostBytes = 32 * 1024 * 1024;

    public static void MapModels(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1").RequireAuthorization("tenant").DisableAntiforgery();
        group.MapGet("/models", (ModelCatalog catalog) => new
        {
            @object = "list",
            data = catalog.All.Select(model => new { id = model.Name, @object = "model", created = 0, owned_by = model.Tier, context_window = model.ContextWindow }),
        });
        group.MapPost("/chat/completions", CompleteAsync);
    }

    private static async Task CompleteAsync(
        HttpContext context, ModelCatalog catalog, StreamRelay relay, AuditLog audit, TimeProvider time, CancellationToken cancellationToken)
    {
        var caller = context.GetCaller();
        JsonObject? request;
        try
        {
            if (context.Request.ContentLength > MostBytes)
            {
                await RefuseAsync(context, 413, "request_too_large", $"A request may have {MostBytes} bytes at most.");
                return;
            }

            request = await JsonSerializer.DeserializeAsync<JsonObject>(context.Request.Body, cancellationToken: cancellationToken);
        }
        catch (JsonException e)
        {
            await RefuseAsync(context, 400, "invalid_request_error", $"The body is no JSON object (at {e.Path ?? "$"}).");
            return;
        }

        if (request?["messages"] is not JsonArray { Count: > 0 } || (request["model"] is { } given && given.GetValueKind() != JsonValueKind.String))
        {
            await RefuseAsync(context, 400, "invalid_request_error", "'messages' must be a list that is not empty and 'model' a string.");
            return;
        }

        if (!catalog.TryFind((string?)request["model"], out var definition))
        {
            await RefuseAsync(context, 404, "model_not_found", "There is no such model here; GET /v1/models lists them.");
            return;
        }

        if (!TryBand(context.Request.Headers["X-Priority"], out var band))
        {
            await RefuseAsync(context, 400, "invalid_request_error", "X-Priority is interactive, default or batch.");
            return;
        }

        var use = new ModelUse(caller.Tenant, Actor.Of(caller), "gateway", band);
        if (definition.Offline)
        {
            await OfflineCompletions.AnswerAsync(context, catalog.Client(definition, use), definition, request, time, cancellationToken);
            return;
        }

        await RelayAsync(context, catalog, relay, audit, definition, use, request, cancellationToken);
    }

    private static async Task RelayAsync(
        HttpContext context, ModelCatalog catalog, StreamRelay relay, AuditLog audit, ModelDefinition definition, ModelUse use, JsonObject request,
        CancellationToken cancellationToken)
    {
        request["model"] = definition.EngineModel;
        if (request["stream"] is { } stream && stream.GetValueKind() == JsonValueKind.True && request["stream_options"] is not JsonObject)
        {
            request["stream_options"] = new JsonObject { ["include_usage"] = true };
        }

        var body = JsonSerializer.SerializeToUtf8Bytes(request);
        var record = new AuditRecord(use.Tenant, use.Actor, "model.call", use.Target, "started", new JsonObject { ["model"] = definition.Name, ["bytes"] = body.Length });
        await audit.AppendAsync(record, cancellationToken);
        var call = new InferenceRequest(use.Tenant.ToString(), use.Band, TokenCounter.Estimate(body.Length), 500);
        RelayResult? result = null;
        try
        {
            result = await relay.RelayAsync(catalog.PoolOf(definition), call, "chat/completions", body, definition.ApiKey, context.Response, cancellationToken);
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

        if (result.Rejection is { } rejection)
        {
            context.Response.Headers.RetryAfter = ((int)rejection.RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            await (rejection.Reason == RejectionReason.Busy
                ? RefuseAsync(context, 429, "rate_limit_exceeded", "Too many calls wait for this model.")
                : RefuseAsync(context, 503, "model_unavailable", "No endpoint of this model answers now."));
        }
        else if (result.Failure is { } failure)
        {
            await RefuseAsync(context, 502, "model_unavailable", failure);
        }
    }

    internal static Task RefuseAsync(HttpContext context, int status, string code, string message)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new { error = new { message, type = status < 500 ? "invalid_request_error" : "server_error", code } }, context.RequestAborted);
    }

    internal static bool TryBand(string? priority, out Band band)
    {
        (var known, band) = priority switch
        {
            null or "" or "default" => (true, Band.Default),
            "interactive" => (true, Band.Interactive),
            "batch" => (true, Band.Batch),
            _ => (false, Band.Default),
        };
        return known;
    }
}
