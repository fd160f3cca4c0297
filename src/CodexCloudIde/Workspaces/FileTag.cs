using System.Security.Cryptography;
using CodexCloudIde.Workspaces.Disk;

namespace CodexCloudIde.Workspaces;

/// <summary>Entity tags of files (RFC 9110 §8.8.3), quoted.</summary>
internal static class FileTag
{
    /// <summary>By content: half of its SHA-256.</summary>
    public static string Of(ReadOnlySpan<byte> content) => $"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 16))}\"";

    /// <summary>Of a file that is too large to be read for it.</summary>
    public static string Of(DiskStat stat) => $"\"{stat.Inode:x}-{stat.Size:x}-{stat.ChangedNanoseconds:x}\"";
}
