using System.Text.Json;
using System.Text.RegularExpressions;
using CodexCloudIde.Storage;

namespace CodexCloudIde.Api;

/// <summary>
/// Whatever goes wrong below the API paths leaves as a problem response with an id to quote: refused bodies name their field, unknown routes,
/// methods and media types are told apart, and an exception says nothing but its id (the log has the rest).
/// </summary>
internal sealed partial class ProblemPages(RequestDelegate next, ILogger<ProblemPages> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (BadHttpRequestException exception) when (!context.Response.HasStarted)
        {
            await Problems.WriteAsync(context, Refuse(exception));
            return;
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (Exception exception) when (!context.Response.HasStarted && DiskFull.Is(exception))
        {
            LogDiskFull(context.TraceIdentifier, context.Request.Method, context.GetEndpoint()?.DisplayName ?? "no endpoint");
            context.Response.Clear();
            if (IsApi(context))
            {
                await Problems.WriteAsync(context, DiskFull.Refusal);
                return;
            }

            context.Response.StatusCode = DiskFull.Refusal.Status;
            await context.Response.WriteAsync(DiskFull.Refusal.Detail);
            return;
        }
        catch (Exception exception) when (!context.Response.HasStarted && IsApi(context))
        {
            // The boundary of the API: everything unexpected becomes a 500.
            LogUnexpected(exception, context.TraceIdentifier, context.Request.Method, context.GetEndpoint()?.DisplayName ?? "no endpoint");
            context.Response.Clear();
            await Problems.WriteAsync(context, new Refusal(500, "internal", "Something broke on the server; nothing more was done. Quote the id when you report it."));
            return;
        }

        if (!context.Response.HasStarted && IsApi(context) && context.Response.ContentLength is null && context.Response.ContentType is null
            && OfStatus(context) is { } refusal)
        {
            await Problems.WriteAsync(context, refusal);
        }
    }

    internal static bool IsApi(HttpContext context) =>
        context.Request.Path.StartsWithSegments("/api") || context.Request.Path.StartsWithSegments("/v1")
        || context.Request.Path.StartsWithSegments("/hubs") || context.Request.Path.StartsWithSegments("/mcp");

    private static Refusal? OfStatus(HttpContext context) => context.Response.StatusCode switch
    {
        401 => new Refusal(401, "unauthenticated", "This needs a valid token (Authorization: Bearer …) or a signed-in browser; the one sent is missing, wrong, expired or revoked."),
        403 => new Refusal(403, "forbidden", "Your role, or the scopes of this token, do not allow this."),
        404 => Refusal.NotFound,
        405 => new Refusal(405, "method-not-allowed", $"{context.Request.Method} does not exist here; see /openapi/v1.json."),
        406 => new Refusal(406, "not-acceptable", "None of the media types in Accept can be answered here."),
        413 => TooLarge,
        415 => new Refusal(415, "unsupported-media-type", "Send JSON with Content-Type: application/json."),
        429 => new Refusal(429, "too-many-requests", "Too many requests in a short time; wait and try again."),
        _ => null,
    };

    private static Refusal TooLarge { get; } = new(413, "too-large", "The request's body is larger than this call takes.");

    private static Refusal Refuse(BadHttpRequestException exception)
    {
        if (exception.StatusCode == StatusCodes.Status413PayloadTooLarge) return TooLarge;
        if (exception.StatusCode == StatusCodes.Status415UnsupportedMediaType)
            return new Refusal(415, "unsupported-media-type", "Send JSON with Content-Type: application/json.");
        if (exception.InnerException is JsonException json)
        {
            var field = FieldOf(json);
            return new Refusal(400, "malformed-json", field is null ? "The body is no valid JSON for this call." : $"The field '{field}' is missing or has a wrong value.", field);
        }

        // "Failed to bind parameter "int limit" from "x"." / "Required parameter "string q" was not provided …"
        var parameter = Parameter().Match(exception.Message);
        return parameter.Success
            ? new Refusal(exception.StatusCode, "malformed-request", $"The parameter '{parameter.Groups[1].Value}' is missing or has a wrong value.", parameter.Groups[1].Value)
            : new Refusal(exception.StatusCode, "malformed-request", "The request cannot be read.");
    }

    private static string? FieldOf(JsonException json)
    {
        var missing = Missing().Match(json.Message);
        var path = json.Path is null or "$" ? "" : json.Path.TrimStart('$').TrimStart('.');
        if (!missing.Success) return path.Length > 0 ? path : null;
        return path.Length > 0 ? $"{path}.{missing.Groups[1].Value}" : missing.Groups[1].Value;
    }

    [GeneratedRegex("""parameter "(?:[^"]* )?([^" ]+)" """)]
    private static partial Regex Parameter();

    [GeneratedRegex("including: '([^']+)'")]
    private static partial Regex Missing();
}
