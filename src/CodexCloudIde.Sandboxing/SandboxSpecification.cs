namespace CodexCloudIde.Sandboxing;

/// <summary>How the workspace appears at <c>/workspace</c>.</summary>
public enum WorkspaceMode
{
    /// <summary>Over a discarded layer: the host's files are never written.</summary>
    Overlay,

    /// <summary>The host's own files, for terminals and git.</summary>
    ReadWrite,
}

/// <summary>A host directory that a sandbox may read.</summary>
/// <param name="HostPath">Absolute; its last component is not followed if it is a link.</param>
/// <param name="InsidePath">One of <see cref="SandboxPaths.MountPoints"/>.</param>
public sealed record SandboxMount(string HostPath, string InsidePath);

/// <summary>What a fresh sandbox is made of.</summary>
/// <param name="WorkspacePath">Absolute host directory, stored as <see cref="SandboxUser"/>.</param>
/// <param name="Mode">Overlay or read-write.</param>
/// <param name="Limits">All of them.</param>
public sealed record SandboxSpecification(string WorkspacePath, WorkspaceMode Mode, SandboxLimits Limits)
{
    /// <summary>Further read-only directories.</summary>
    public IReadOnlyList<SandboxMount> Mounts { get; init; } = [];

    /// <summary>
    /// A host directory, stored as <see cref="SandboxUser"/>, of what earlier runs have compiled: at <see cref="SandboxPaths.Compiled"/> under a layer of the sandbox's own, which
    /// <see cref="ISandbox.KeepCompiledAsync"/> adds to it. Null: there is none.
    /// </summary>
    public string? CompiledPath { get; init; }

    /// <summary>The one way out, reached inside at <c>127.0.0.1:3128</c> as an HTTP proxy; null is no network at all.</summary>
    public Egress.EgressRule? Egress { get; init; }
}

/// <summary>Where things are inside.</summary>
public static class SandboxPaths
{
    public const string Workspace = "/workspace";
    public const string Home = "/home/user";

    /// <summary>The product's own read-only tools (test plugins).</summary>
    public const string Tools = "/ide/tools";

    /// <summary>A read-only source, such as a repository to clone.</summary>
    public const string Source = "/ide/source";

    /// <summary>Read-only certificates of the operator's own authorities.</summary>
    public const string Trust = "/ide/trust";

    /// <summary>Where compilers keep what they have compiled; written to only where a specification has such a directory.</summary>
    public const string Compiled = "/ide/compiled";

    /// <summary>A file that a job may append machine-readable lines to; see <see cref="ISandbox.ReadReport"/>.</summary>
    public const string Report = "/ide/report/events";

    /// <summary>Directories that a <see cref="SandboxMount"/> may be mounted on.</summary>
    public static IReadOnlyList<string> MountPoints { get; } = [Tools, Source, Trust, .. PackageCaches.Points.Values];
}

/// <summary>What to run inside.</summary>
/// <param name="Arguments">Program and arguments; the program is found by the sandbox's own PATH.</param>
public sealed record SandboxCommand(IReadOnlyList<string> Arguments)
{
    /// <summary>Added to the sandbox's own few variables; nothing of the server's environment is inside.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Absolute inside; must exist.</summary>
    public string WorkingDirectory { get; init; } = SandboxPaths.Workspace;

    /// <summary>Everything the program can read from its standard input; then end of file.</summary>
    public ReadOnlyMemory<byte> Input { get; init; }
}
