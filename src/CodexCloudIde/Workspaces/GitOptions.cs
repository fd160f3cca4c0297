namespace CodexCloudIde.Workspaces;

/// <summary>Section <c>Ide:Git</c>.</summary>
public sealed class GitOptions
{
    public const string Section = "Ide:Git";

    /// <summary>Absolute folders from which local repositories may be cloned; none unless told.</summary>
    public IReadOnlyList<string> LocalRoots { get; set; } = [];

    /// <summary>Longest time that an import may take.</summary>
    public TimeSpan ImportTime { get; set; } = TimeSpan.FromMinutes(10);
}
