using CodexCloudIde.Api;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Executions;

/// <summary>Detects the project's own runner, runs it in a fresh sandbox and reads its machine report.</summary>
public sealed class TestRunner
{
    /// <summary>Starts; 422 <c>no-test-runner</c> when none is found.</summary>
    public Task<Outcome<RunHandle<TestRun>>> StartAsync(
        Caller caller, Actor actor, WorkspaceRef workspace, TestRunRequest request, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{caller} {actor} {workspace} {request} {cancellationToken}");
}
