namespace CodexCloudIde.Text;

/// <summary>A sequence with a movable gap: edits near the last one cost what they change, not what the sequence holds.</summary>
internal sealed class GapBuffer<T>(int capacity = 256)
    where T : unmanaged
{
    private T[] items = new T[capacity];
    private int gapEnd = capacity;

    /// <summary>Items before the gap.</summary>
    public int Gap { get; private set; }

    public int Length => items.Length - (gapEnd - Gap);

    /// <summary>Items before the gap.</summary>
    public Span<T> Front => items.AsSpan(0, Gap);

    /// <summary>Items behind the gap.</summary>
    public Span<T> Back => items.AsSpan(gapEnd);

    public T this[int index] => index < Gap ? items[index] : items[index + gapEnd - Gap];

    public void MoveGap(int position)
    {
        if (position < Gap)
        {
            var moved = Gap - position;
            items.AsSpan(position, moved).CopyTo(items.AsSpan(gapEnd - moved));
            gapEnd -= moved;
        }
        else if (position > Gap)
        {
            items.AsSpan(gapEnd, position - Gap).CopyTo(items.AsSpan(Gap));
            gapEnd += position - Gap;
        }

        Gap = position;
    }

    /// <summary>Adds in front of the gap.</summary>
    public void Append(ReadOnlySpan<T> added)
    {
        if (gapEnd - Gap < added.Length)
        {
            Grow(added.Length);
        }

        added.CopyTo(items.AsSpan(Gap));
        Gap += added.Length;
    }

    /// <summary>Removes items right behind the gap.</summary>
    public void RemoveBehindGap(int count) => gapEnd += count;

    /// <summary>Removes items right before the gap.</summary>
    public void RemoveBeforeGap(int count) => Gap -= count;

    public void CopyTo(int start, Span<T> target)
    {
        var inFront = Math.Clamp(Gap - start, 0, target.Length);
        if (inFront > 0)
        {
            items.AsSpan(start, inFront).CopyTo(target);
        }

        items.AsSpan(start + inFront + gapEnd - Gap, target.Length - inFront).CopyTo(target[inFront..]);
    }

    private void Grow(int needed)
    {
        // Half of the content more: memory stays below twice the text, and appending stays linear.
        var length = Length;
        var grown = new T[length + needed + Math.Max(length / 2, 64)];
        Front.CopyTo(grown);
        Back.CopyTo(grown.AsSpan(grown.Length - Back.Length));
        gapEnd = grown.Length - Back.Length;
        items = grown;
    }
}
