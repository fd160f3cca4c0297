using System.Security.Cryptography;

namespace CodexCloudIde.Text;

/// <summary>A mutable text: a gap buffer with an index of its lines, and cheap immutable snapshots of it.</summary>
/// <remarks>
/// <para>
/// Theory of operation. Characters lie in a gap buffer. Beside it a second gap buffer holds the places of line feeds: those before the text's gap
/// as distance from the start, those behind it as distance from the end. Both gaps move together, so an edit at the gap leaves every stored
/// distance right, and a line or an offset is found by bisection.
/// </para>
/// <para>
/// A snapshot is a list of chunks. The document remembers how many units at either end have not changed since the last snapshot and shares
/// the chunks that lie there; only the middle is copied.
/// </para>
/// Not safe for concurrent use: it belongs to the single writer. Snapshots may be read by anybody.
/// </remarks>
public sealed class TextDocument
{
    private readonly GapBuffer<char> text;
    private readonly GapBuffer<int> lineFeeds = new(16);
    private TextSnapshot snapshot = TextSnapshot.Empty;
    private int cleanFront;
    private int cleanBack;

    /// <summary>A document that holds <paramref name="initial"/>.</summary>
    /// <exception cref="ArgumentException">The text has a carriage return or half a surrogate pair.</exception>
    public TextDocument(string initial)
    {
        ArgumentNullException.ThrowIfNull(initial);
        if (TextOperation.Check(initial) is var fault and not TextFault.None)
        {
            throw new ArgumentException($"Not a document's text: {fault}.", nameof(initial));
        }

        text = new GapBuffer<char>(initial.Length + 256);
        Insert(initial);
    }

    /// <summary>UTF-16 units.</summary>
    public int Length => text.Length;

    /// <summary>Lines, at least one: a line feed ends one and begins the next.</summary>
    public int LineCount => lineFeeds.Length + 1;

    /// <summary>The unit at an offset from 0 to <see cref="Length"/> − 1.</summary>
    public char this[int offset] => text[offset];

    /// <summary>The zero-based line that an offset from 0 to <see cref="Length"/> lies in.</summary>
    public int LineOf(int offset)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)offset, (uint)Length);
        int low = 0, high = lineFeeds.Length;
        while (low < high)
        {
            var middle = (low + high) >> 1;
            if (LineFeed(middle) < offset)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>The offset at which a zero-based line begins.</summary>
    public int StartOf(int line)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)line, (uint)LineCount);
        return line == 0 ? 0 : LineFeed(line - 1) + 1;
    }

    /// <summary>A part of the text.</summary>
    public string Substring(int start, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)start + length, Length);
        return string.Create(length, (text, start), static (span, state) => state.text.CopyTo(state.start, span));
    }

    /// <summary>Applies an edit, or leaves the text alone and says what is wrong with it here.</summary>
    public TextFault TryApply(TextOperation operation)
    {
        var fault = Check(operation);
        if (fault == TextFault.None)
        {
            Apply(operation);
        }

        return fault;
    }

    /// <summary>The same, with the edit that takes it back.</summary>
    /// <param name="inverse">Identity when there is a fault.</param>
    public TextFault TryApply(TextOperation operation, out TextOperation inverse)
    {
        var fault = Check(operation);
        inverse = fault == TextFault.None ? Invert(operation) : TextOperation.Identity;
        if (fault == TextFault.None)
        {
            Apply(operation);
        }

        return fault;
    }

    /// <summary>Is this an edit of this text: long enough, no edge inside a surrogate pair?</summary>
    public TextFault Check(TextOperation operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        if (operation.RequiredLength > Length)
        {
            return TextFault.BeyondEnd;
        }

        var position = 0;
        foreach (var step in operation.Steps)
        {
            position += step.InputLength;
            if (position > 0 && position < Length && char.IsLowSurrogate(text[position]) && char.IsHighSurrogate(text[position - 1]))
            {
                return TextFault.SplitSurrogate;
            }
        }

        return TextFault.None;
    }

    /// <summary>The edit that will take <paramref name="operation"/>, which has not been applied yet, back.</summary>
    public TextOperation Invert(TextOperation operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return operation.Invert(this, static (document, start, length) => document.Substring(start, length));
    }

    /// <summary>The text as it is now, for readers elsewhere; chunks that did not change are shared with the snapshot before.</summary>
    public TextSnapshot Snapshot()
    {
        if (snapshot.Length != Length || cleanFront < Length)
        {
            snapshot = snapshot.Next(cleanFront, cleanBack, Length, text.CopyTo);
        }

        cleanFront = cleanBack = Length;
        return snapshot;
    }

    /// <summary>Lower-case hex SHA-256 of the text in UTF-8.</summary>
    public string Hash()
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Snapshot().AppendUtf8To(sha);
        return Convert.ToHexStringLower(sha.GetHashAndReset());
    }

    /// <inheritdoc/>
    public override string ToString() => Substring(0, Length);

    private void Apply(TextOperation operation)
    {
        var position = 0;
        foreach (var step in operation.Steps)
        {
            if (step.IsRetain)
            {
                position += step.Count;
                continue;
            }

            MoveGap(position);
            cleanFront = Math.Min(cleanFront, position);
            cleanBack = Math.Min(cleanBack, Length - position - (step.IsDelete ? step.InputLength : 0));
            if (step.Inserted is { } inserted)
            {
                Insert(inserted);
                position += inserted.Length;
            }
            else
            {
                Delete(step.InputLength);
            }
        }
    }

    private int LineFeed(int index) => index < lineFeeds.Gap ? lineFeeds[index] : Length - lineFeeds[index];

    private void MoveGap(int position)
    {
        while (lineFeeds.Gap > 0 && lineFeeds.Front[^1] >= position)
        {
            lineFeeds.Front[^1] = Length - lineFeeds.Front[^1];
            lineFeeds.MoveGap(lineFeeds.Gap - 1);
        }

        while (lineFeeds.Back.Length > 0 && Length - lineFeeds.Back[0] < position)
        {
            lineFeeds.Back[0] = Length - lineFeeds.Back[0];
            lineFeeds.MoveGap(lineFeeds.Gap + 1);
        }

        text.MoveGap(position);
    }

    private void Insert(ReadOnlySpan<char> added)
    {
        var start = text.Gap;
        for (var i = added.IndexOf('\n'); i >= 0;)
        {
            lineFeeds.Append([start + i]);
            var next = added[(i + 1)..].IndexOf('\n');
            i = next < 0 ? -1 : i + 1 + next;
        }

        text.Append(added);
    }

    private void Delete(int units)
    {
        var gone = 0;
        var end = text.Gap + units;
        while (gone < lineFeeds.Back.Length && Length - lineFeeds.Back[gone] < end)
        {
            gone++;
        }

        lineFeeds.RemoveBehindGap(gone);
        text.RemoveBehindGap(units);
    }
}
