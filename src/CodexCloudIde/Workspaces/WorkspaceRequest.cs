using CodexCloudIde.Api;
using CodexCloudIde.Tenants;
using Microsoft.AspNetCore.Http.Features;

namespace CodexCloudIde.Workspaces;

/// <summary>
/// What most calls below <c>/workspaces/{w}</c> begin with: who asks, and is this workspace theirs. Binds by itself as a parameter; <see cref="AllowAsync"/> answers.
/// </summary>
internal sealed record WorkspaceRequest(HttpContext Http, Caller Caller, WorkspaceId? Id, WorkspaceAccess Access)
{
    public Actor Actor => Actor.Of(Caller);

    public CancellationToken Aborted => Http.RequestAborted;

    public static ValueTask<WorkspaceRequest?> BindAsync(HttpContext context) => ValueTask.FromResult<WorkspaceRequest?>(new WorkspaceRequest(
        context, context.GetCaller(), WorkspaceId.TryParse(context.GetRouteValue("w") as string, null, out var id) ? id : null,
        context.RequestServices.GetRequiredService<WorkspaceAccess>()));

    /// <summary>The workspace for a caller with at least this role.</summary>
    public async Task<Outcome<WorkspaceRef>> AllowAsync(Role needed) =>
        Id is { } id ? await Access.FindAsync(Caller, id, needed, Aborted) : Refusal.NotFound;

    /// <summary>Runs when allowed, and answers.</summary>
    public async Task<IResult> WhenAsync(Role needed, Func<WorkspaceRef, Task<IResult>> then)
    {
        var workspace = await AllowAsync(needed);
        return workspace.Succeeded ? await then(workspace.Value) : workspace.Refusal.ToResult();
    }

    /// <summary>
    /// The path after <paramref name="marker"/> as the client spelled it. The framework's own route value has dot segments already folded and an escaped slash left escaped.
    /// </summary>
    public Outcome<string> PathAfter(string marker)
    {
        var target = Http.Features.Get<IHttpRequestFeature>()?.RawTarget;
        var at = target?.IndexOf(marker, StringComparison.Ordinal) ?? -1;
        var raw = at < 0 ? Http.GetRouteValue("path") as string ?? "" : Uri.UnescapeDataString(target![(at + marker.Length)..].Split('?', '#')[0]);
        return WorkspacePath.Parse(raw);
    }

    /// <summary>A body of any size may come; the endpoint has its own limit.</summary>
    public Stream OpenBody()
    {
        if (Http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }

        return Http.Request.Body;
    }
}
