using System.Diagnostics;
using CodexCloudIde.Documents;
using CodexCloudIde.Text;
using Microsoft.AspNetCore.SignalR.Client;

namespace CodexCloudIde.Benchmarks.Editing;

/// <summary>A connection to the documents hub with one document open: keeps the text by the events, in the order of their revisions.</summary>
internal sealed class HubReplica : IAsyncDisposable
{
    private readonly HubConnection connection;
    private readonly Lock gate = new();
    private readonly Dictionary<long, EditedMessage> early = [];
    private readonly List<(long Revision, TaskCompletionSource Done)> waiting = [];
    private TextDocument document = new("");
    private string documentId = "";

    private HubReplica(HubConnection connection)
    {
        this.connection = connection;
        connection.On<EditedMessage>("Edited", Edited);
    }

    /// <summary>Called with every event and when it came.</summary>
    public Action<EditedMessage, long>? Heard { get; set; }

    public long Revision { get; private set; }

    /// <summary>Events that came for a revision that was there already.</summary>
    public int Doubled { get; private set; }

    public string Text
    {
        get
        {
            lock (gate) return document.ToString();
        }
    }

    public string ClientId { get; } = Guid.NewGuid().ToString("N");

    public static async Task<HubReplica> OpenAsync(HubConnection connection, string workspace, string path, CancellationToken cancellationToken)
    {
        var replica = new HubReplica(connection);
        await connection.StartAsync(cancellationToken);
        var opened = await connection.InvokeAsync<OpenResponse>("Open", new OpenRequest(workspace, path), cancellationToken);
        if (opened.Error is not null) throw new InvalidDataException($"{path}: {opened.Error}");
        lock (replica.gate)
        {
            replica.documentId = opened.DocumentId!;
            replica.document = new TextDocument(opened.Text!);
            replica.Revision = opened.Revision!.Value;
            replica.Advance();
        }

        return replica;
    }

    /// <summary>Completes when the server has made it durable.</summary>
    public async Task<SubmitResponse> SubmitAsync(long sequence, long baseRevision, TextOperation operation, CancellationToken cancellationToken)
    {
        var answer = await connection.InvokeAsync<SubmitResponse>("Submit", new SubmitRequest(documentId, ClientId, sequence, baseRevision, new SentOperation(operation, TextFault.None)), cancellationToken);
        return answer.Error is null ? answer : throw new InvalidDataException($"Refused: {answer.Error}");
    }

    /// <summary>Completes when the text has this revision.</summary>
    public Task ReachAsync(long revision)
    {
        lock (gate)
        {
            if (Revision >= revision) return Task.CompletedTask;
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Add((revision, done));
            return done.Task;
        }
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private void Edited(EditedMessage edited)
    {
        Heard?.Invoke(edited, Stopwatch.GetTimestamp());
        lock (gate)
        {
            if ((documentId.Length > 0 && edited.Revision <= Revision) || !early.TryAdd(edited.Revision, edited)) Doubled++;
            if (documentId.Length > 0) Advance();
        }
    }

    private void Advance()
    {
        while (early.Remove(Revision + 1, out var next))
        {
            if (document.TryApply(next.Operation) is var fault and not TextFault.None) throw new InvalidDataException($"Revision {next.Revision} does not fit: {fault}.");
            Revision = next.Revision;
        }

        for (var i = waiting.Count - 1; i >= 0; i--)
        {
            if (waiting[i].Revision > Revision) continue;
            waiting[i].Done.SetResult();
            waiting.RemoveAt(i);
        }
    }
}
