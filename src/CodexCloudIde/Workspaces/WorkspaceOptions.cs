using System.ComponentModel.DataAnnotations;

namespace CodexCloudIde.Workspaces;

/// <summary>Section <c>Ide:Workspaces</c>. Sizes are bytes.</summary>
public sealed class WorkspaceOptions
{
    public const string Section = "Ide:Workspaces";

    /// <summary>Where the files lie; by default <c>workspaces</c> beneath <c>Ide:DataDirectory</c>.</summary>
    public string? Folder { get; set; }

    /// <summary>Largest single file that is taken in; above: 413.</summary>
    [Range(1, long.MaxValue)]
    public long LargestFile { get; set; } = 512L << 20;

    /// <summary>Space on disk that one workspace may take.</summary>
    [Range(1 << 20, long.MaxValue)]
    public long Quota { get; set; } = 5L << 30;

    /// <summary>Largest archive as uploaded.</summary>
    [Range(1, long.MaxValue)]
    public long LargestUpload { get; set; } = 1L << 30;

    /// <summary>Most bytes that one archive may unpack to.</summary>
    [Range(1, long.MaxValue)]
    public long LargestUnpacked { get; set; } = 2L << 30;

    /// <summary>Most entries of one archive.</summary>
    [Range(1, int.MaxValue)]
    public int MostEntries { get; set; } = 100_000;

    /// <summary>Deepest nesting of folders in an archive.</summary>
    [Range(1, 1000)]
    public int DeepestEntry { get; set; } = 100;

    /// <summary>Unpacked to packed size above which an archive counts as a bomb, once it has unpacked to 64 MiB.</summary>
    [Range(10, 100_000)]
    public int HighestRatio { get; set; } = 200;

    /// <summary>Most entries that one tree listing answers.</summary>
    [Range(100, 10_000_000)]
    public int MostTreeEntries { get; set; } = 100_000;

    /// <summary>Files above this size are not searched.</summary>
    [Range(1, 1 << 30)]
    public int LargestSearchedFile { get; set; } = 4 << 20;

    /// <summary>Time that one search may take; what was found by then is answered as truncated.</summary>
    public TimeSpan SearchTime { get; set; } = TimeSpan.FromSeconds(10);
}
