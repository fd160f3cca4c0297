namespace CodexCloudIde.Workspaces.Archives;

/// <summary>Formats, told apart by content and never by a name or a header that the client chose.</summary>
internal enum ArchiveKind
{
    Unknown,
    Tar,
    TarGz,
    Zip,
}

internal static class ArchiveKinds
{
    /// <summary>Bytes needed to tell: one tar header.</summary>
    public const int NeededBytes = 512;

    public static ArchiveKind Of(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]))
        {
            return ArchiveKind.TarGz;
        }

        // A local file header, or the end record of an archive with nothing in it.
        if (start.StartsWith("PK\u0003\u0004"u8) || start.StartsWith("PK\u0005\u0006"u8))
        {
            return ArchiveKind.Zip;
        }

        return start.Length >= NeededBytes && IsTarHeader(start[..NeededBytes]) ? ArchiveKind.Tar : ArchiveKind.Unknown;
    }

    // Old tars have no magic, but every header carries the sum of its own bytes, its checksum field taken as spaces (POSIX.1-2017, pax, ustar).
    private static bool IsTarHeader(ReadOnlySpan<byte> header)
    {
        if (header.IndexOfAnyExcept((byte)0) < 0)
        {
            return true; // the two zero blocks of an empty archive
        }

        var stated = 0;
        foreach (var digit in header.Slice(148, 8))
        {
            if (digit is >= (byte)'0' and <= (byte)'7')
            {
                stated = (stated * 8) + digit - '0';
            }
            else if (digit is not ((byte)' ' or 0))
            {
                return false;
            }
        }

        var sum = 0;
        for (var i = 0; i < header.Length; i++)
        {
            sum += i is >= 148 and < 156 ? ' ' : header[i];
        }

        return sum == stated;
    }
}
