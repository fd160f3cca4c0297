using System.Globalization;
using CodexCloudIde.Inference;

namespace CodexCloudIde.Models;

/// <summary>An expected "no" in the shape that OpenAI's clients read: <c>{error:{message, type, code}}</c>.</summary>
internal sealed record GatewayRefusal(int Status, string Code, string Message)
{
    public static GatewayRefusal UnknownModel { get; } = new(404, "model_not_found", "There is no such model here; GET /v1/models lists them.");

    public static GatewayRefusal Malformed(string message) => new(400, "invalid_request_error", message);

    public static GatewayRefusal Of(ModelFailureException failure) => failure.Kind == ModelFailureKind.Busy
        ? new(429, "rate_limit_exceeded", failure.Message)
        : new(502, "model_unavailable", failure.Message);

    public Task WriteAsync(HttpContext context, TimeSpan? retryAfter = null)
    {
        if (retryAfter is { } later) context.Response.Headers.RetryAfter = ((int)later.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        context.Response.StatusCode = Status;
        return context.Response.WriteAsJsonAsync(
            new { error = new { message = Message, type = Status < 500 ? "invalid_request_error" : "server_error", code = Code } }, context.RequestAborted);
    }

    /// <summary>Of a call that no endpoint answered; null when one did.</summary>
    public static (GatewayRefusal Refusal, TimeSpan? RetryAfter)? Of(RelayResult result) => result switch
    {
        { Rejection: { Reason: RejectionReason.Busy } busy } => (new(429, "rate_limit_exceeded", "Too many calls wait for this model."), busy.RetryAfter),
        { Rejection: { } rejection } => (new(503, "model_unavailable", "No endpoint of this model answers now."), rejection.RetryAfter),
        { Failure: { } failure } => (new(502, "model_unavailable", failure), null),
        _ => null,
    };
}
