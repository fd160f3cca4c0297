using System.Security.Cryptography;
using System.Text.Json;

namespace CodexCloudIde.Documents.Files;

/// <summary>The bytes that a file has at a revision.</summary>
internal sealed record SavedFile(long Revision, string Hash)
{
    public static SavedFile Of(long revision, ReadOnlySpan<byte> bytes) => new(revision, Convert.ToHexStringLower(SHA256.HashData(bytes)));
}

/// <summary>What the document knows about its file: how it is shaped, what was last written to it, and what is about to be.</summary>
/// <param name="Shape">How its text lies in it.</param>
/// <param name="Saved">Its bytes, and the newest revision whose edits they have.</param>
/// <param name="Saving">The bytes that are about to be its own; null when nothing is being written.</param>
/// <param name="Found">Its text where it is that of no revision: others wrote it while newer edits had not reached it. Null otherwise.</param>
/// <remarks>
/// Written before and after each save. After a crash the file has the one hash or the other, and it is known which revision it holds; any other
/// hash is a change from outside, relative to <see cref="Saved"/>.
/// </remarks>
internal sealed record FileMark(FileShape Shape, SavedFile Saved, SavedFile? Saving, string? Found = null)
{
    public byte[] Encode() => JsonSerializer.SerializeToUtf8Bytes(this);

    public static FileMark Decode(byte[] encoded) => JsonSerializer.Deserialize<FileMark>(encoded) ?? throw new InvalidDataException("The journal has no file mark here.");

    /// <summary>The revision that these bytes are, if they are ours.</summary>
    public long? RevisionOf(string hash) => hash == Saved.Hash ? Saved.Revision : hash == Saving?.Hash ? Saving.Revision : null;
}
