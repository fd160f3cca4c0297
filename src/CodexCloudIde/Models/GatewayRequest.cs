using System.Text.Json;
using System.Text.Json.Nodes;
using CodexCloudIde.Inference;
using CodexCloudIde.Tenants;

namespace CodexCloudIde.Models;

/// <summary>A gateway call that may go ahead: its body, its model, on whose account and how urgent.</summary>
internal sealed record GatewayRequest(JsonObject Body, ModelDefinition Model, ModelUse Use)
{
    private const int MostBytes = 32 * 1024 * 1024;

    // A field given twice could mean one thing here and another at the endpoint.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    public bool Streamed => Body["stream"]?.GetValueKind() == JsonValueKind.True;

    /// <summary>Null when it was refused, which has then been answered.</summary>
    /// <param name="context">The call.</param>
    /// <param name="find">From the name that was asked for (null: none) to a model, or to the refusal.</param>
    /// <param name="cancellationToken">The client going away.</param>
    public static async Task<GatewayRequest?> ReadAsync(
        HttpContext context, Func<string?, (ModelDefinition? Model, GatewayRefusal? Refusal)> find, CancellationToken cancellationToken)
    {
        if (context.Request.ContentLength > MostBytes) return await RefuseAsync(context, new GatewayRefusal(413, "request_too_large", $"A request may have {MostBytes} bytes at most."));
        JsonObject? body;
        try
        {
            body = await JsonNode.ParseAsync(context.Request.Body, documentOptions: Strict, cancellationToken: cancellationToken) as JsonObject;
        }
        catch (JsonException e)
        {
            return await RefuseAsync(context, GatewayRefusal.Malformed($"The body is no JSON object (at {e.Path ?? "$"})."));
        }

        if (body is null) return await RefuseAsync(context, GatewayRefusal.Malformed("The body is no JSON object (at $)."));
        foreach (var (field, kinds) in Kinds)
        {
            if (body[field] is { } value && !kinds.Contains(value.GetValueKind())) return await RefuseAsync(context, GatewayRefusal.Malformed($"'{field}' has a wrong value."));
        }

        if (!TryBand(context.Request.Headers["X-Priority"], out var band)) return await RefuseAsync(context, GatewayRefusal.Malformed("X-Priority is interactive, default or batch."));
        var (model, refusal) = find(Wire.Words(body["model"]));
        var caller = context.GetCaller();
        return model is null ? await RefuseAsync(context, refusal!) : new GatewayRequest(body, model, new ModelUse(caller.Tenant, Actor.Of(caller), "gateway", band));
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

    private static readonly (string Field, JsonValueKind[] Kinds)[] Kinds =
    [
        ("model", [JsonValueKind.String]),
        ("stream", [JsonValueKind.True, JsonValueKind.False]),
        ("tools", [JsonValueKind.Array]),
    ];

    private static async Task<GatewayRequest?> RefuseAsync(HttpContext context, GatewayRefusal refusal)
    {
        await refusal.WriteAsync(context);
        return null;
    }
}
