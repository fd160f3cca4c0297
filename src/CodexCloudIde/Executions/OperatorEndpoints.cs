using CodexCloudIde.Executions.Running;
using CodexCloudIde.Executions.Runtime;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;
using Microsoft.Extensions.Options;

namespace CodexCloudIde.Executions;

/// <summary><c>/api/v1/admin/sandboxes</c> and <c>/quotas</c>: what runs in this process and what it may use; never a command or an output.</summary>
internal static class OperatorEndpoints
{
    public static void MapOperators(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/admin").RequireAuthorization(TenantPolicy.Operator).WithTags("Operators");
        group.MapGet("/sandboxes", SandboxesAsync);
        group.MapGet("/quotas", Quotas);
    }

    private static async Task<IResult> SandboxesAsync(Sandboxes sandboxes, LiveRuns live, CancellationToken cancellationToken)
    {
        var probe = await sandboxes.ProbeAsync(cancellationToken);
        return Results.Ok(new
        {
            items = live.Running.Select(run => new SandboxView(run.Id, run.Run.Kind, run.Run.Tenant.ToString(), run.Run.Workspace.ToString())).ToList(),
            nextCursor = (string?)null,
            runtime = new { probe.Runtime, probe.Usable, probe.Version, probe.Isolation, probe.Missing, limitsNotHeld = probe.MissingLimits },
        });
    }

    private static IResult Quotas(Sandboxes sandboxes, IOptions<WorkspaceOptions> workspaces) => Results.Ok(new
    {
        // One row: every tenant has the installation's own figures.
        items = (QuotaView[])[new(null, workspaces.Value.Quota, workspaces.Value.LargestFile, sandboxes.Settings.Concurrency, sandboxes.Settings.Terminals, sandboxes.Settings.Default, sandboxes.Settings.Ceiling)],
        nextCursor = (string?)null,
    });

    /// <param name="Id">The execution's or test run's.</param>
    internal sealed record SandboxView(string Id, string Kind, string Tenant, string Workspace);

    /// <param name="Tenant">Null: every tenant.</param>
    internal sealed record QuotaView(
        string? Tenant, long WorkspaceBytes, long FileBytes, int Executions, int Terminals, ExecutionLimits Limits, ExecutionLimits Ceiling);
}
