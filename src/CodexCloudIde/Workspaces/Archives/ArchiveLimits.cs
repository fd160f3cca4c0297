using CodexCloudIde.Api;

namespace CodexCloudIde.Workspaces.Archives;

/// <summary>Why an archive is not taken; nothing of it has been merged.</summary>
internal sealed class ArchiveRefusedException(Refusal refusal) : Exception(refusal.Detail)
{
    public Refusal Refusal => refusal;

    public static ArchiveRefusedException Because(string type, string detail) => new(new Refusal(422, type, detail));

    /// <summary>A name for a message: control and direction characters are shown as escapes.</summary>
    public static string Shown(string name)
    {
        var shown = string.Concat((name.Length > 120 ? name[..120] + "…" : name)
            .Select(c => char.IsControl(c) || char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.Format || char.IsSurrogate(c) ? $"\\u{(int)c:x4}" : c.ToString()));
        return $"'{shown}'";
    }
}

/// <summary>Counts what unpacks, against the limits and against what was packed.</summary>
internal sealed class ArchiveLimits(WorkspaceOptions options, long room, Func<long> packedBytes)
{
    // Small archives may compress as well as they like.
    private const long RatioMattersFrom = 64L << 20;

    private int entries;

    public int MostEntries => options.MostEntries;

    /// <summary>Bytes unpacked so far.</summary>
    public long Bytes { get; private set; }

    public void CountEntry(string path)
    {
        if (++entries > options.MostEntries)
        {
            throw ArchiveRefusedException.Because("archive-too-large", $"The archive has more than {options.MostEntries} entries.");
        }

        if (path.Count(c => c == '/') >= options.DeepestEntry)
        {
            throw ArchiveRefusedException.Because("archive-too-deep", $"The archive has folders nested deeper than {options.DeepestEntry} levels.");
        }
    }

    /// <summary>A stated size, before any byte of it is read: a terabyte of holes is refused at its header.</summary>
    public void CheckStated(long size)
    {
        if (size > options.LargestFile)
        {
            throw ArchiveRefusedException.Because("archive-too-large", $"A file in the archive has more than {options.LargestFile} bytes.");
        }

        Check(Bytes + size);
    }

    public void Count(int read)
    {
        Bytes += read;
        Check(Bytes);
        if (Bytes > RatioMattersFrom && Bytes / Math.Max(1, packedBytes()) > options.HighestRatio)
        {
            throw ArchiveRefusedException.Because("archive-bomb", $"The archive unpacks to more than {options.HighestRatio} times its size and is taken for a bomb.");
        }
    }

    private void Check(long bytes)
    {
        if (bytes > options.LargestUnpacked)
        {
            throw ArchiveRefusedException.Because("archive-too-large", $"The archive unpacks to more than {options.LargestUnpacked >> 20} MiB.");
        }

        if (bytes > room)
        {
            throw new ArchiveRefusedException(WorkspaceUsage.Full(options.Quota) with { Status = 422 });
        }
    }

    /// <summary>Copies a file's content, counting.</summary>
    public async Task CopyAsync(Stream from, Stream to, CancellationToken cancellationToken)
    {
        var buffer = new byte[128 * 1024];
        var largest = options.LargestFile;
        for (int read; (read = await from.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if ((largest -= read) < 0)
            {
                throw ArchiveRefusedException.Because("archive-too-large", $"A file in the archive has more than {options.LargestFile} bytes.");
            }

            Count(read);
            await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
    }
}
