using CodexCloudIde.Api;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Executions;

/// <summary>
/// Runs commands for the API, terminals' neighbours and the agent alike: materialise open documents, write the audit entry, run in a fresh
/// sandbox, stream, collect, write back.
/// </summary>
public sealed class ExecutionRunner
{
    /// <summary>Starts; a refusal when nothing was started (no runtime, a limit above the ceiling, audit not writable).</summary>
    /// <param name="caller">On whose behalf; already authorised for the workspace by the entry, checked again here.</param>
    /// <param name="actor">Who did it: the caller, or the agent working for the caller.</param>
    public Task<Outcome<RunHandle<Execution>>> StartAsync(
        Caller caller, Actor actor, WorkspaceRef workspace, ExecutionRequest request, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{caller} {actor} {workspace} {request} {cancellationToken}");

    /// <summary>Ends it: reason <c>cancelled</c>. Of a run that has ended: no effect.</summary>
    public Task<Refusal?> CancelAsync(Caller caller, string executionId, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{caller} {executionId} {cancellationToken}");
}
