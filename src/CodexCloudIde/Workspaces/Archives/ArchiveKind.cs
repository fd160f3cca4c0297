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

        // Old tars have no magic, but every header states a checksum; an empty archive begins with its end.
        return start.Length >= NeededBytes && (TarHeader.IsEnd(start) || TarHeader.IsValid(start)) ? ArchiveKind.Tar : ArchiveKind.Unknown;
    }
}
