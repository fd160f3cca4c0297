using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace CodexCloudIde.Text;

/// <summary>An immutable text in chunks; neighbouring snapshots of one document share the chunks that did not change.</summary>
public sealed class TextSnapshot
{
    /// <summary>Units in a full chunk: small enough that one keystroke copies little, large enough that a list of them stays short.</summary>
    private const int ChunkLength = 4096;

    private readonly ImmutableArray<string> chunks;

    private TextSnapshot(ImmutableArray<string> chunks, int length) => (this.chunks, Length) = (chunks, length);

    internal delegate void Copy(int start, Span<char> target);

    /// <summary>The empty text.</summary>
    public static TextSnapshot Empty { get; } = new([], 0);

    /// <summary>UTF-16 units.</summary>
    public int Length { get; }

    /// <inheritdoc/>
    public override string ToString() => string.Concat(chunks);

    internal ImmutableArray<string> Chunks => chunks;

    /// <summary>Adds the text's UTF-8 form to a hash. A pair of surrogates may lie across two chunks.</summary>
    internal void AppendUtf8To(IncrementalHash hash)
    {
        var encoder = Encoding.UTF8.GetEncoder();
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(ChunkLength * 2));
        foreach (var chunk in chunks)
        {
            hash.AppendData(bytes, 0, encoder.GetBytes(chunk, bytes, flush: false));
        }

        ArrayPool<byte>.Shared.Return(bytes);
    }

    /// <summary>The snapshot of a text that shares <paramref name="front"/> units at the start and <paramref name="back"/> at the end with this one.</summary>
    internal TextSnapshot Next(int front, int back, int length, Copy copy)
    {
        var next = ImmutableArray.CreateBuilder<string>((length / ChunkLength) + 2);
        int first = 0, start = 0;
        while (first < chunks.Length && start + chunks[first].Length <= front)
        {
            start += chunks[first].Length;
            next.Add(chunks[first++]);
        }

        int last = chunks.Length, end = length;
        while (last > first && length - end + chunks[last - 1].Length <= back && end - chunks[last - 1].Length >= start)
        {
            end -= chunks[--last].Length;
        }

        // A small rest takes its neighbour in and is cut into equal pieces, so chunks never shrink to crumbs however the text is edited.
        if (end - start < ChunkLength / 2 && next.Count > 0)
        {
            start -= next[^1].Length;
            next.RemoveAt(next.Count - 1);
        }

        var pieces = (end - start + ChunkLength - 1) / ChunkLength;
        for (; pieces > 0; pieces--)
        {
            var piece = (end - start) / pieces;
            next.Add(string.Create(piece, (copy, start), static (span, state) => state.copy(state.start, span)));
            start += piece;
        }

        next.AddRange(chunks.AsSpan()[last..]);
        return new TextSnapshot(next.ToImmutable(), length);
    }
}
