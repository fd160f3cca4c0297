using System.ComponentModel.DataAnnotations;

namespace CodexCloudIde.Terminals;

/// <summary>Section <c>Ide:Terminals</c>.</summary>
internal sealed class TerminalOptions
{
    public const string Section = "Ide:Terminals";

    /// <summary>Without input, output or CPU use for this long a terminal ends.</summary>
    [Range(60, 7 * 86_400)]
    public int IdleSeconds { get; set; } = 4 * 3600;

    /// <summary>Without any connection for this long a terminal ends.</summary>
    [Range(5, 86_400)]
    public int DetachedSeconds { get; set; } = 1800;

    [Range(1, 100)]
    public int PerUser { get; set; } = 12;

    [Range(64, 65_536)]
    public int MemoryMb { get; set; } = 2048;

    [Range(16, 32_768)]
    public int Processes { get; set; } = 512;

    /// <summary>Home and /tmp together; they live in the sandbox's memory.</summary>
    [Range(16, 65_536)]
    public int DiskMb { get; set; } = 512;
}
