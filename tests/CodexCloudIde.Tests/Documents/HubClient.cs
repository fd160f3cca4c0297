using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using CodexCloudIde.Documents;
using CodexCloudIde.Text;
using Microsoft.AspNetCore.SignalR.Client;

namespace CodexCloudIde.Tests.Documents;

/// <summary>A real SignalR client of the documents hub with one document, as a program outside would write it: JSON, one operation in flight.</summary>
internal sealed class HubClient : IAsyncDisposable
{
    private readonly HubConnection connection;
    private readonly ConcurrentDictionary<long, EditedMessage> events = new();
    private readonly ConcurrentDictionary<long, TaskCompletionSource<EditedMessage>> awaited = new();
    private long sequence;
    private TextOperation? lastOperation;
    private long lastBase;

    private HubClient(HubConnection connection)
    {
        this.connection = connection;
        connection.On<EditedMessage>("Edited", edited =>
        {
            events[edited.Revision] = edited;
            awaited.GetOrAdd(edited.Revision, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult(edited);
        });
        connection.On<MovedMessage>("Moved", moved => Moved.TrySetResult(moved.Path));
        connection.On<MovedMessage>("Gone", _ => Moved.TrySetResult(null));
        connection.On<CursorMessage>("Cursor", cursor => Cursors.TrySetResult(cursor));
        connection.Closed += _ =>
        {
            Closed.TrySetResult();
            return Task.CompletedTask;
        };
    }

    public string ClientId { get; } = Guid.NewGuid().ToString("N");

    public string ConnectionId => connection.ConnectionId!;

    public string DocumentId { get; private set; } = "";

    public string Text { get; private set; } = "";

    public long Revision { get; private set; }

    /// <summary>What <see cref="AppendAsync"/> inserted last.</summary>
    public string LastText { get; private set; } = "";

    public TaskCompletionSource<string?> Moved { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource<CursorMessage> Cursors { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static async Task<HubClient> ConnectAsync(HubConnection connection)
    {
        var client = new HubClient(connection);
        await connection.StartAsync();
        return client;
    }

    public static async Task<HubClient> OpenAsync(HubConnection connection, string workspace, string path)
    {
        var client = await ConnectAsync(connection);
        var answer = await client.OpenAsync(workspace, path);
        Assert.Null(answer.Error);
        (client.DocumentId, client.Text, client.Revision) = (answer.DocumentId!, answer.Text!, answer.Revision!.Value);
        return client;
    }

    public Task<OpenResponse> OpenAsync(string workspace, string path, long? known = null, string? checkout = null, long? mostBytes = null) =>
        connection.InvokeAsync<OpenResponse>("Open", new OpenRequest(workspace, path, checkout, known, mostBytes));

    public Task<SubmitResponse> SaveAsync() => connection.InvokeAsync<SubmitResponse>("Save", new DocumentRequest(DocumentId));

    public Task SetCursorAsync(params CursorRange[] ranges) => connection.InvokeAsync("SetCursor", new CursorRequest(DocumentId, Revision, ranges));

    public Task<SubmitResponse> SendAsync(object argument) => connection.InvokeAsync<SubmitResponse>("Submit", argument);

    public Task<SubmitResponse> SubmitAsync(TextOperation operation, long? baseRevision = null, long? resend = null) => SendAsync(new
    {
        documentId = DocumentId, clientId = ClientId, clientSequence = resend ?? ++sequence, baseRevision = baseRevision ?? Revision, operation,
    });

    /// <summary>Inserts, and takes the edit in if the server does; else it is kept for <see cref="ResendAsync"/>.</summary>
    public Task<SubmitResponse> AppendAsync(int position, string text)
    {
        (LastText, lastOperation, lastBase) = (text, TextOperation.Replace(position, 0, text), Revision);
        return TakeInAsync(SubmitAsync(lastOperation));
    }

    /// <summary>The last one again, the very same message.</summary>
    public Task<SubmitResponse> ResendAsync() => TakeInAsync(SubmitAsync(lastOperation!, lastBase, sequence));

    private async Task<SubmitResponse> TakeInAsync(Task<SubmitResponse> submitted)
    {
        var answer = await submitted;
        if (answer.Error is null) await CatchUpAsync(answer.Revision!.Value);
        return answer;
    }

    /// <summary>Types on the newest text that this client knows, and takes in everything up to its own edit.</summary>
    public async Task<long> TypeAsync(int position, string text, int deleted = 0)
    {
        var answer = await SubmitAsync(TextOperation.Replace(position, deleted, text));
        Assert.Null(answer.Error);
        await CatchUpAsync(answer.Revision!.Value);
        return answer.Revision.Value;
    }

    /// <summary>Follows the published edits, in order, up to a revision.</summary>
    public async Task CatchUpAsync(long revision)
    {
        while (Revision < revision)
        {
            var next = await EditedAsync(Revision + 1);
            Text = next.Operation.Apply(Text);
            Revision = next.Revision;
        }
    }

    public Task<EditedMessage> EditedAsync(long revision) => events.TryGetValue(revision, out var known) ? Task.FromResult(known)
        : awaited.GetOrAdd(revision, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task.WaitAsync(TimeSpan.FromSeconds(30));

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}

/// <summary>Workspaces by API, for tests.</summary>
internal static class WorkspaceCalls
{
    public static async Task<string> NewWorkspaceAsync(this HttpClient client)
    {
        using var answer = await client.PostAsJsonAsync("/api/v1/workspaces", new { name = $"w{Guid.NewGuid():N}", source = new { template = "empty" } });
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }

    public static async Task PutAsync(this HttpClient client, string workspace, string path, byte[] content)
    {
        using var body = new ByteArrayContent(content);
        using var answer = await client.PutAsync($"/api/v1/workspaces/{workspace}/files/{path}", body);
        answer.EnsureSuccessStatusCode();
    }

    public static Task<byte[]> GetAsync(this HttpClient client, string workspace, string path) =>
        client.GetByteArrayAsync($"/api/v1/workspaces/{workspace}/files/{path}");
}
