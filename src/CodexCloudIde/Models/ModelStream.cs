using CodexCloudIde.Inference;
using Microsoft.Extensions.AI;

namespace CodexCloudIde.Models;

/// <summary>An open answer and the slot that it holds: watched for silence and for ending without an end.</summary>
internal sealed class ModelStream(ModelDefinition definition, TimeProvider time) : IAsyncDisposable
{
    private SlotLease? lease;
    private IAsyncEnumerator<ChatResponseUpdate>? updates;
    private CancellationTokenSource? silence;
    private bool begun;
    private bool finished;

    /// <summary>Null at the end.</summary>
    public ChatResponseUpdate? Current { get; private set; }

    public ModelFailureException? Failure { get; private set; }

    /// <summary>Sends the request and waits for the first update.</summary>
    public async Task OpenAsync(SlotLease slot, IChatClient client, IReadOnlyList<ChatMessage> prompt, ChatOptions? options, CancellationToken cancellationToken)
    {
        (lease, Failure, finished) = (slot, null, false);
        silence = new CancellationTokenSource(definition.Idle, time);
        var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, silence.Token);
        updates = Linked(client.GetStreamingResponseAsync(prompt, options, either.Token), either).GetAsyncEnumerator(CancellationToken.None);
        await AdvanceAsync(cancellationToken);
        begun = true;
    }

    /// <exception cref="ModelFailureException">The backend broke; the slot is free.</exception>
    public async Task AdvanceAsync(CancellationToken cancellationToken)
    {
        try
        {
            silence!.CancelAfter(definition.Idle);
            Current = await updates!.MoveNextAsync() ? updates.Current : null;
            finished |= Current?.FinishReason is not null;
            if (Current is null && !finished && !definition.Offline)
            {
                throw new EndOfStreamException();
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && !definition.Offline)
        {
            // A boundary: whatever the wire throws becomes one kind of failure.
            Current = null;
            var failure = Fail(ModelFailures.Of(silence!.IsCancellationRequested ? Silent() : e, definition.Name, begun));
            if (failure.Kind != ModelFailureKind.Refused)
            {
                lease?.Failed();
            }

            await DisposeAsync();
            throw failure;
        }
    }

    public ModelFailureException Fail(ModelFailureException failure) => Failure = failure;

    public void Report(ModelCall call)
    {
        if (lease is not null && call.Usage is { } usage)
        {
            call.Backend = lease.Backend.Name;
            lease.Used(usage);
            if (call.Complete)
            {
                lease.Succeeded();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        var (open, slot) = (updates, lease);
        (updates, lease) = (null, null);
        try
        {
            if (open is not null)
            {
                await open.DisposeAsync();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or HttpRequestException)
        {
            // The connection was being given up anyway.
        }
        finally
        {
            slot?.Dispose();
            silence?.Dispose();
        }
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> Linked(IAsyncEnumerable<ChatResponseUpdate> updates, CancellationTokenSource either)
    {
        using (either)
        {
            await foreach (var update in updates)
            {
                yield return update;
            }
        }
    }

    private TimeoutException Silent() => new($"Model '{definition.Name}' sent nothing for {definition.Idle.TotalSeconds:0} s. Resume to try again.");
}
