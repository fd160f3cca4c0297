using CodexCloudIde.Sandboxing;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Executions.Running;

/// <summary>One sandboxed job, checked and recorded, ready to run.</summary>
internal sealed record JobPlan(Guid Id, Caller Caller, Actor Actor, WorkspaceRef Workspace, ExecutionRequest Request, SandboxLimits Limits, RunLog Log)
{
    /// <summary>The product's own read-only tools, if the job needs them.</summary>
    public IReadOnlyList<SandboxMount> Mounts { get; init; } = [];

    /// <summary>Something is compiled before it runs.</summary>
    public bool Builds { get; init; }

    /// <summary>Gets the report's bytes as the job writes them.</summary>
    public Action<ReadOnlySpan<byte>>? OnReport { get; init; }

    /// <summary>Its turn to run, if one was free when it began; otherwise it is queued for one.</summary>
    public IDisposable? Turn { get; init; }

    public string Key => Id.ToString("N");
}
