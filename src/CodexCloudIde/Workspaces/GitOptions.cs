namespace CodexCloudIde.Workspaces;

/// <summary>Section <c>Ide:Git</c>.</summary>
public sealed class GitOptions
{
    public const string Section = "Ide:Git";

    /// <summary>Absolute folders from which local repositories may be cloned; none unless told.</summary>
    public IReadOnlyList<string> LocalRoots { get; set; } = [];

    /// <summary>PEM file of certificate authorities that clones over https trust, for servers with a company's own; null is the system's.</summary>
    public string? CertificateAuthorities { get; set; }

    /// <summary>How long a remote may be silent before the import is given up; whole seconds.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Longest time that an import may take.</summary>
    public TimeSpan ImportTime { get; set; } = TimeSpan.FromMinutes(10);
}
