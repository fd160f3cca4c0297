using CodexCloudIde.Text;

namespace CodexCloudIde.Documents;

/// <summary>The cursors in a document, for whoever opens it next. They are told where they are now, though nobody may have said so since the last edits.</summary>
internal sealed class DocumentCursors(TimeProvider time)
{
    /// <summary>A page repeats its cursor every four minutes; what says nothing for longer than this has died.</summary>
    private static readonly TimeSpan ForgetAfter = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, (CursorMoved Cursor, DateTimeOffset Seen)> cursors = new(StringComparer.Ordinal);

    public void Set(CursorMoved cursor)
    {
        if (cursor.Ranges.Count == 0) cursors.Remove(cursor.Source);
        else cursors[cursor.Source] = (cursor, time.GetUtcNow());
    }

    /// <summary>All of them at a revision. One of a revision that is not remembered any more is left out until it moves.</summary>
    public IReadOnlyList<CursorMoved> At(long revision, DocumentWriter writer)
    {
        foreach (var source in cursors.Where(one => time.GetUtcNow() - one.Value.Seen > ForgetAfter).Select(one => one.Key).ToList()) cursors.Remove(source);
        List<CursorMoved> now = [];
        foreach (var (cursor, _) in cursors.Values)
        {
            if (cursor.Revision >= revision) now.Add(cursor);
            else if (writer.Since(cursor.Revision) is { } since) now.Add(cursor with { Revision = revision, Ranges = [.. cursor.Ranges.Select(range => Map(range, since, revision))] });
        }

        return now;
    }

    private static CursorRange Map(CursorRange range, IReadOnlyList<PublishedEdit> since, long revision)
    {
        foreach (var edit in since.TakeWhile(edit => edit.Revision <= revision))
        {
            range = new CursorRange(edit.Operation.Map(range.Anchor, Association.Before), edit.Operation.Map(range.Head, Association.Before));
        }

        return range;
    }
}
