using System.Globalization;

namespace CodexCloudIde.Workspaces.Archives;

/// <summary>
/// From a tar stream to a stage. Reads the headers itself: the framework's reader takes a newline in an extended name for the end of it.
/// </summary>
internal sealed class TarUnpacker(Stream tar, ArchiveStage stage, ArchiveLimits limits)
{
    // Extended headers hold names; a megabyte is more than any has.
    private const int LargestExtension = 1 << 20;

    private readonly byte[] block = new byte[TarHeader.Length];
    private string? extendedName;
    private string? extendedLink;
    private long? extendedSize;

    public static Task UnpackAsync(Stream tar, ArchiveStage stage, ArchiveLimits limits, CancellationToken cancellationToken) =>
        new TarUnpacker(tar, stage, limits).RunAsync(cancellationToken);

    public static ArchiveRefusedException Damaged() =>
        ArchiveRefusedException.Because("damaged-archive", "The archive is damaged or cut off; nothing was written.");

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        // An archive that ends without its end block has been cut off.
        while (true)
        {
            await tar.ReadExactlyAsync(block, cancellationToken);
            if (TarHeader.IsEnd(block))
            {
                return;
            }

            var header = TarHeader.Read(block) ?? throw Damaged();
            switch (header.Type)
            {
                case 'x':
                    ReadRecords(await ExtensionAsync(header, cancellationToken));
                    break;
                case 'g':
                    limits.CountEntry("");
                    await ExtensionAsync(header, cancellationToken);
                    break;
                case 'L':
                    extendedName = TarHeader.Text(await ExtensionAsync(header, cancellationToken));
                    break;
                case 'K':
                    extendedLink = TarHeader.Text(await ExtensionAsync(header, cancellationToken));
                    break;
                default:
                    await EntryAsync(
                        header with { Name = extendedName ?? header.Name, LinkName = extendedLink ?? header.LinkName, Size = extendedSize ?? header.Size }, cancellationToken);
                    (extendedName, extendedLink, extendedSize) = (null, null, null);
                    break;
            }
        }
    }

    private async Task EntryAsync(TarHeader entry, CancellationToken cancellationToken)
    {
        var path = ArchiveStage.PathOf(entry.Name);
        switch (entry.Type)
        {
            case '5':
                stage.AddFolder(path);
                break;
            // A name with a slash at its end was a folder before folders had a type.
            case '0' when entry.Name.EndsWith('/'):
                stage.AddFolder(path);
                break;
            case '0' or '7':
                limits.CheckStated(entry.Size);
                await stage.AddFileAsync(path, entry.Mode, async file =>
                {
                    await using var data = new SliceStream(tar, entry.Size);
                    await limits.CopyAsync(data, file, cancellationToken);
                });
                await SkipPaddingAsync(entry.Size, cancellationToken);
                break;
            case '2':
                stage.AddLink(path, entry.LinkName);
                break;
            default:
                throw ArchiveRefusedException.Because(
                    "unsafe-archive",
                    $"The archive's entry {ArchiveRefusedException.Shown(entry.Name)} is a {NameOf(entry.Type)}; only files, folders and symbolic links are unpacked.");
        }
    }

    private async Task<byte[]> ExtensionAsync(TarHeader header, CancellationToken cancellationToken)
    {
        if (header.Size > LargestExtension)
        {
            throw Damaged();
        }

        var content = new byte[header.Size];
        await tar.ReadExactlyAsync(content, cancellationToken);
        await SkipPaddingAsync(header.Size, cancellationToken);
        return content;
    }

    private async Task SkipPaddingAsync(long size, CancellationToken cancellationToken) =>
        await tar.ReadExactlyAsync(block.AsMemory(0, (int)((TarHeader.Length - (size % TarHeader.Length)) % TarHeader.Length)), cancellationToken);

    /// <summary>pax records: "length key=value\n", the length counting the whole record; the value may hold any byte.</summary>
    private void ReadRecords(ReadOnlySpan<byte> records)
    {
        while (records.Length > 0)
        {
            var space = records.IndexOf((byte)' ');
            if (space is < 1 or > 9 || !int.TryParse(records[..space], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                || length <= space + 2 || length > records.Length || records[length - 1] != '\n')
            {
                throw Damaged();
            }

            var record = records[(space + 1)..(length - 1)];
            records = records[length..];
            var equals = record.IndexOf((byte)'=');
            if (equals < 1)
            {
                throw Damaged();
            }

            var value = record[(equals + 1)..];
            switch (TarHeader.Decode(record[..equals]))
            {
                case "path":
                    extendedName = TarHeader.Decode(value);
                    break;
                case "linkpath":
                    extendedLink = TarHeader.Decode(value);
                    break;
                case "size":
                    extendedSize = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : throw Damaged();
                    break;
                case var key when key.StartsWith("GNU.sparse.", StringComparison.Ordinal):
                    throw ArchiveRefusedException.Because("unsafe-archive", "The archive holds a sparse file; repack it without --sparse.");
            }
        }
    }

    private static string NameOf(char type) => type switch
    {
        '1' => "hard link",
        '3' or '4' => "device",
        '6' => "named pipe",
        'S' => "sparse file",
        _ => "special entry",
    };
}
