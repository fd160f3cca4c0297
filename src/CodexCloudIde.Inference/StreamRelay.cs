using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;

namespace CodexCloudIde.Inference;

/// <summary>How a relayed call ended.</summary>
/// <param name="Backend">Who served it; null when nobody did.</param>
/// <param name="Status">What the client was answered; 499 when it went away.</param>
/// <param name="Usage">Figures, if the backend gave any.</param>
/// <param name="Rejection">Why it was not admitted; the response is then untouched and the caller answers.</param>
/// <param name="Failure">Nothing was sent because no backend answered; the response is then untouched and the caller answers.</param>
/// <param name="Broken">The backend broke off after the first byte; the client's connection was aborted.</param>
public sealed record RelayResult(string? Backend, int Status, TokenUsage? Usage, Rejection? Rejection = null, string? Failure = null, bool Broken = false);

/// <summary>
/// Passes one call to a pool's backend and its answer back as bytes. Steps: (1) wait for a slot; (2) send; (3) before the first byte a failing backend
/// is left for another, up to twice; (4) copy headers, then bytes as they come, flushing each; (5) read the figures from the tail; (6) give the slot
/// back. The client going away cancels the call at the backend and frees the slot in the same moment.
/// </summary>
public sealed class StreamRelay(HttpClient http)
{
    private const int Attempts = 3;

    /// <param name="pool">Whose backends.</param>
    /// <param name="request">For the scheduler.</param>
    /// <param name="path">Beneath the backend's endpoint, such as <c>chat/completions</c>.</param>
    /// <param name="body">JSON as the backend is to receive it.</param>
    /// <param name="apiKey">The backend's own credential; the client's never passes.</param>
    /// <param name="response">Where the answer goes.</param>
    /// <param name="cancellationToken">The client going away.</param>
    public async Task<RelayResult> RelayAsync(
        Pool pool, InferenceRequest request, string path, ReadOnlyMemory<byte> body, string? apiKey, HttpResponse response, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pool);
        var failure = "No backend answered.";
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            var admission = await pool.AdmitAsync(request, cancellationToken);
            if (!admission.Admitted)
            {
                return new RelayResult(null, 0, null, admission.Rejection);
            }

            using var lease = admission.Lease;
            try
            {
                using var answer = await SendAsync(lease.Backend, path, body, apiKey, cancellationToken);
                if (IsTransient(answer.StatusCode) && attempt < Attempts)
                {
                    lease.Failed();
                    failure = $"{lease.Backend.Name} answered {(int)answer.StatusCode}.";
                    continue;
                }

                return await CopyAsync(lease, answer, response, cancellationToken);
            }
            catch (HttpRequestException e) when (!response.HasStarted)
            {
                lease.Failed();
                failure = $"{lease.Backend.Name} cannot be reached ({e.HttpRequestError}).";
            }
        }

        return new RelayResult(null, 0, null, null, failure);
    }

    private static bool IsTransient(HttpStatusCode status) =>
        status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError;

    private async Task<HttpResponseMessage> SendAsync(
        BackendDefinition backend, string path, ReadOnlyMemory<byte> body, string? apiKey, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(backend.Endpoint!, path)) { Content = new ReadOnlyMemoryContent(body) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (apiKey is not null)
        {
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", apiKey);
        }

        return await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    private static async Task<RelayResult> CopyAsync(SlotLease lease, HttpResponseMessage answer, HttpResponse response, CancellationToken cancellationToken)
    {
        var tail = new UsageTail();
        response.StatusCode = (int)answer.StatusCode;
        response.ContentType = answer.Content.Headers.ContentType?.ToString();
        try
        {
            await using var from = await answer.Content.ReadAsStreamAsync(cancellationToken);
            var buffer = new byte[16 * 1024];
            for (int read; (read = await from.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                tail.Add(buffer.AsSpan(0, read));
                await response.Body.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                await response.Body.FlushAsync(cancellationToken);
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException && !cancellationToken.IsCancellationRequested)
        {
            lease.Failed();
            response.HttpContext.Abort();
            return new RelayResult(lease.Backend.Name, response.StatusCode, tail.Read(), Broken: true);
        }

        var usage = tail.Read();
        if (usage is { } figures)
        {
            lease.Used(figures);
        }

        if (IsTransient(answer.StatusCode))
        {
            lease.Failed();
        }
        else
        {
            lease.Succeeded();
        }

        return new RelayResult(lease.Backend.Name, response.StatusCode, usage);
    }
}
