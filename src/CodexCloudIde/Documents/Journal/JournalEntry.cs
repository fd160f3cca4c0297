using System.Buffers;
using CodexCloudIde.Tenants;
using CodexCloudIde.Text;
using MessagePack;

namespace CodexCloudIde.Documents.Journal;

/// <summary>One edit as the journal keeps it: MessagePack arrays, back to back.</summary>
internal static class JournalEntry
{
    private const int Fields = 10;

    public static List<SequencedEdit<Author>> Decode(ReadOnlyMemory<byte> payload)
    {
        List<SequencedEdit<Author>> edits = [];
        var reader = new MessagePackReader(payload);
        while (!reader.End) edits.Add(Read(ref reader));
        return edits;
    }

    public static void Write(ref MessagePackWriter writer, SequencedEdit<Author> edit)
    {
        writer.WriteArrayHeader(Fields);
        writer.Write(edit.Revision);
        writer.Write(edit.ClientId);
        writer.Write(edit.ClientSequence);
        writer.Write(edit.Author.Actor.Id);
        writer.Write(edit.Author.Actor.Name);
        writer.Write(edit.Author.Actor.Kind);
        writer.Write(edit.Author.At.UtcTicks);
        OperationFormatter.Write(ref writer, edit.Operation);
        OperationFormatter.Write(ref writer, edit.Inverse);
        writer.Write(edit.Length);
    }

    public static SequencedEdit<Author> Read(ref MessagePackReader reader)
    {
        if (reader.ReadArrayHeader() != Fields) throw new InvalidDataException("The journal has an entry of another kind.");
        var revision = reader.ReadInt64();
        var clientId = reader.ReadString()!;
        var sequence = reader.ReadInt64();
        var actor = new Actor(reader.ReadString()!, reader.ReadString()!, reader.ReadString()!);
        var at = new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero);
        var operation = Operation(ref reader);
        var inverse = Operation(ref reader);
        return new SequencedEdit<Author>(revision, clientId, sequence, new Author(actor, at), operation, inverse, reader.ReadInt32());
    }

    private static TextOperation Operation(ref MessagePackReader reader) =>
        OperationFormatter.Read(ref reader) is { Fault: TextFault.None } read ? read.Operation : throw new InvalidDataException("The journal has no operation here.");
}

/// <summary>Who made an edit, and when it was sequenced.</summary>
internal readonly record struct Author(Actor Actor, DateTimeOffset At);

/// <summary>A document's text at a revision, and what its clients sent last.</summary>
internal sealed record DocumentSnapshot(long Revision, string Text, IReadOnlyCollection<SequencedEdit<Author>> LastOfClients)
{
    public byte[] Encode()
    {
        var buffer = new ArrayBufferWriter<byte>(Text.Length + 256);
        var writer = new MessagePackWriter(buffer);
        writer.WriteArrayHeader(3);
        writer.Write(Revision);
        writer.Write(Text);
        writer.WriteArrayHeader(LastOfClients.Count);
        foreach (var edit in LastOfClients) JournalEntry.Write(ref writer, edit);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    public static DocumentSnapshot Decode(byte[] encoded)
    {
        var reader = new MessagePackReader(encoded);
        reader.ReadArrayHeader();
        var revision = reader.ReadInt64();
        var text = reader.ReadString()!;
        var clients = new SequencedEdit<Author>[reader.ReadArrayHeader()];
        for (var i = 0; i < clients.Length; i++) clients[i] = JournalEntry.Read(ref reader);
        return new DocumentSnapshot(revision, text, clients);
    }
}
