namespace CodexCloudIde.Terminals;

/// <summary>The last bytes of a stream by their offsets; what is older is gone.</summary>
internal sealed class Scrollback(int capacity)
{
    private readonly byte[] ring = new byte[capacity];

    /// <summary>Offset after the last byte.</summary>
    public long End { get; private set; }

    /// <summary>Offset of the oldest byte still here.</summary>
    public long Start => Math.Max(0, End - capacity);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > capacity)
        {
            End += bytes.Length - capacity;
            bytes = bytes[^capacity..];
        }

        var at = (int)(End % capacity);
        var first = Math.Min(bytes.Length, capacity - at);
        bytes[..first].CopyTo(ring.AsSpan(at));
        bytes[first..].CopyTo(ring);
        End += bytes.Length;
    }

    /// <summary>Up to <paramref name="most"/> bytes from an offset between start and end.</summary>
    public byte[] Read(long offset, int most)
    {
        var count = (int)Math.Min(most, End - offset);
        var bytes = new byte[count];
        var at = (int)(offset % capacity);
        var first = Math.Min(count, capacity - at);
        ring.AsSpan(at, first).CopyTo(bytes);
        ring.AsSpan(0, count - first).CopyTo(bytes.AsSpan(first));
        return bytes;
    }
}
