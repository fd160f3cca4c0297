using CodexCloudIde.Documents.Journal;
using CodexCloudIde.Tenants;
using CodexCloudIde.Text;

namespace CodexCloudIde.Documents.History;

/// <summary>Edits of one actor in a row, without a long pause and with nobody between.</summary>
/// <param name="From">Revision after the first of them.</param>
/// <param name="To">Revision after the last.</param>
/// <param name="Inserted">UTF-16 units.</param>
/// <param name="Deleted">UTF-16 units.</param>
/// <param name="Edits">How many they are.</param>
[GenerateSerializer, Immutable]
internal sealed record DocumentChange(
    [property: Id(0)] long From, [property: Id(1)] long To, [property: Id(2)] Actor Actor, [property: Id(3)] DateTimeOffset StartedAt, [property: Id(4)] DateTimeOffset EndedAt,
    [property: Id(5)] long Inserted, [property: Id(6)] long Deleted, [property: Id(7)] int Edits);

/// <summary>Changes, newest first.</summary>
/// <param name="Revision">The newest.</param>
/// <param name="Oldest">The oldest revision whose text is known.</param>
/// <param name="NextBefore">Ask for what is before this revision to go on; null when that was all.</param>
[GenerateSerializer, Immutable]
internal sealed record DocumentTimeline(
    [property: Id(0)] string DocumentId, [property: Id(1)] long Revision, [property: Id(2)] long Oldest, [property: Id(3)] IReadOnlyList<DocumentChange> Changes, [property: Id(4)] long? NextBefore);

/// <summary>Lines that were last touched by one edit.</summary>
/// <param name="From">Of the first line, from 1.</param>
/// <param name="To">Of the last line.</param>
/// <param name="Actor">Null: older than what is known.</param>
/// <param name="Revision">Of that edit; 0 with a null actor.</param>
[GenerateSerializer, Immutable]
internal sealed record BlamedLines(
    [property: Id(0)] int From, [property: Id(1)] int To, [property: Id(2)] Actor? Actor, [property: Id(3)] DateTimeOffset? At, [property: Id(4)] long Revision);

[GenerateSerializer, Immutable]
internal sealed record DocumentBlame([property: Id(0)] string DocumentId, [property: Id(1)] long Revision, [property: Id(2)] IReadOnlyList<BlamedLines> Lines);

/// <summary>What became of a document, from its edits. Pure.</summary>
internal static class DocumentHistory
{
    /// <summary>A pause that ends a change.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    /// <summary>Newest first.</summary>
    /// <param name="edits">Oldest first.</param>
    public static List<DocumentChange> Changes(IEnumerable<SequencedEdit<Author>> edits)
    {
        List<DocumentChange> changes = [];
        foreach (var edit in edits)
        {
            var (inserted, deleted) = (edit.Operation.InsertedLength, edit.Inverse.InsertedLength);
            if (changes.Count > 0 && changes[^1] is { } last && last.Actor.Id == edit.Author.Actor.Id && edit.Author.At - last.EndedAt < Pause)
            {
                changes[^1] = last with { To = edit.Revision, EndedAt = edit.Author.At, Inserted = last.Inserted + inserted, Deleted = last.Deleted + deleted, Edits = last.Edits + 1 };
            }
            else
            {
                changes.Add(new DocumentChange(edit.Revision, edit.Revision, edit.Author.Actor, edit.Author.At, edit.Author.At, inserted, deleted, 1));
            }
        }

        changes.Reverse();
        return changes;
    }

    /// <summary>The text as it was before the edits, which follow one another up to <paramref name="text"/>.</summary>
    /// <param name="edits">Oldest first.</param>
    public static string Before(string text, IReadOnlyList<SequencedEdit<Author>> edits)
    {
        var document = new TextDocument(text);
        for (var i = edits.Count - 1; i >= 0; i--)
        {
            if (document.TryApply(edits[i].Inverse) is var fault and not TextFault.None) throw new InvalidDataException($"Edit {edits[i].Revision} cannot be taken back: {fault}.");
        }

        return document.ToString();
    }

    /// <summary>Per line the newest edit of what stands in it, neighbours of one actor's same edit merged.</summary>
    /// <param name="edits">Oldest first.</param>
    public static List<BlamedLines> Blame(string text, IReadOnlyList<SequencedEdit<Author>> edits)
    {
        var document = new TextDocument(text);
        var newest = new SequencedEdit<Author>?[document.LineCount];
        foreach (var run in Attribution.Of(text.Length, edits.Reverse()))
        {
            if (run.Edit is null) continue;
            // A line's end belongs to the line that it ends.
            for (var line = document.LineOf(run.Start); line <= document.LineOf(run.Start + run.Length - 1); line++)
            {
                if (newest[line] is null || newest[line]!.Revision < run.Edit.Revision) newest[line] = run.Edit;
            }
        }

        List<BlamedLines> lines = [];
        for (var i = 0; i < newest.Length; i++)
        {
            var edit = newest[i];
            if (lines.Count > 0 && lines[^1].Revision == (edit?.Revision ?? 0)) lines[^1] = lines[^1] with { To = i + 1 };
            else lines.Add(new BlamedLines(i + 1, i + 1, edit?.Author.Actor, edit?.Author.At, edit?.Revision ?? 0));
        }

        return lines;
    }
}
