using System.Formats.Tar;
using System.IO.Compression;
using CodexCloudIde.Api;
using CodexCloudIde.Documents;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces.Disk;
using Microsoft.Extensions.Options;

namespace CodexCloudIde.Workspaces.Archives;

/// <summary>What an archive brought.</summary>
internal sealed record Unpacked(int Files, long Bytes);

/// <summary>
/// Whole workspaces in and out. In: everything is unpacked into a folder that no sandbox sees, checked, and only then renamed into place file by file, so an
/// archive that is refused has written nothing.
/// </summary>
internal sealed class WorkspaceArchives(WorkspaceFolder folder, WorkspaceUsage usage, OpenDocuments documents, WorkspaceEvents events, IOptions<WorkspaceOptions> options)
{
    public async Task<Outcome<Unpacked>> PutAsync(WorkspaceRef workspace, Actor actor, Stream body, CancellationToken cancellationToken)
    {
        try
        {
            using var staged = folder.Stage(workspace);
            staged.Folder.MakeFolder("unpacked");
            using var unpacked = staged.Folder.Folder("unpacked");
            await using var packed = new BoundedStream(body, options.Value.LargestUpload);
            var limits = new ArchiveLimits(options.Value, usage.RoomLeft(workspace, folder), () => packed.Count);
            var stage = new ArchiveStage(unpacked, limits);
            await UnpackAsync(packed, Path.Combine(staged.Path, "upload"), stage, limits, cancellationToken);
            stage.MakeLinks();
            var refusal = await new ArchiveMerge(workspace, actor, unpacked, folder, documents).RunAsync(cancellationToken);
            if (refusal is not null)
            {
                return refusal;
            }

            usage.Forget(workspace);
            events.Publish(workspace, WorkspaceEvent.TreeChanged(""));
            return new Unpacked(stage.Files, limits.Bytes);
        }
        catch (ArchiveRefusedException e)
        {
            return e.Refusal;
        }
        catch (TooLargeException)
        {
            return new Refusal(413, "too-large", $"Archives may have at most {options.Value.LargestUpload >> 20} MiB here.");
        }
        catch (InvalidDataException)
        {
            return TarUnpacker.Damaged().Refusal;
        }
        catch (EndOfStreamException)
        {
            return TarUnpacker.Damaged().Refusal;
        }
        catch (IOException e) when (DiskRefusals.Of(e) is { } refusal)
        {
            return refusal;
        }
    }

    /// <summary>Writes the workspace as tar.gz, in constant memory. Open documents are written to their files first.</summary>
    public async Task GetAsync(WorkspaceRef workspace, Stream to, CancellationToken cancellationToken)
    {
        await documents.MaterialiseAsync(workspace, cancellationToken);
        using var root = folder.OpenRoot(workspace);
        await using var gzip = new GZipStream(to, CompressionLevel.Fastest, leaveOpen: true);
        await using var writer = new TarWriter(gzip, TarEntryFormat.Pax, leaveOpen: true);
        // The root first: an archive of nothing would otherwise be no archive.
        await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, "./") { Mode = (UnixFileMode)0x1ed }, cancellationToken);
        foreach (var node in DiskTree.Walk(root, "", int.MaxValue, _ => true))
        {
            var entry = new PaxTarEntry(
                node.Stat.Kind switch { DiskKind.Folder => TarEntryType.Directory, DiskKind.Link => TarEntryType.SymbolicLink, _ => TarEntryType.RegularFile },
                node.Path)
            {
                Mode = (UnixFileMode)node.Stat.Mode,
                ModificationTime = node.Stat.ModifiedAt,
            };
            if (node.Stat.Kind == DiskKind.Link)
            {
                entry.LinkName = node.Parent.LinkTarget(node.Entry);
            }

            if (node.Stat.Kind != DiskKind.File)
            {
                await writer.WriteEntryAsync(entry, cancellationToken);
                continue;
            }

            if (Open(node) is not { } file)
            {
                continue;
            }

            await using (file)
            {
                entry.DataStream = file;
                await writer.WriteEntryAsync(entry, cancellationToken);
            }
        }
    }

    private static FixedLengthStream? Open(DiskNode node)
    {
        try
        {
            return new FixedLengthStream(new FileStream(node.Parent.FileToRead(node.Entry.Name), FileAccess.Read, bufferSize: 0, isAsync: false));
        }
        catch (IOException)
        {
            // Gone or replaced since it was listed.
            return null;
        }
    }

    private static async Task UnpackAsync(BoundedStream packed, string uploadPath, ArchiveStage stage, ArchiveLimits limits, CancellationToken cancellationToken)
    {
        var start = new byte[ArchiveKinds.NeededBytes];
        var length = await packed.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
        await using var whole = new PrefixedStream(start.AsMemory(0, length), packed);
        switch (ArchiveKinds.Of(start.AsSpan(0, length)))
        {
            case ArchiveKind.Tar:
                await TarUnpacker.UnpackAsync(whole, stage, limits, cancellationToken);
                break;
            case ArchiveKind.TarGz:
                await using (var gzip = new GZipStream(whole, CompressionMode.Decompress, leaveOpen: true))
                {
                    await using var counted = new PassingStream(gzip);
                    await TarUnpacker.UnpackAsync(counted, stage, limits, cancellationToken);
                    if (counted.Count == 0)
                    {
                        throw TarUnpacker.Damaged();
                    }
                }

                break;
            case ArchiveKind.Zip:
                await using (var upload = new FileStream(uploadPath, FileMode.CreateNew, FileAccess.ReadWrite))
                {
                    await whole.CopyToAsync(upload, cancellationToken);
                    await ZipUnpacker.UnpackAsync(upload, stage, limits, mostEntries: limits.MostEntries, cancellationToken);
                }

                break;
            default:
                throw ArchiveRefusedException.Because("unknown-archive", "The body is no tar, tar.gz or zip archive.");
        }

        // What follows an archive's end is read too: a client that is still sending would take an early answer for a broken connection.
        await whole.CopyToAsync(Stream.Null, cancellationToken);
    }
}
