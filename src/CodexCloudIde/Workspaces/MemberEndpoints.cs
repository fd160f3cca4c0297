using CodexCloudIde.Api;
using CodexCloudIde.Tenants;

namespace CodexCloudIde.Workspaces;

internal sealed record MemberChange(Role Role);

/// <summary><c>/workspaces/{w}/members</c>.</summary>
internal static class MemberEndpoints
{
    public static void MapMembers(this RouteGroupBuilder group)
    {
        group.MapGet("/{w}/members", async (WorkspaceRequest request, WorkspaceMembers members) => request.Id is { } id
            ? (await members.ListAsync(request.Caller, id, request.Aborted)).ToResult(items => Results.Ok(new { items, nextCursor = (string?)null }))
            : Refusal.NotFound.ToResult());

        group.MapGet("/{w}/members/{user}", async (string user, WorkspaceRequest request, WorkspaceMembers members) =>
        {
            var listed = request.Id is { } id ? await members.ListAsync(request.Caller, id, request.Aborted) : Refusal.NotFound;
            return listed.ToResult(items => items.FirstOrDefault(member => member.User == user) is { } found ? Results.Ok(found) : Refusal.NotFound.ToResult());
        });

        group.MapPut("/{w}/members/{user}", async (string user, MemberChange body, WorkspaceRequest request, WorkspaceMembers members) =>
            request.Id is { } id && UserId.TryParse(user, null, out var userId)
                ? (await members.PutAsync(request.Caller, id, userId, body.Role, request.Aborted)).ToResult()
                : Refusal.NotFound.ToResult());

        group.MapDelete("/{w}/members/{user}", async (string user, WorkspaceRequest request, WorkspaceMembers members) =>
            request.Id is { } id && UserId.TryParse(user, null, out var userId)
                ? (await members.DeleteAsync(request.Caller, id, userId, request.Aborted)).ToResult()
                : Refusal.NotFound.ToResult());
    }
}
