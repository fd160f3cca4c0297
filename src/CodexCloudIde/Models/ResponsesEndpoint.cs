using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace CodexCloudIde.Models;

/// <summary><c>/v1/responses</c>, streamed or whole: the same scheduled, metered and recorded call as Chat Completions, in the newer wire format.</summary>
internal static class ResponsesEndpoint
{
    public static async Task AnswerAsync(HttpContext context, ModelCatalog catalog, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await GatewayRequest.ReadAsync(context, name => GatewayEndpoints.Talking(catalog, name), cancellationToken) is not { } request) return;
        List<ChatMessage> messages;
        ChatOptions options;
        try
        {
            (messages, options) = ResponsesRequest.Read(request.Body);
        }
        catch (FormatException e)
        {
            await GatewayRefusal.Malformed(e.Message).WriteAsync(context);
            return;
        }

        var answer = new ResponseAnswer(request.Body, request.Model.Name, time.GetUtcNow());
        await using var updates = catalog.Client(request.Model, request.Use).GetStreamingResponseAsync(messages, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
        try
        {
            // Until the first update nothing has been said, so a failure is still a plain refusal.
            var more = await updates.MoveNextAsync();
            if (request.Streamed)
            {
                context.Response.ContentType = "text/event-stream";
                await SendAsync(context, answer.Begin(), cancellationToken);
            }

            for (; more; more = await updates.MoveNextAsync())
            {
                var happened = answer.Take(updates.Current).ToList();
                if (request.Streamed) await SendAsync(context, happened, cancellationToken);
            }

            var end = answer.End().ToList();
            await (request.Streamed ? SendAsync(context, end, cancellationToken) : context.Response.WriteAsJsonAsync(answer.Whole(), cancellationToken));
        }
        catch (ModelFailureException e)
        {
            await (context.Response.HasStarted ? SendAsync(context, answer.Fail(GatewayRefusal.Of(e)), cancellationToken) : GatewayRefusal.Of(e).WriteAsync(context, e.RetryAfter));
        }
    }

    private static async Task SendAsync(HttpContext context, IEnumerable<JsonObject> events, CancellationToken cancellationToken)
    {
        foreach (var happened in events) await context.Response.WriteAsync($"event: {happened["type"]}\ndata: {happened.ToJsonString()}\n\n", cancellationToken);
        await context.Response.Body.FlushAsync(cancellationToken);
    }
}
