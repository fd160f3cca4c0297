using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using CodexCloudIde.Api;
using CodexCloudIde.Executions.Running;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Executions;

/// <summary>Executions and test runs over HTTP: start (one answer or a stream), look, follow, cancel.</summary>
internal static class ExecutionEndpoints
{
    public static void MapExecutions(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1").RequireAuthorization(TenantPolicy.Tenant).WithTags("executions");
        group.MapPost("/workspaces/{workspace}/executions", StartAsync);
        group.MapGet("/workspaces/{workspace}/executions", (HttpContext context, Runs runs, string workspace, PageRequest page, CancellationToken cancellationToken) =>
            runs.ListAsync(context, workspace, RunRow.OfExecution, page, cancellationToken));
        group.MapGet("/workspaces/{workspace}/test-runs", (HttpContext context, Runs runs, string workspace, PageRequest page, CancellationToken cancellationToken) =>
            runs.ListAsync(context, workspace, RunRow.OfTests, page, cancellationToken));
        group.MapPost("/workspaces/{workspace}/test-runs", StartTestsAsync);
        group.MapGet("/executions/{id}", (HttpContext context, Runs runs, string id, CancellationToken cancellationToken) => runs.FindAsync(context, id, RunRow.OfExecution, cancellationToken));
        group.MapGroup("/executions").MapEvents<Runs>();
        group.MapPost("/executions/{id}/cancel", CancelAsync);
        group.MapGet("/test-runs/{id}", (HttpContext context, Runs runs, string id, CancellationToken cancellationToken) => runs.FindAsync(context, id, RunRow.OfTests, cancellationToken));
        group.MapGroup("/test-runs").MapEvents<Runs>();
        group.MapPost("/test-runs/{id}/cancel", CancelAsync);
        routes.MapOperators();
    }

    private static async Task<IResult> StartAsync(
        HttpContext context, WorkspaceAccess access, ExecutionRunner runner, string workspace, ExecutionRequest request, CancellationToken cancellationToken)
    {
        var found = await FindAsync(context, access, workspace, cancellationToken);
        if (found.Refusal is { } refusal) return refusal.ToResult();
        var caller = context.GetCaller();
        var started = await runner.StartAsync(caller, Actor.Of(caller), found.Value!, request, cancellationToken);
        return await AnswerAsync(context, found.Value!.Workspace, started, cancellationToken);
    }

    private static async Task<IResult> StartTestsAsync(
        HttpContext context, WorkspaceAccess access, TestRunner runner, string workspace, TestRunRequest request, CancellationToken cancellationToken)
    {
        var found = await FindAsync(context, access, workspace, cancellationToken);
        if (found.Refusal is { } refusal) return refusal.ToResult();
        var caller = context.GetCaller();
        var started = await runner.StartAsync(caller, Actor.Of(caller), found.Value!, request, cancellationToken);
        return await AnswerAsync(context, found.Value!.Workspace, started, cancellationToken);
    }

    /// <summary>A stream from the first event, or one answer at the end. A client that goes away does not cancel.</summary>
    private static async Task<IResult> AnswerAsync<T>(HttpContext context, WorkspaceId workspace, Outcome<RunHandle<T>> started, CancellationToken cancellationToken)
    {
        if (started.Refusal is { } refusal) return refusal.ToResult();
        var run = started.Value!;
        if (!EventStream.IsWanted(context.Request))
        {
            OpenRequest.AwaitOwnWork(context);
            return Results.Json(await run.Completion.WaitAsync(cancellationToken), RunJson.Options);
        }

        if (context.Features.Get<IStreamOfEvents>() is { } kept) await kept.BeginAsync(RunReplay.AddressOf(run.Id));
        return new EventStream((_, ct) => Runs.ToServerEventsAsync(run.Events(ct), ct)) { Guard = WorkspaceWatch.Of(workspace) };
    }

    private static async Task<IResult> CancelAsync(HttpContext context, ExecutionRunner runner, string id, CancellationToken cancellationToken) =>
        await runner.CancelAsync(context.GetCaller(), id, cancellationToken) is { } refusal ? refusal.ToResult() : Results.Accepted();

    private static async Task<Outcome<WorkspaceRef>> FindAsync(HttpContext context, WorkspaceAccess access, string workspace, CancellationToken cancellationToken) =>
        WorkspaceId.TryParse(workspace, CultureInfo.InvariantCulture, out var id)
            ? await access.FindAsync(context.GetCaller(), id, Role.Developer, cancellationToken)
            : Refusal.NotFound;
}

