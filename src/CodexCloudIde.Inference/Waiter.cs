namespace CodexCloudIde.Inference;

/// <summary>A call in the queue.</summary>
internal sealed class Waiter(InferenceRequest request)
{
    public InferenceRequest Request { get; } = request;

    /// <summary>Work charged at dispatch, weighted; reconciled when the lease ends.</summary>
    public double Charged { get; } = new TokenUsage(request.TokensIn, 0, request.TokensOut).Work / request.Weight;

    public LinkedListNode<Waiter>? Node { get; set; }

    public TaskCompletionSource<Admission> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
