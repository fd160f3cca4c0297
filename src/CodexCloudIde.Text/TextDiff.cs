using System.Runtime.InteropServices;

namespace CodexCloudIde.Text;

/// <summary>From two texts to a small operation between them.</summary>
/// <remarks>
/// First whole lines are compared, then the code points of the lines that differ (never UTF-16 units: an edge must not split a pair).
/// Time and memory are bounded: past a number of differences the rest is replaced as a whole, which is larger but as right.
/// </remarks>
public static class TextDiff
{
    /// <summary>Differing lines looked for before the rest counts as replaced; bounds memory at about 4 MB.</summary>
    private const int MostLineDifferences = 1000;

    /// <summary>The same within one changed block, in code points.</summary>
    private const int MostCharacterDifferences = 400;

    /// <summary>The operation that turns <paramref name="before"/> into <paramref name="after"/>.</summary>
    /// <exception cref="ArgumentException"><paramref name="after"/> has a carriage return or half a surrogate pair.</exception>
    public static TextOperation Between(string before, string after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        if (TextOperation.Check(after) is var fault and not TextFault.None)
        {
            throw new ArgumentException($"Not a document's text: {fault}.", nameof(after));
        }

        var builder = new TextOperationBuilder();
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        var (oldLines, oldStarts) = Lines(before, ids);
        var (newLines, newStarts) = Lines(after, ids);
        ShortestEdit.Walk(oldLines, newLines, MostLineDifferences, (oldStart, oldEnd, newStart, newEnd, equal) =>
        {
            var was = before.AsSpan(oldStarts[oldStart]..oldStarts[oldEnd]);
            if (equal)
            {
                builder.Retain(was.Length);
            }
            else
            {
                Characters(was, after.AsSpan(newStarts[newStart]..newStarts[newEnd]), builder);
            }
        });
        return builder.Build();
    }

    /// <summary>One operation as several, each a single replacement on the text that the one before leaves; composed they are the operation.</summary>
    public static IReadOnlyList<TextOperation> Hunks(TextOperation operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        List<TextOperation> hunks = [];
        var position = 0;
        for (var i = 0; i < operation.Steps.Length; i++)
        {
            var step = operation.Steps[i];
            if (step.IsRetain)
            {
                position += step.Count;
                continue;
            }

            var deleted = 0;
            if (step.Inserted is not null && i + 1 < operation.Steps.Length && operation.Steps[i + 1].IsDelete)
            {
                deleted = operation.Steps[++i].InputLength;
            }

            hunks.Add(TextOperation.Replace(position, step.IsDelete ? step.InputLength : deleted, step.Inserted ?? ""));
            position += step.OutputLength;
        }

        return hunks;
    }

    private static (int[] Ids, int[] Starts) Lines(string text, Dictionary<string, int> known)
    {
        List<int> ids = [];
        List<int> starts = [0];
        var lookup = known.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var start = 0; start < text.Length; start = starts[^1])
        {
            var feed = text.IndexOf('\n', start);
            var end = feed < 0 ? text.Length : feed + 1;
            ref var id = ref CollectionsMarshal.GetValueRefOrAddDefault(lookup, text.AsSpan(start..end), out var exists);
            if (!exists)
            {
                id = known.Count;
            }

            ids.Add(id);
            starts.Add(end);
        }

        return ([.. ids], [.. starts]);
    }

    private static void Characters(ReadOnlySpan<char> before, ReadOnlySpan<char> after, TextOperationBuilder builder)
    {
        var (oldRunes, oldStarts) = Runes(before);
        var (newRunes, newStarts) = Runes(after);
        var inserted = after.ToString();
        ShortestEdit.Walk(oldRunes, newRunes, MostCharacterDifferences, (oldStart, oldEnd, newStart, newEnd, equal) =>
        {
            var units = oldStarts[oldEnd] - oldStarts[oldStart];
            if (equal)
            {
                builder.Retain(units);
            }
            else
            {
                builder.Insert(inserted[newStarts[newStart]..newStarts[newEnd]]).Delete(units);
            }
        });
    }

    private static (int[] Values, int[] Starts) Runes(ReadOnlySpan<char> text)
    {
        List<int> values = new(text.Length);
        List<int> starts = new(text.Length + 1);
        var position = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            values.Add(rune.Value);
            starts.Add(position);
            position += rune.Utf16SequenceLength;
        }

        starts.Add(position);
        return ([.. values], [.. starts]);
    }
}
