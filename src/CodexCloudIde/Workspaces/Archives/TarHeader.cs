using System.Buffers.Binary;
using System.Text;

namespace CodexCloudIde.Workspaces.Archives;

/// <summary>One header block of a tar archive (POSIX.1-2017, pax, "ustar Interchange Format", and GNU tar's extensions to it).</summary>
/// <param name="Type">The type flag; '0' for what old archives leave as NUL.</param>
internal readonly record struct TarHeader(string Name, int Mode, long Size, char Type, string LinkName)
{
    public const int Length = 512;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>True for the zero block at an archive's end.</summary>
    public static bool IsEnd(ReadOnlySpan<byte> block) => block.IndexOfAnyExcept((byte)0) < 0;

    /// <summary>Whether the block states the sum of its own bytes, its checksum field taken as spaces; some old writers summed signed bytes.</summary>
    public static bool IsValid(ReadOnlySpan<byte> block)
    {
        if (Octal(block.Slice(148, 8)) is not { } stated)
        {
            return false;
        }

        var (unsigned, signed) = (0L, 0L);
        for (var i = 0; i < Length; i++)
        {
            var b = i is >= 148 and < 156 ? (byte)' ' : block[i];
            unsigned += b;
            signed += (sbyte)b;
        }

        return stated == unsigned || stated == signed;
    }

    /// <summary>Null when it is no header.</summary>
    public static TarHeader? Read(ReadOnlySpan<byte> block)
    {
        if (!IsValid(block) || Number(block.Slice(124, 12)) is not { } size || size < 0 || Number(block.Slice(100, 8)) is not { } mode)
        {
            return null;
        }

        var name = Text(block[..100]);
        // GNU's own format has other fields where POSIX has the prefix, and says so by a space after "ustar".
        if (block[257..].StartsWith("ustar\0"u8) && Text(block.Slice(345, 155)) is { Length: > 0 } prefix)
        {
            name = $"{prefix}/{name}";
        }

        return new TarHeader(name, (int)(mode & 0xfff), size, block[156] == 0 ? '0' : (char)block[156], Text(block.Slice(157, 100)));
    }

    /// <summary>UTF-8 up to the first NUL; archives with names in other encodings are refused rather than guessed at.</summary>
    public static string Text(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return Decode(end < 0 ? field : field[..end]);
    }

    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw ArchiveRefusedException.Because("unsafe-archive", "The archive has a name that is not UTF-8; repack it with UTF-8 names.");
        }
    }

    // Octal digits, or GNU's big-endian binary with the highest bit set.
    private static long? Number(ReadOnlySpan<byte> field) => (field[0] & 0x80) == 0
        ? Octal(field)
        : field[0] == 0x80 ? BinaryPrimitives.ReadInt64BigEndian(field[^8..]) : null;

    private static long? Octal(ReadOnlySpan<byte> field)
    {
        var value = 0L;
        foreach (var b in field.Trim(" \0"u8))
        {
            if (b is < (byte)'0' or > (byte)'7')
            {
                return null;
            }

            value = (value << 3) + b - '0';
        }

        return value;
    }
}
