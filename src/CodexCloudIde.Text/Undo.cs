namespace CodexCloudIde.Text;

/// <summary>Takes back some edits among others and leaves the others.</summary>
public static class Undo
{
    /// <summary>The operation on the text after the last of <paramref name="edits"/> that takes back those that are <paramref name="chosen"/>.</summary>
    /// <param name="edits">A run of sequenced edits without gaps, oldest first.</param>
    /// <param name="chosen">Which of them to take back.</param>
    /// <remarks>
    /// One pass: what would undo all chosen edits so far is kept as an operation on the text so far. A chosen edit puts its inverse in front of
    /// it, another's edit transforms it.
    /// </remarks>
    public static TextOperation Of<TAuthor>(IEnumerable<SequencedEdit<TAuthor>> edits, Predicate<SequencedEdit<TAuthor>> chosen)
    {
        ArgumentNullException.ThrowIfNull(edits);
        ArgumentNullException.ThrowIfNull(chosen);
        var undo = TextOperation.Identity;
        foreach (var edit in edits)
        {
            undo = chosen(edit) ? edit.Inverse.Compose(undo) : TextOperation.Transform(edit.Operation, undo).Later;
        }

        return undo;
    }
}
