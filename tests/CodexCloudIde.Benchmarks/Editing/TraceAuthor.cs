using CodexCloudIde.Text;

namespace CodexCloudIde.Benchmarks.Editing;

/// <summary>
/// One author of a trace: the text that they had before them, which lags behind what the server has. What they type is an edit of that text; transformed over what they
/// had not seen yet, it is one of the newest revision.
/// </summary>
internal sealed class TraceAuthor(string start)
{
    private readonly TextDocument view = new(start);

    /// <summary>Of others, sequenced and not seen: each an edit of the view after those before it.</summary>
    private readonly Queue<(int Transaction, List<TextOperation> Edits)> unseen = new();
    private readonly List<TextOperation> sequenced = [];

    /// <summary>Everything of others before this transaction is in the text from now on.</summary>
    public void See(int before)
    {
        while (unseen.TryPeek(out var next) && next.Transaction < before)
        {
            foreach (var edit in unseen.Dequeue().Edits) Apply(edit);
        }

    }

    /// <summary>Another author's edits have been sequenced.</summary>
    public void Hear(int transaction, IReadOnlyList<TextOperation> edits) => unseen.Enqueue((transaction, [.. edits]));

    /// <summary>An edit of the view; the same edit for the newest revision.</summary>
    public TextOperation Type(TextOperation edit)
    {
        Apply(edit);
        foreach (var (_, edits) in unseen)
        {
            for (var i = 0; i < edits.Count; i++) (edits[i], edit) = TextOperation.Transform(edits[i], edit);
        }

        sequenced.Add(edit);
        return edit;
    }

    /// <summary>What was typed since this was asked, for the newest revision.</summary>
    public IReadOnlyList<TextOperation> Sequenced()
    {
        TextOperation[] typed = [.. sequenced];
        sequenced.Clear();
        return typed;
    }

    /// <summary>Position and length in UTF-16 units of one in code points.</summary>
    public (int Position, int Length) UnitsOf(int position, int length)
    {
        var begin = Skip(0, position);
        return (begin, Skip(begin, length) - begin);
    }

    private int Skip(int unit, int points)
    {
        for (; points > 0; points--) unit += unit < view.Length && char.IsHighSurrogate(view[unit]) ? 2 : 1;
        return unit;
    }

    private void Apply(TextOperation edit)
    {
        if (view.TryApply(edit) is var fault and not TextFault.None) throw new InvalidDataException($"An edit does not fit its author's text: {fault}.");
    }
}
