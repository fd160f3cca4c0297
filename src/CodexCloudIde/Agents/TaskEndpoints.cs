using System.Globalization;
using System.Text;
using System.Text.Json;
using CodexCloudIde.Agents.Phone;
using CodexCloudIde.Api;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Agents;

/// <summary>Tasks by API: thin; the grain decides.</summary>
internal static class TaskEndpoints
{
    public static void MapAgents(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v1").RequireAuthorization(TenantPolicy.Tenant).WithTags("Tasks");
        api.MapPost("/workspaces/{workspace}/tasks", CreateAsync);
        var tasks = api.MapGroup("/tasks");
        tasks.MapGet("", ListAsync);
        tasks.MapGet("/{task}", (HttpContext http, IGrainFactory grains, string task) => AnswerAsync(http, grains, task, (grain, caller) => grain.GetAsync(caller)));
        tasks.MapEvents<TaskEventStream>();
        tasks.MapGet("/{task}/diff", DiffAsync);
        tasks.MapPost("/{task}/messages", (HttpContext http, IGrainFactory grains, string task, NewMessage message) =>
            AnswerAsync(http, grains, task, (grain, caller) => grain.SayAsync(caller, message.Text), 202));
        tasks.MapPost("/{task}/cancel", (HttpContext http, IGrainFactory grains, string task) => AnswerAsync(http, grains, task, (grain, caller) => grain.CancelAsync(caller)));
        tasks.MapPost("/{task}/pause", (HttpContext http, IGrainFactory grains, string task) => AnswerAsync(http, grains, task, (grain, caller) => grain.PauseAsync(caller)));
        tasks.MapPost("/{task}/resume", (HttpContext http, IGrainFactory grains, string task) => AnswerAsync(http, grains, task, (grain, caller) => grain.ResumeAsync(caller)));
        tasks.MapPost("/{task}/approvals/{approval}", (HttpContext http, IGrainFactory grains, string task, string approval, NewDecision made) =>
            AnswerAsync(http, grains, task, (grain, caller) => grain.DecideAsync(caller, approval, made.Decision, made.Always, made.ActionHash)));
        tasks.MapPost("/{task}/changes", ReviewAsync);
        tasks.MapPost("/{task}/rewind", (HttpContext http, IGrainFactory grains, string task, NewRewind rewind) =>
            AnswerAsync(http, grains, task, (grain, caller) => grain.RewindAsync(caller, rewind.To)));
        tasks.MapPost("/{task}/fork", ForkAsync);
        routes.MapPhone();
    }

    internal static ITaskGrain Of(this IGrainFactory grains, Caller caller, string task) => grains.GetGrain<ITaskGrain>($"{caller.Tenant}/{task}");

    internal static bool IsId(string task) => Guid.TryParseExact(task, "N", out _);

    private static async Task<IResult> CreateAsync(
        HttpContext http, IGrainFactory grains, WorkspaceAccess access, WorkspaceId workspace, TaskRequest request, CancellationToken cancellationToken)
    {
        var caller = http.GetCaller();
        var found = await access.FindAsync(caller, workspace, Role.Developer, cancellationToken);
        if (!found.Succeeded)
        {
            return found.Refusal.ToResult();
        }

        var id = Guid.CreateVersion7().ToString("N");
        var created = await grains.Of(caller, id).CreateAsync(caller, found.Value, TaskJson.Write(request));
        if (!created.Succeeded)
        {
            return created.Refusal.ToResult();
        }

        http.Response.Headers.Location = $"/api/v1/tasks/{id}";
        return Json(created.Value, StatusCodes.Status201Created);
    }

