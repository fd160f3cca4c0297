namespace CodexCloudIde.Api;

/// <summary>Set on a request whose stream should be found again: told once, before the first byte, where its events can be read.</summary>
internal interface IStreamOfEvents
{
    /// <param name="address">Path below the host, such as <c>/api/v1/executions/…/events</c>.</param>
    Task BeginAsync(string address);
}

/// <summary>Reads again what a stream said.</summary>
internal interface IEventReplay
{
    /// <summary>Whether other processes work on the same data, so that a call which this one does not know may still be running.</summary>
    bool Shared { get; }

    /// <summary>As the caller of this request may see it: the events at an address from their beginning or, when no stream is wanted, what they end in.</summary>
    Task<IResult> AnswerAsync(HttpContext context, string address, CancellationToken cancellationToken);
}
