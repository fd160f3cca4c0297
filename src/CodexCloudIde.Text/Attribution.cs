namespace CodexCloudIde.Text;

/// <summary>A part of a text that came with one edit.</summary>
/// <param name="Start">UTF-16 units.</param>
/// <param name="Length">UTF-16 units, at least 1.</param>
/// <param name="Edit">Null: it is older than the edits that are known.</param>
public readonly record struct AttributedRun<TAuthor>(int Start, int Length, SequencedEdit<TAuthor>? Edit);

/// <summary>Which edit each part of a text came with.</summary>
/// <remarks>
/// Theory of operation. The edits are walked back from the newest. A gap buffer has the length of the text as it was then; each element is the place of that unit in the
/// newest text, or says that it is not there any more. What an edit inserted and is still there came with it, and leaves the buffer; what it deleted comes back as units
/// that are nowhere now. So each step costs what the edit changed, not what the text holds.
/// </remarks>
public static class Attribution
{
    private const int Nowhere = -1;

    /// <param name="length">UTF-16 units of the newest text.</param>
    /// <param name="newestFirst">A run of sequenced edits without gaps that ends with the newest.</param>
    /// <returns>Runs from the first unit to the last, neighbours of one edit merged.</returns>
    public static IReadOnlyList<AttributedRun<TAuthor>> Of<TAuthor>(int length, IEnumerable<SequencedEdit<TAuthor>> newestFirst)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentNullException.ThrowIfNull(newestFirst);
        var owners = new SequencedEdit<TAuthor>?[length];
        var places = new GapBuffer<int>(length + 16);
        var all = new int[length];
        for (var i = 0; i < length; i++)
        {
            all[i] = i;
        }

        places.Append(all);
        var unowned = length;
        foreach (var edit in newestFirst)
        {
            if (unowned == 0)
            {
                break;
            }

            unowned -= TakeBack(edit, places, owners);
        }

        return Runs(owners);
    }

    /// <summary>Turns the buffer from the text after the edit into the one before. How many units found their edit.</summary>
    private static int TakeBack<TAuthor>(SequencedEdit<TAuthor> edit, GapBuffer<int> places, SequencedEdit<TAuthor>?[] owners)
    {
        var found = 0;
        var position = 0;
        foreach (var step in edit.Operation.Steps)
        {
            if (step.IsRetain)
            {
                position += step.Count;
                continue;
            }

            places.MoveGap(position);
            if (step.Inserted is { } inserted)
            {
                foreach (var place in places.Back[..inserted.Length])
                {
                    if (place != Nowhere)
                    {
                        owners[place] = edit;
                        found++;
                    }
                }

                places.RemoveBehindGap(inserted.Length);
            }
            else
            {
                var gone = new int[step.InputLength];
                Array.Fill(gone, Nowhere);
                places.Append(gone);
                position += step.InputLength;
            }
        }

        return found;
    }

    private static List<AttributedRun<TAuthor>> Runs<TAuthor>(SequencedEdit<TAuthor>?[] owners)
    {
        List<AttributedRun<TAuthor>> runs = [];
        for (var start = 0; start < owners.Length;)
        {
            var end = start + 1;
            while (end < owners.Length && ReferenceEquals(owners[end], owners[start]))
            {
                end++;
            }

            runs.Add(new AttributedRun<TAuthor>(start, end - start, owners[start]));
            start = end;
        }

        return runs;
    }
}
