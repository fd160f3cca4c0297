using CodexCloudIde.Api;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Agents.Phone;

/// <summary>The phone's forms: they work without any script, carry antiforgery tokens, and lead back to the page with what happened.</summary>
internal static class PhoneEndpoints
{
    public static void MapPhone(this IEndpointRouteBuilder routes)
    {
        var phone = routes.MapGroup("/m").RequireAuthorization(TenantPolicy.Tenant);
        phone.MapForm("/workspaces/{workspace}/tasks", StartAsync);
        phone.MapForm("/tasks/{task}/messages", async (HttpContext http, IGrainFactory grains, string task) =>
        {
            var text = (await http.Request.ReadFormAsync(http.RequestAborted))["text"].ToString();
            return await BackAsync(http, grains, task, (grain, caller) => grain.SayAsync(caller, text));
        });
        phone.MapForm("/tasks/{task}/cancel", (HttpContext http, IGrainFactory grains, string task) => BackAsync(http, grains, task, (grain, caller) => grain.CancelAsync(caller)));
        phone.MapForm("/tasks/{task}/resume", (HttpContext http, IGrainFactory grains, string task) => BackAsync(http, grains, task, (grain, caller) => grain.ResumeAsync(caller)));
        phone.MapForm("/tasks/{task}/approvals/{approval}", DecideAsync);
        phone.MapForm("/tasks/{task}/changes", ReviewAsync);
    }

    private static async Task<IResult> StartAsync(HttpContext http, IGrainFactory grains, WorkspaceAccess access, string workspace)
    {
        var caller = http.GetCaller();
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var found = WorkspaceId.TryParse(workspace, null, out var id) ? await access.FindAsync(caller, id, Role.Developer, http.RequestAborted) : Refusal.NotFound;
        var task = Guid.CreateVersion7().ToString("N");
        var request = new TaskRequest(form["kind"].ToString(), form["prompt"].ToString() is { Length: > 0 } prompt ? prompt : null, Priority: "interactive");
        var made = found.Succeeded ? await grains.Of(caller, task).CreateAsync(caller, found.Value, TaskJson.Write(request)) : found.Refusal;
        return Results.LocalRedirect(made.Succeeded ? $"/m/tasks/{task}" : $"/m/workspaces?notice={Uri.EscapeDataString(made.Refusal.Detail)}");
    }

    private static async Task<IResult> DecideAsync(HttpContext http, IGrainFactory grains, string task, string approval)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        return await BackAsync(
            http, grains, task, (grain, caller) => grain.DecideAsync(caller, approval, form["decision"].ToString(), form["always"] == "true", form["actionHash"].ToString()));
    }

    private static async Task<IResult> ReviewAsync(HttpContext http, IGrainFactory grains, string task)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var word = form["accept"].ToString();
        string[] Hunk(string name) => form[name].ToString() is { Length: > 0 } id ? [id] : [];
        return await BackAsync(
            http, grains, task, (grain, by) => word is "all" or "none" ? grain.ReviewAsync(by, word, [], null) : grain.ReviewAsync(by, null, Hunk("keep"), Hunk("reject")), "/diff");
    }

    private static async Task<IResult> BackAsync(
        HttpContext http, IGrainFactory grains, string task, Func<ITaskGrain, Caller, Task<Outcome<string>>> ask, string page = "")
    {
        var caller = http.GetCaller();
        var answer = TaskEndpoints.IsId(task) ? await ask(grains.Of(caller, task), caller) : Refusal.NotFound;
        return Results.LocalRedirect(answer.Succeeded ? $"/m/tasks/{task}{page}" : $"/m/tasks/{Uri.EscapeDataString(task)}?notice={Uri.EscapeDataString(answer.Refusal.Detail)}");
    }
}
