namespace CodexCloudIde.Documents;

/// <summary>What a file's new content was made from; what was typed since is kept.</summary>
/// <param name="Revision">The document's revision, or <see cref="WhenOpened"/>; null when only the newest text will do.</param>
/// <param name="Tag">That the file must still have; null for any.</param>
[GenerateSerializer, Immutable]
public sealed record WriteBasis([property: Id(0)] long? Revision = null, [property: Id(1)] string? Tag = null)
{
    /// <summary>The revision that the document had when it was opened: the content was made before.</summary>
    public const long WhenOpened = -1;

    /// <summary>Whatever is there now is replaced.</summary>
    public static WriteBasis Newest { get; } = new();
}
