namespace CodexCloudIde.Sandboxing;

/// <summary>Where sandboxes keep their state and how many wait ready.</summary>
public sealed class SandboxOptions
{
    /// <summary>What a sweep goes by: only sandboxes of the same data directory are removed.</summary>
    public string DataDirectory { get; set; } = "";

    /// <summary>Root, bundles and runtime state, per data directory and process. Every parent must be searchable by everybody.</summary>
    public string StateDirectory { get; set; } = "/run/codex-cloud-ide";

    /// <summary>OCI runtimes, the first that works is taken; found on PATH when they have no slash.</summary>
    public IReadOnlyList<string> RuntimePrograms { get; set; } = ["runc", "crun"];

    /// <summary>Sandboxes that wait for a job, 0 to 64; each holds about 2 MB.</summary>
    public int PoolSize { get; set; } = 2;

    /// <summary>The one way of naming layers to try, for tests; null tries all.</summary>
    internal Linux.LayerNaming? Layers { get; set; }
}
