using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using MessagePack;

namespace CodexCloudIde.Benchmarks.Editing;

/// <summary>What a call was answered: a revision or an error.</summary>
internal readonly record struct LeanAnswer(long Revision, string? DocumentId, string? Error);

/// <summary>
/// A SignalR connection in MessagePack that does no more than it must: events are counted and not decoded. Where thousands of clients share the machine with the server, theirs
/// must not be the work that is measured.
/// </summary>
internal sealed class LeanConnection : IAsyncDisposable
{
    private const int Invocation = 1;
    private const int Completion = 3;
    private static readonly ReadOnlyMemory<byte> Handshake = Encoding.UTF8.GetBytes("{\"protocol\":\"messagepack\",\"version\":1}\u001e");

    private readonly ClientWebSocket socket = new();
    private readonly ConcurrentDictionary<long, TaskCompletionSource<LeanAnswer>> calls = new();
    private readonly SemaphoreSlim sending = new(1);
    private readonly CancellationTokenSource ending = new();
    private readonly Action edited;
    private Task listening = Task.CompletedTask;
    private long last;

    private LeanConnection(Action edited) => this.edited = edited;

    /// <param name="hub">Its HTTP address.</param>
    /// <param name="token">A bearer token.</param>
    /// <param name="edited">Called for every event <c>Edited</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<LeanConnection> OpenAsync(Uri hub, string token, Action edited, CancellationToken cancellationToken)
    {
        var connection = new LeanConnection(edited);
        connection.socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        await connection.socket.ConnectAsync(new UriBuilder(hub) { Scheme = "ws" }.Uri, cancellationToken);
        await connection.socket.SendAsync(Handshake, WebSocketMessageType.Binary, true, cancellationToken);
        var answer = new byte[64];
        var received = await connection.socket.ReceiveAsync(answer, cancellationToken);
        if (received.Count != 3) throw new InvalidDataException($"No handshake: {Encoding.UTF8.GetString(answer, 0, received.Count)}");
        connection.listening = Task.Run(connection.ListenAsync, CancellationToken.None);
        return connection;
    }

    public Task<LeanAnswer> OpenAsync(string workspace, string path) => CallAsync("Open", 2, (ref MessagePackWriter writer) =>
    {
        writer.Write("workspaceId");
        writer.Write(workspace);
        writer.Write("path");
        writer.Write(path);
    });

    /// <summary>Inserts at the start of the text.</summary>
    public Task<LeanAnswer> InsertAsync(string documentId, string clientId, long sequence, long baseRevision, string text) => CallAsync("Submit", 5, (ref MessagePackWriter writer) =>
    {
        writer.Write("documentId");
        writer.Write(documentId);
        writer.Write("clientId");
        writer.Write(clientId);
        writer.Write("clientSequence");
        writer.Write(sequence);
        writer.Write("baseRevision");
        writer.Write(baseRevision);
        writer.Write("operation");
        writer.WriteArrayHeader(1);
        writer.Write(text);
    });

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await listening;
        socket.Dispose();
        sending.Dispose();
        ending.Dispose();
    }

    private delegate void Members(ref MessagePackWriter writer);

    private async Task<LeanAnswer> CallAsync(string target, int members, Members write)
    {
        var id = Interlocked.Increment(ref last);
        var done = calls[id] = new TaskCompletionSource<LeanAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        var message = Encode(id, target, members, write);
        await sending.WaitAsync();
        try
        {
            await socket.SendAsync(message, WebSocketMessageType.Binary, true, CancellationToken.None);
        }
        finally
        {
            sending.Release();
        }

        return await done.Task;
    }

    private static byte[] Encode(long id, string target, int members, Members write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        var writer = new MessagePackWriter(buffer);
        writer.WriteArrayHeader(6);
        writer.Write(Invocation);
        writer.WriteMapHeader(0);
        writer.Write(id.ToString(CultureInfo.InvariantCulture));
        writer.Write(target);
        writer.WriteArrayHeader(1);
        writer.WriteMapHeader(members);
        write(ref writer);
        writer.WriteArrayHeader(0);
        writer.Flush();

        var prefix = new List<byte>();
        for (var left = buffer.WrittenCount; ; left >>= 7)
        {
            prefix.Add((byte)(left >= 0x80 ? (left & 0x7F) | 0x80 : left));
            if (left < 0x80) break;
        }

        return [.. prefix, .. buffer.WrittenSpan];
    }

    private async Task ListenAsync()
    {
        var buffer = new byte[16 * 1024];
        var filled = 0;
        try
        {
            while (true)
            {
                if (filled == buffer.Length) Array.Resize(ref buffer, 2 * buffer.Length);
                var received = await socket.ReceiveAsync(buffer.AsMemory(filled), ending.Token);
                if (received.MessageType == WebSocketMessageType.Close) break;
                filled += received.Count;
                var read = ReadAll(buffer.AsMemory(0, filled));
                buffer.AsSpan(read, filled - read).CopyTo(buffer);
                filled -= read;
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or WebSocketException)
        {
            // The end.
        }

        foreach (var call in calls.Values) call.TrySetException(new IOException("The connection has ended."));
    }

    /// <summary>Bytes of whole messages.</summary>
    private int ReadAll(ReadOnlyMemory<byte> bytes)
    {
        for (var at = 0; ;)
        {
            var (size, start) = (0, at);
            for (var shift = 0; ; shift += 7)
            {
                if (start == bytes.Length) return at;
                var group = bytes.Span[start++];
                size |= (group & 0x7F) << shift;
                if (group < 0x80) break;
            }

            if (start + size > bytes.Length) return at;
            Read(bytes.Slice(start, size));
            at = start + size;
        }
    }

    private void Read(ReadOnlyMemory<byte> message)
    {
        var reader = new MessagePackReader(message);
        reader.ReadArrayHeader();
        var type = reader.ReadInt32();
        if (type is not (Invocation or Completion)) return;
        reader.Skip();
        if (type == Invocation)
        {
            reader.Skip();
            if (reader.TryReadStringSpan(out var target) && target.SequenceEqual("Edited"u8)) edited();
            return;
        }

        var id = long.Parse(reader.ReadString()!, CultureInfo.InvariantCulture);
        if (calls.TryRemove(id, out var call)) call.SetResult(AnswerOf(ref reader));
    }

    private static LeanAnswer AnswerOf(ref MessagePackReader reader)
    {
        var answer = default(LeanAnswer);
        if (reader.ReadInt32() != 3) return answer with { Error = reader.ReadString() ?? "no result" };
        for (var left = reader.ReadMapHeader(); left > 0; left--)
        {
            var key = reader.ReadString();
            if (reader.TryReadNil()) continue;
            if (key == "revision") answer = answer with { Revision = reader.ReadInt64() };
            else if (key == "documentId") answer = answer with { DocumentId = reader.ReadString() };
            else if (key == "error") answer = answer with { Error = reader.ReadString() };
            else reader.Skip();
        }

        return answer;
    }
}
