using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.AI;

namespace CodexCloudIde.Repair.Chat;

/// <summary>
/// One repair in the course of one conversation. The engine runs as it does anywhere; each thing that it asks of its workspace becomes a tool call
/// and waits for the next request to bring the result.
/// </summary>
internal sealed class RepairSession : IDisposable
{
    private const string Prefix = "repair-";

    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<ChatMessage> _said = Channel.CreateUnbounded<ChatMessage>();
    private readonly Task _engine;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private (string CallId, TaskCompletionSource<string> Answer)? _waiting;
    private ChatMessage? _last;
    private int _calls;

    public RepairSession(IReadOnlySet<string> tools, TimeProvider time)
    {
        Tools = tools;
        _time = time;
        Touched = time.GetTimestamp();
        _engine = Task.Run(RunAsync);
    }

    public string Id { get; } = Guid.CreateVersion7().ToString("N");

    public IReadOnlySet<string> Tools { get; }

    public long Touched { get; private set; }

    public bool Ended { get; private set; }

    public static string? IdOf(string callId) => callId.StartsWith(Prefix, StringComparison.Ordinal) && callId.Split('-') is [_, var id, _] ? id : null;

    /// <summary>The next thing that the model says. Asked again without a result in between, it says the same again.</summary>
    public async Task<ChatMessage> NextAsync(CancellationToken cancellationToken)
    {
        Touched = _time.GetTimestamp();
        if (_waiting is not null && _last is not null && !_said.Reader.TryPeek(out _))
        {
            return _last;
        }

        _last = await _said.Reader.ReadAsync(cancellationToken);
        Ended = !_last.Contents.OfType<FunctionCallContent>().Any();
        return _last;
    }

    public void Heard(string callId, object? result)
    {
        lock (_gate)
        {
            if (_waiting is { } waiting && waiting.CallId == callId)
            {
                _waiting = null;
                waiting.Answer.TrySetResult(result switch { null => "", string text => text, JsonElement json => json.GetRawText(), _ => JsonSerializer.Serialize(result) });
            }
        }
    }

    /// <summary>Called by the workspace: says it, and waits for what the tool answers.</summary>
    public async Task<string> CallAsync(string note, string tool, IDictionary<string, object?> arguments, CancellationToken cancellationToken)
    {
        var id = $"{Prefix}{Id}-{Interlocked.Increment(ref _calls)}";
        var answer = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        List<AIContent> contents = note.Length > 0 ? [new TextContent(note)] : [];
        contents.Add(new FunctionCallContent(id, tool, arguments));
        lock (_gate)
        {
            _waiting = (id, answer);
        }

        await _said.Writer.WriteAsync(new ChatMessage(ChatRole.Assistant, contents), cancellationToken);
        return await answer.Task.WaitAsync(cancellationToken);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _ = _engine.ContinueWith(_ => _stop.Dispose(), TaskScheduler.Default);
    }

    private async Task RunAsync()
    {
        var workspace = new ChatWorkspace(this);
        try
        {
            var report = await new RepairEngine(workspace, new RepairBudget(), _time).RunAsync(_stop.Token);
            // Why the tests could not be observed, the tool knows best: a mode that runs nothing, no sandbox.
            var said = report.Status == RepairStatus.CannotObserve && workspace.Refused is { } why ? $"I could not look at the tests: {why} Nothing was changed." : report.Explanation;
            await _said.Writer.WriteAsync(new ChatMessage(ChatRole.Assistant, said), _stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            _said.Writer.TryComplete();
        }
        catch (Exception problem)
        {
            // The boundary of a job that nobody awaits: the conversation is told instead, as its request's failure.
            _said.Writer.TryComplete(problem);
        }
    }
}
