using Microsoft.AspNetCore.Mvc;

namespace CodexCloudIde.Api;

/// <summary>
/// From outcomes to HTTP: endpoints end in <c>return outcome.ToResult();</c> or <c>outcome.ToResult(value => Results.Created(…))</c>,
/// and a <c>Refusal?</c> in <c>refusal.ToResult()</c> (204 when there is none).
/// </summary>
internal static class Problems
{
    public static IResult ToResult<T>(this Outcome<T> outcome, Func<T, IResult>? succeeded = null) =>
        outcome.Refusal is { } refusal ? refusal.ToResult() : succeeded is null ? Results.Ok(outcome.Value) : succeeded(outcome.Value!);

    public static IResult ToResult(this Refusal? refusal) => refusal is null ? Results.NoContent() : new ProblemResult(refusal);

    /// <summary>Writes the problem to a response that has not started.</summary>
    public static Task WriteAsync(HttpContext context, Refusal refusal, string? id = null)
    {
        context.Response.StatusCode = refusal.Status;
        var problem = new ProblemDetails { Type = refusal.Type, Title = TitleOf(refusal.Status), Status = refusal.Status, Detail = refusal.Detail };
        if (refusal.Field is { } field) problem.Extensions["field"] = field;
        problem.Extensions["id"] = id ?? context.TraceIdentifier;
        return context.Response.WriteAsJsonAsync(problem, (System.Text.Json.JsonSerializerOptions?)null, "application/problem+json", context.RequestAborted);
    }

    private static string TitleOf(int status) => Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status) is { Length: > 0 } phrase ? phrase : "Refused";

    private sealed class ProblemResult(Refusal refusal) : IResult, IStatusCodeHttpResult
    {
        public int? StatusCode => refusal.Status;

        public Task ExecuteAsync(HttpContext httpContext) => WriteAsync(httpContext, refusal);
    }
}
