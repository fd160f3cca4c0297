using System.ComponentModel.DataAnnotations;

namespace CodexCloudIde.Executions.Runtime;

/// <summary>Section <c>Ide:Sandbox</c>.</summary>
internal sealed class SandboxSettings
{
    public const string Section = "Ide:Sandbox";

    /// <summary><c>auto</c>, <c>oci</c> or <c>docker</c>.</summary>
    [RegularExpression("auto|oci|docker")]
    public string Runtime { get; set; } = "auto";

    /// <summary>The OCI runtime's program; unset takes runc, or crun where that is what works.</summary>
    public string? RuntimeProgram { get; set; }

    [Required]
    public string StateDirectory { get; set; } = "/run/codex-cloud-ide";

    /// <summary>Sandboxes waiting ready.</summary>
    [Range(0, 64)]
    public int PoolSize { get; set; } = 8;

    /// <summary>Executions and test runs at once in this process; more wait.</summary>
    [Range(1, 256)]
    public int Concurrency { get; set; } = 8;

    /// <summary>Of these at most so many of one tenant; null: three quarters.</summary>
    [Range(1, 256)]
    public int? ConcurrencyPerTenant { get; set; }

    /// <summary>Executions and test runs of one tenant that may wait for their turn; more are refused.</summary>
    [Range(1, 100_000)]
    public int MostWaiting { get; set; } = 200;

    /// <summary>Executions and test runs of a workspace whose results are kept; older ones are forgotten. The audit log keeps that they were.</summary>
    [Range(10, 100_000)]
    public int RunsKept { get; set; } = 500;

    public int MostOfOneTenant => Math.Min(Concurrency, ConcurrencyPerTenant ?? Math.Max(1, Concurrency * 3 / 4));

    /// <summary>Terminals at once in this process.</summary>
    [Range(1, 1000)]
    public int Terminals { get; set; } = 64;

    /// <summary>
    /// Folders of packages that every sandbox may read, by <c>nuget</c>, <c>npm</c>, <c>pip</c>, <c>go</c> and <c>cargo</c>; unset is <c>caches/NAME</c> in the data
    /// directory, if it is there. See <see cref="Sandboxing.PackageCaches"/> for what each holds.
    /// </summary>
    public Dictionary<string, string> Caches { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>MiB that each checkout may keep of what compilers made in its runs (Go, Rust, C#), so that the next run compiles only what changed; 0 keeps nothing.</summary>
    [Range(0, 100_000)]
    public int CompiledMb { get; set; } = 512;

    /// <summary>What a request that does not say gets.</summary>
    public ExecutionLimits Default { get; set; } = new(60, 120, 60, Math.Min(2, Environment.ProcessorCount), 1024, 256, 256, 50_000, 1024);

    /// <summary>What a test run that has to build first gets, where its request does not say.</summary>
    public ExecutionLimits Building { get; set; } = new(600, 900, 120, Math.Min(2, Environment.ProcessorCount), 2048, 512, 1024, 100_000, 1024);

    /// <summary>The most that a request may ask for.</summary>
    public ExecutionLimits Ceiling { get; set; } = new(1800, 3600, 900, Environment.ProcessorCount, 4096, 1024, 2048, 500_000, 16_384);
}
