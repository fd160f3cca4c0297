using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using MessagePack;

namespace CodexCloudIde.Benchmarks.Editing;

/// <summary>What a call was answered: a revision or an error.</summary>
internal readonly record struct LeanAnswer(long Call, long Revision, string? DocumentId, string? Error);

/// <summary>A document that a connection has open.</summary>
internal sealed class LeanDocument(string id, long revision)
{
    public readonly byte[] Id = Encoding.UTF8.GetBytes(id);

    /// <summary>The newest revision that the connection has heard of.</summary>
    public long Known = revision;

    public string Text { get; } = id;
}

/// <summary>
/// A SignalR connection in MessagePack over a blocking socket that does no more than it must: events are counted and not decoded, nothing is asynchronous, and nothing is
/// allocated for an event. Where thousands of clients share the machine with the server, theirs must not be the work that is measured.
/// </summary>
/// <remarks>One thread may write while another reads.</remarks>
internal sealed class LeanConnection : IDisposable
{
    private const int Invocation = 1;
    private const int Completion = 3;
    private const byte Mask = 0x5A;

    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly ArrayBufferWriter<byte> body = new(256);
    private byte[] sending = new byte[512];
    private byte[] frames = new byte[4096];
    private byte[] messages = new byte[4096];
    private LeanDocument[] opened = [];
    private int framed;
    private int filled;

    private LeanConnection(Uri hub) => socket.Connect(hub.Host, hub.Port);

    public int Descriptor => (int)socket.Handle;

    /// <summary>Events <c>Edited</c> so far.</summary>
    public long Heard { get; private set; }

    /// <param name="hub">Its HTTP address.</param>
    /// <param name="token">A bearer token.</param>
    public static LeanConnection Open(Uri hub, string token)
    {
        var connection = new LeanConnection(hub);
        connection.socket.Send(Encoding.ASCII.GetBytes(
            $"GET {hub.AbsolutePath} HTTP/1.1\r\nHost: {hub.Authority}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {Convert.ToBase64String(Guid.NewGuid().ToByteArray())}\r\nAuthorization: Bearer {token}\r\n\r\n"));
        var answer = new StringBuilder();
        var one = new byte[1];
        while (!answer.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && connection.socket.Receive(one) == 1) answer.Append((char)one[0]);
        if (!answer.ToString().StartsWith("HTTP/1.1 101", StringComparison.Ordinal)) throw new InvalidDataException($"No WebSocket: {answer}");
        connection.Send("{\"protocol\":\"messagepack\",\"version\":1}\u001e"u8);
        while (connection.filled < 3) connection.Fill();
        connection.filled -= 3;
        connection.messages.AsSpan(3, connection.filled).CopyTo(connection.messages);
        return connection;
    }

    /// <summary>Opens a document and waits for the answer.</summary>
    /// <returns>The document as this connection knows it from here on.</returns>
    public LeanDocument Open(string workspace, string path)
    {
        Call(0, "Open", 2, (ref MessagePackWriter writer) =>
        {
            writer.Write("workspaceId");
            writer.Write(workspace);
            writer.Write("path");
            writer.Write(path);
        });
        LeanAnswer? answered = null;
        while (answered is null) Receive(answer => answered = answer);
        if (answered.Value.Error is { } error) throw new InvalidDataException($"{path} did not open: {error}");
        var document = new LeanDocument(answered.Value.DocumentId!, answered.Value.Revision);
        opened = [.. opened, document];
        return document;
    }

