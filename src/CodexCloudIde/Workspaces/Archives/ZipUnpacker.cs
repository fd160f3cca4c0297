using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace CodexCloudIde.Workspaces.Archives;

/// <summary>From a zip file to a stage.</summary>
internal static class ZipUnpacker
{
    public static async Task UnpackAsync(FileStream zip, ArchiveStage stage, ArchiveLimits limits, int mostEntries, CancellationToken cancellationToken)
    {
        if (CountEntries(zip, mostEntries) > mostEntries)
        {
            throw ArchiveRefusedException.Because("archive-too-large", $"The archive has more than {mostEntries} entries.");
        }

        zip.Position = 0;
        using var archive = new ZipArchive(zip, ZipArchiveMode.Read, leaveOpen: true, Encoding.UTF8);
        foreach (var entry in archive.Entries)
        {
            // Archives made on Windows may separate by backslash.
            var name = entry.FullName.Replace('\\', '/');
            var path = ArchiveStage.PathOf(name);
            var mode = entry.ExternalAttributes >> 16;
            var type = mode & 0xf000;
            if (name.EndsWith('/') || type == 0x4000)
            {
                stage.AddFolder(path);
                continue;
            }

            if (entry.IsEncrypted)
            {
                throw ArchiveRefusedException.Because("unsafe-archive", "The archive is encrypted; upload it unencrypted.");
            }

            switch (type)
            {
                case 0 or 0x8000:
                    limits.CheckStated(entry.Length);
                    await stage.AddFileAsync(path, type == 0 ? 0x1a4 : mode, async file =>
                    {
                        await using var data = await entry.OpenAsync(cancellationToken);
                        await limits.CopyAsync(data, file, cancellationToken);
                    });
                    break;
                case 0xa000:
                    stage.AddLink(path, await TargetAsync(entry, cancellationToken));
                    break;
                default:
                    throw ArchiveRefusedException.Because(
                        "unsafe-archive", $"The archive's entry {ArchiveRefusedException.Shown(name)} is a special file; only files, folders and symbolic links are unpacked.");
            }
        }
    }

    private static async Task<string> TargetAsync(ZipArchiveEntry entry, CancellationToken cancellationToken)
    {
        var buffer = new byte[4097];
        await using var data = await entry.OpenAsync(cancellationToken);
        var length = await data.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length <= 4096
            ? Encoding.UTF8.GetString(buffer, 0, length)
            : throw ArchiveRefusedException.Because("unsafe-archive", "A link in the archive has a target of more than 4,096 bytes.");
    }

    /// <summary>
    /// Counts the central directory's headers by walking them, at most one more than <paramref name="most"/>: the framework's reader would keep every one in
    /// memory first. Records: PKWARE APPNOTE 6.3.10, 4.3.12 to 4.3.16.
    /// </summary>
    private static int CountEntries(FileStream zip, int most)
    {
        var tail = new byte[Math.Min(zip.Length, 65_557)];
        zip.Position = zip.Length - tail.Length;
        zip.ReadExactly(tail);
        var end = tail.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        if (end < 0 || tail.Length - end < 22)
        {
            throw TarUnpacker.Damaged();
        }

        long offset = BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(end + 16));
        if (offset == uint.MaxValue && end >= 20 && tail.AsSpan(end - 20).StartsWith("PK\u0006\u0007"u8))
        {
            var record = new byte[56];
            zip.Position = Math.Clamp(BinaryPrimitives.ReadInt64LittleEndian(tail.AsSpan(end - 12)), 0, zip.Length);
            zip.ReadExactly(record);
            offset = BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(48));
        }

        var header = new byte[46];
        var count = 0;
        for (; count <= most && offset >= 0 && offset + header.Length <= zip.Length; count++)
        {
            zip.Position = offset;
            zip.ReadExactly(header);
            if (!header.AsSpan().StartsWith("PK\u0001\u0002"u8))
            {
                break;
            }

            offset += header.Length + BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(28)) + BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(30))
                + BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(32));
        }

        return count;
    }
}
