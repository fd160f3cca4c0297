using System.Runtime.CompilerServices;
using CodexCloudIde.Audit;
using CodexCloudIde.Inference;
using Microsoft.Extensions.AI;

namespace CodexCloudIde.Models;

/// <summary>
/// One model behind the scheduler. A call waits for a slot, then streams; a failure before the first update is retried, with another slot and perhaps
/// another backend; after it the call fails. The slot is held only while the stream is read. Every call is recorded before and after.
/// </summary>
internal sealed class ScheduledChatClient(
    ModelDefinition definition, Pool pool, IReadOnlyDictionary<string, IChatClient> clients, ModelUse use, AuditLog audit, TimeProvider time, ILogger logger) : IChatClient
{
    private const int Attempts = 3;

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var prompt = messages as IReadOnlyList<ChatMessage> ?? [.. messages];
        var call = new ModelCall(definition, use, prompt, audit, time);
        await call.StartedAsync(cancellationToken);
        await using var stream = new ModelStream(definition, time);
        try
        {
            await OpenAsync(stream, call, prompt, options, cancellationToken);
            while (stream.Current is { } update)
            {
                call.Saw(update);
                yield return update;
                await stream.AdvanceAsync(cancellationToken);
            }

            call.Succeeded();
        }
        finally
        {
            stream.Report(call);
            await call.EndedAsync(stream.Failure, CancellationToken.None);
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceType == typeof(ModelDefinition) ? definition : null;

    public void Dispose()
    {
        // The clients belong to the catalogue.
    }

    private async Task OpenAsync(ModelStream stream, ModelCall call, IReadOnlyList<ChatMessage> prompt, ChatOptions? options, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var admission = await pool.AdmitAsync(call.Request, cancellationToken);
                if (!admission.Admitted)
                {
                    throw stream.Fail(Rejected(admission.Rejection));
                }

                await stream.OpenAsync(admission.Lease, clients[admission.Lease.Backend.Name], prompt, options, cancellationToken);
                return;
            }
            catch (ModelFailureException failure) when (failure.Transient && attempt < Attempts)
            {
                ModelLog.Retrying(logger, definition.Name, failure.Kind, attempt);
                var pause = TimeSpan.FromMilliseconds((200 << attempt) + Random.Shared.Next(100));
                await Task.Delay(failure.RetryAfter is { } after && after < TimeSpan.FromSeconds(10) && after > pause ? after : pause, time, cancellationToken);
            }
        }
    }

    private ModelFailureException Rejected(Rejection rejection) => rejection.Reason == RejectionReason.Busy
        ? new(ModelFailureKind.Busy, $"Too many calls wait for model '{definition.Name}'. Resume later or choose another model.") { RetryAfter = rejection.RetryAfter }
        : new(ModelFailureKind.Unreachable, $"No endpoint of model '{definition.Name}' answers. Check that it runs, then resume.") { RetryAfter = rejection.RetryAfter };
}