    /// <summary>Inserts at the start of the text. The answer comes by <see cref="Receive"/> with the same <paramref name="call"/>.</summary>
    public void Insert(long call, string documentId, string clientId, long sequence, long baseRevision, string text) => Call(call, "Submit", 5, (ref MessagePackWriter writer) =>
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

    /// <summary>Takes what has come, and waits only if nothing has.</summary>
    public void Receive(Action<LeanAnswer> answered)
    {
        Fill();
        var read = ReadAll(answered);
        messages.AsSpan(read, filled - read).CopyTo(messages);
        filled -= read;
    }

    public void Dispose() => socket.Dispose();

    private delegate void Members(ref MessagePackWriter writer);

    private void Call(long id, string target, int members, Members write)
    {
        body.ResetWrittenCount();
        var writer = new MessagePackWriter(body);
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
        Span<byte> message = stackalloc byte[body.WrittenCount + 5];
        var at = 0;
        for (var left = body.WrittenCount; ; left >>= 7)
        {
            message[at++] = (byte)(left >= 0x80 ? (left & 0x7F) | 0x80 : left);
            if (left < 0x80) break;
        }

        body.WrittenSpan.CopyTo(message[at..]);
        Send(message[..(at + body.WrittenCount)]);
    }

    /// <summary>As one binary WebSocket message.</summary>
    private void Send(ReadOnlySpan<byte> payload)
    {
        if (sending.Length < payload.Length + 8) sending = new byte[2 * (payload.Length + 8)];
        sending[0] = 0x82;
        var at = 2;
        if (payload.Length < 126)
        {
            sending[1] = (byte)(0x80 | payload.Length);
        }
        else
        {
            sending[1] = 0x80 | 126;
            BinaryPrimitives.WriteUInt16BigEndian(sending.AsSpan(at), (ushort)payload.Length);
            at += 2;
        }

        sending.AsSpan(at, 4).Fill(Mask);
        at += 4;
        foreach (var one in payload) sending[at++] = (byte)(one ^ Mask);
        socket.Send(sending.AsSpan(0, at));
    }

    /// <summary>Reads once, and puts the payloads of whole frames behind one another.</summary>
    private void Fill()
    {
        if (framed == frames.Length) Array.Resize(ref frames, 2 * frames.Length);
        var received = socket.Receive(frames.AsSpan(framed));
        if (received == 0) throw new EndOfStreamException("The server has ended the connection.");
        framed += received;
        var at = 0;
        while (FrameAt(at) is { } frame && frame.Start + frame.Length <= framed)
        {
            if (frame.Code == 8) throw new EndOfStreamException("The server has closed the connection.");
            if (frame.Code < 8)
            {
                while (messages.Length - filled < frame.Length) Array.Resize(ref messages, 2 * messages.Length);
                frames.AsSpan(frame.Start, frame.Length).CopyTo(messages.AsSpan(filled));
                filled += frame.Length;
            }

            at = frame.Start + frame.Length;
        }

        frames.AsSpan(at, framed - at).CopyTo(frames);
        framed -= at;
    }

    private (int Code, int Start, int Length)? FrameAt(int at)
    {
        if (framed - at < 2) return null;
        var (code, length) = (frames[at] & 0x0F, frames[at + 1] & 0x7F);
        var start = at + 2 + (length switch { 126 => 2, 127 => 8, _ => 0 });
        if (start > framed) return null;
        if (length == 126) length = BinaryPrimitives.ReadUInt16BigEndian(frames.AsSpan(at + 2));
        else if (length == 127) length = checked((int)BinaryPrimitives.ReadInt64BigEndian(frames.AsSpan(at + 2)));
        return (code, start, length);
    }

    /// <summary>Bytes of whole messages.</summary>
    private int ReadAll(Action<LeanAnswer> answered)
    {
        for (var at = 0; ;)
        {
            var (size, start) = (0, at);
            for (var shift = 0; ; shift += 7)
            {
                if (start == filled) return at;
                var group = messages[start++];
                size |= (group & 0x7F) << shift;
                if (group < 0x80) break;
            }

            if (start + size > filled) return at;
            Read(messages.AsMemory(start, size), answered);
            at = start + size;
        }
    }

    private void Read(ReadOnlyMemory<byte> message, Action<LeanAnswer> answered)
    {
        var reader = new MessagePackReader(message);
        reader.ReadArrayHeader();
        var type = reader.ReadInt32();
        if (type is not (Invocation or Completion)) return;
        reader.Skip();
        if (type == Completion)
        {
            answered(AnswerOf(ref reader));
            return;
        }

        reader.Skip();
        if (!reader.TryReadStringSpan(out var target) || !target.SequenceEqual("Edited"u8)) return;
        Heard++;
        reader.ReadArrayHeader();
        ReadOnlySpan<byte> document = default;
        var revision = 0L;
        for (var left = reader.ReadMapHeader(); left > 0 && (revision == 0 || document.IsEmpty); left--)
        {
            if (!reader.TryReadStringSpan(out var key)) throw new InvalidDataException("An event without names.");
            if (key.SequenceEqual("documentId"u8)) reader.TryReadStringSpan(out document);
            else if (key.SequenceEqual("revision"u8)) revision = reader.ReadInt64();
            else reader.Skip();
        }

        foreach (var open in opened.AsSpan())
        {
            if (document.SequenceEqual(open.Id)) Volatile.Write(ref open.Known, Math.Max(open.Known, revision));
        }
    }

    private static LeanAnswer AnswerOf(ref MessagePackReader reader)
    {
        if (!reader.TryReadStringSpan(out var id) || !Utf8Parser.TryParse(id, out long call, out _)) throw new InvalidDataException("An answer to nothing.");
        var answer = new LeanAnswer(call, 0, null, null);
        if (reader.ReadInt32() != 3) return answer with { Error = reader.ReadString() ?? "no result" };
        for (var left = reader.ReadMapHeader(); left > 0; left--)
        {
            if (!reader.TryReadStringSpan(out var key)) throw new InvalidDataException("An answer without names.");
            if (key.SequenceEqual("revision"u8)) answer = reader.TryReadNil() ? answer : answer with { Revision = reader.ReadInt64() };
            else if (key.SequenceEqual("documentId"u8)) answer = answer with { DocumentId = reader.ReadString() };
            else if (key.SequenceEqual("error"u8)) answer = answer with { Error = reader.ReadString() };
            else reader.Skip();
        }

        return answer;
    }
}
