using System.Formats.Tar;

namespace CodexCloudIde.Workspaces.Archives;

/// <summary>From a tar stream to a stage.</summary>
internal static class TarUnpacker
{
    public static async Task UnpackAsync(Stream tar, ArchiveStage stage, ArchiveLimits limits, CancellationToken cancellationToken)
    {
        await using var reader = new TarReader(tar, leaveOpen: true);
        while (await NextAsync(reader, cancellationToken) is { } entry)
        {
            if (entry.EntryType == TarEntryType.GlobalExtendedAttributes)
            {
                continue;
            }

            var path = ArchiveStage.PathOf(entry.Name);
            switch (entry.EntryType)
            {
                case TarEntryType.Directory:
                    stage.AddFolder(path);
                    break;
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                    limits.CheckStated(entry.Length);
                    await stage.AddFileAsync(path, (int)entry.Mode, async file =>
                    {
                        if (entry.DataStream is { } data)
                        {
                            await limits.CopyAsync(data, file, cancellationToken);
                        }
                    });
                    break;
                case TarEntryType.SymbolicLink:
                    stage.AddLink(path, entry.LinkName);
                    break;
                default:
                    throw ArchiveRefusedException.Because(
                        "unsafe-archive",
                        $"The archive's entry {ArchiveRefusedException.Shown(entry.Name)} is a {Name(entry.EntryType)}; only files, folders and symbolic links are unpacked.");
            }
        }
    }

    private static async Task<TarEntry?> NextAsync(TarReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.GetNextEntryAsync(copyData: false, cancellationToken);
        }
        catch (Exception e) when (e is FormatException or EndOfStreamException or ArgumentException or OverflowException or NotSupportedException or ArithmeticException)
        {
            throw Damaged();
        }
    }

    public static ArchiveRefusedException Damaged() =>
        ArchiveRefusedException.Because("damaged-archive", "The archive is damaged or cut off; nothing was written.");

    private static string Name(TarEntryType type) => type switch
    {
        TarEntryType.HardLink => "hard link",
        TarEntryType.BlockDevice or TarEntryType.CharacterDevice => "device",
        TarEntryType.Fifo => "named pipe",
        TarEntryType.SparseFile => "sparse file",
        _ => "special entry",
    };
}
