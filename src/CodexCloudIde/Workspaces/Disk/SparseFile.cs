using Microsoft.Win32.SafeHandles;

namespace CodexCloudIde.Workspaces.Disk;

/// <summary>Files with holes: a program makes one of a terabyte with one call, and it takes no room until somebody writes the zeros out.</summary>
internal static class SparseFile
{
    private const int SeekData = 3;
    private const int SeekHole = 4;
    private const int BufferSize = 128 * 1024;

    /// <summary>Copies what has been written, at most <paramref name="room"/> bytes; holes stay holes.</summary>
    /// <returns>Bytes copied.</returns>
    /// <exception cref="TooLargeException">There is more.</exception>
    public static long Copy(SafeFileHandle from, SafeFileHandle to, long room, CancellationToken cancellationToken)
    {
        var length = RandomAccess.GetLength(from);
        var buffer = new byte[(int)Math.Clamp(length, 1, BufferSize)];
        var copied = 0L;
        for (var at = 0L; at < length && Native.lseek(from, at, SeekData) is >= 0 and var data;)
        {
            var end = Math.Min(length, Native.lseek(from, data, SeekHole));
            for (at = data; at < end;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var read = RandomAccess.Read(from, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - at)), at);
                // Cut off by its program meanwhile: it ends here.
                if (read == 0) return copied;
                copied += read;
                if (copied > room) throw new TooLargeException(room);
                RandomAccess.Write(to, buffer.AsSpan(0, read), at);
                at += read;
            }
        }

        RandomAccess.SetLength(to, length);
        return copied;
    }
}