    private static async Task<IResult> ListAsync(
        HttpContext http, TaskList list, WorkspaceAccess access, PageRequest page, CancellationToken cancellationToken, string? workspace = null, string? state = null)
    {
        var caller = http.GetCaller();
        if (state is not null && !TaskStates.All.Contains(state))
        {
            return ((Refusal?)new Refusal(400, "malformed-request", $"'state' is one of {string.Join(", ", TaskStates.All)}.", "state")).ToResult();
        }

        WorkspaceId? only = null;
        if (workspace is not null)
        {
            if (!WorkspaceId.TryParse(workspace, null, out var id) || await access.FindAsync(caller, id, Role.Viewer, cancellationToken) is not { Succeeded: true })
            {
                return Refusal.NotFound.ToResult();
            }

            only = id;
        }

        var before = long.TryParse(page.After, CultureInfo.InvariantCulture, out var ticks) ? ticks : (long?)null;
        var rows = await list.ReadAsync(caller, only, state, before, page.Limit + 1, cancellationToken);
        return Results.Json(Page<TaskView>.Of([.. rows.Select(row => row.View())], page, view => view.UpdatedAt.UtcTicks.ToString(CultureInfo.InvariantCulture)), TaskJson.Options);
    }

    private static async Task<IResult> DiffAsync(HttpContext http, IGrainFactory grains, string task)
    {
        var caller = http.GetCaller();
        var diff = IsId(task) ? await grains.Of(caller, task).DiffAsync(caller) : Refusal.NotFound;
        if (!diff.Succeeded)
        {
            return diff.Refusal.ToResult();
        }

        var json = http.Request.GetTypedHeaders().Accept.Any(accept => accept.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase));
        return json ? Json(diff.Value, StatusCodes.Status200OK) : Results.Text(TaskJson.Read<DiffView>(diff.Value).Unified, "text/x-diff", Encoding.UTF8);
    }

    private static Task<IResult> ReviewAsync(HttpContext http, IGrainFactory grains, string task, NewReview review)
    {
        var (word, accept) = review.Accept switch
        {
            { ValueKind: JsonValueKind.String } text when TextOf(text) is "all" or "none" => (TextOf(text), []),
            { ValueKind: JsonValueKind.Array } list when list.EnumerateArray().All(id => TextOf(id) is not null) =>
                ((string?)null, list.EnumerateArray().Select(id => TextOf(id)!).ToArray()),
            null when review.Reject is not null => ((string?)null, []),
            _ => (null, null),
        };
        return accept is null || (word is not null && review.Reject is not null) || review.Reject?.Any(id => id is null) == true
            ? Task.FromResult(((Refusal?)new Refusal(400, "malformed-request", "'accept' is \"all\", \"none\" or a list of hunk ids; with a list, 'reject' may name hunks too.", "accept")).ToResult())
            : AnswerAsync(http, grains, task, (grain, caller) => grain.ReviewAsync(caller, word, accept, review.Reject));
    }

    /// <summary>Null for anything but a text; half a surrogate pair is none.</summary>
    private static string? TextOf(JsonElement element)
    {
        try
        {
            return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static async Task<IResult> ForkAsync(HttpContext http, IGrainFactory grains, string task, NewFork? fork = null)
    {
        var caller = http.GetCaller();
        var through = int.MaxValue;
        if (!IsId(task) || (fork?.At is { } at && (!at.StartsWith('i') || !int.TryParse(at.AsSpan(1), out through))))
        {
            return Refusal.NotFound.ToResult();
        }

        var id = Guid.CreateVersion7().ToString("N");
        var made = await grains.Of(caller, id).CreateForkAsync(caller, task, through);
        http.Response.Headers.Location = $"/api/v1/tasks/{id}";
        return made.Succeeded ? Json(made.Value, StatusCodes.Status201Created) : made.Refusal.ToResult();
    }

    private static async Task<IResult> AnswerAsync(
        HttpContext http, IGrainFactory grains, string task, Func<ITaskGrain, Caller, Task<Outcome<string>>> ask, int status = StatusCodes.Status200OK)
    {
        var caller = http.GetCaller();
        var answer = IsId(task) ? await ask(grains.Of(caller, task), caller) : Refusal.NotFound;
        return answer.Succeeded ? Json(answer.Value, status) : answer.Refusal.ToResult();
    }

    private static IResult Json(string json, int status) => Results.Content(json, "application/json", Encoding.UTF8, status);

    internal sealed record NewMessage(string Text);

    internal sealed record NewDecision(string Decision, bool Always = false, string? ActionHash = null);

    internal sealed record NewRewind(string To);

    internal sealed record NewFork(string? At = null);

    internal sealed record NewReview(JsonElement? Accept = null, string[]? Reject = null);
}