/// <summary>Runs by id, for whoever may see their workspace.</summary>
internal sealed class Runs(RunHistory history, LiveRuns live, RunsElsewhere elsewhere, WorkspaceAccess access, TimeProvider time) : IEventSource
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    public IReadOnlyList<string> Kinds { get; } = ["executions", "test-runs"];

    /// <summary>Newest first, those under way among them, without what was printed, the cases and the coverage: one by its id has them.</summary>
    public async Task<IResult> ListAsync(HttpContext context, string workspace, string kind, PageRequest page, CancellationToken cancellationToken)
    {
        if (!WorkspaceId.TryParse(workspace, CultureInfo.InvariantCulture, out var id)) return Refusal.NotFound.ToResult();
        var found = await access.FindAsync(context.GetCaller(), id, Role.Viewer, cancellationToken);
        if (found.Refusal is { } refusal) return refusal.ToResult();
        var rows = await history.ListAsync(context.GetCaller().Tenant, id, kind, page, cancellationToken);
        var items = Page<(Guid Id, string Outline)>.Of(rows, page, row => row.Id.ToString("N"));
        return Results.Json(new { items = items.Items.Select(row => JsonNode.Parse(row.Outline)), nextCursor = items.NextCursor }, RunJson.Options);
    }

    /// <param name="kind">Null: either.</param>
    public async Task<IResult> FindAsync(HttpContext context, string id, string? kind, CancellationToken cancellationToken)
    {
        var caller = context.GetCaller();
        var row = await VisibleAsync(caller, id, kind ?? RunRow.OfExecution, cancellationToken) ?? (kind is null ? await VisibleAsync(caller, id, RunRow.OfTests, cancellationToken) : null);
        return row is null ? Refusal.NotFound.ToResult() : Results.Content(row.Result, "application/json; charset=utf-8");
    }

    public async Task<Outcome<EventStream>> OpenAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        var row = await VisibleAsync(caller, id, RunRow.OfExecution, cancellationToken) ?? await VisibleAsync(caller, id, RunRow.OfTests, cancellationToken);
        if (row is null) return Refusal.NotFound;
        if (live.Find(id) is { } run && run.Tenant == caller.Tenant)
        {
            var log = run.Log;
            return Stream(log.ReadAsync);
        }

        return Stream((after, ct) => ElsewhereAsync(row, after, ct));

        EventStream Stream(Func<RunPosition, CancellationToken, IAsyncEnumerable<ExecutionEvent>> events) =>
            new((lastId, ct) => ToServerEventsAsync(events(RunPosition.Parse(lastId), ct), ct)) { Guard = WorkspaceWatch.Of(row.WorkspaceId) };
    }

    public static async IAsyncEnumerable<ServerEvent> ToServerEventsAsync(IAsyncEnumerable<ExecutionEvent> events, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var happened in events.WithCancellation(cancellationToken))
        {
            yield return new ServerEvent(happened.Name, happened.Data, happened.Position.ToString());
        }
    }

    /// <summary>At work in another process, which tells what happens as long as it answers; or over: how it began, what it printed and how it ended.</summary>
    private async IAsyncEnumerable<ExecutionEvent> ElsewhereAsync(RunRow row, RunPosition after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var id = row.Id.ToString("N");
        while (row.Running)
        {
            var told = await elsewhere.TakeAsync(row, after, cancellationToken);
            foreach (var happened in told ?? [])
            {
                after = after.With(happened);
                yield return happened;
            }

            if (after == RunPosition.End) yield break;
            if (told is { Count: > 0 }) continue;
            if (told is null) await Task.Delay(LookAgain, time, cancellationToken);
            if (await history.FindAsync(row.TenantId, id, row.Kind, cancellationToken) is not { } now)
            {
                yield break;
            }

            row = now;
        }

        foreach (var happened in EndedRun.EventsOf(row, after))
        {
            yield return happened;
        }
    }

    private async Task<RunRow?> VisibleAsync(Caller caller, string id, string kind, CancellationToken cancellationToken) =>
        await history.FindAsync(caller.Tenant, id, kind, cancellationToken) is { } row
        && (await access.FindAsync(caller, row.WorkspaceId, Role.Viewer, cancellationToken)).Succeeded ? row : null;
}
