using System.Globalization;
using CodexCloudIde.Api;
using CodexCloudIde.Storage;
using CodexCloudIde.Tenants;
using Microsoft.EntityFrameworkCore;

namespace CodexCloudIde.Workspaces;

internal sealed record CommitRequest(string Message, IReadOnlyList<string>? Paths = null);

internal sealed record BranchRequest(string Name, string? From = null);

internal sealed record CheckOutRequest(string Name);

/// <summary><c>/workspaces/{w}/git/…</c>.</summary>
internal static class GitEndpoints
{
    public static void MapGit(this RouteGroupBuilder group)
    {
        group.MapGet("/{w}/git/status", (WorkspaceRequest request, WorkspaceGit git) =>
            request.WhenAsync(Role.Viewer, async workspace => (await git.StatusAsync(workspace, request.Aborted)).ToResult()));

        group.MapGet("/{w}/git/log", (WorkspaceRequest request, PageRequest page, WorkspaceGit git, string? @ref, string? path) =>
            request.WhenAsync(Role.Viewer, async workspace =>
            {
                _ = int.TryParse(page.After, NumberStyles.None, CultureInfo.InvariantCulture, out var skip);
                var commits = await git.LogAsync(workspace, @ref, path, skip, page.Limit + 1, request.Aborted);
                return commits.ToResult(items => Results.Ok(Page<GitCommit>.Of(items, page, _ => (skip + page.Limit).ToString(CultureInfo.InvariantCulture))));
            }));

        group.MapGet("/{w}/git/diff", (WorkspaceRequest request, WorkspaceGit git, string? from, string? to, bool? staged, string? path) =>
            request.WhenAsync(Role.Viewer, async workspace =>
                (await git.DiffAsync(workspace, from, to, staged ?? false, path, request.Aborted)).ToResult(diff => Results.Text(diff, "text/x-diff; charset=utf-8"))));

        group.MapPost("/{w}/git/init", (WorkspaceRequest request, WorkspaceGit git) =>
            request.WhenAsync(Role.Developer, async workspace => (await git.InitialiseAsync(workspace, request.Actor, request.Aborted)).ToResult()));

        group.MapPost("/{w}/git/commit", (CommitRequest body, WorkspaceRequest request, WorkspaceGit git, TenantContexts contexts) =>
            request.WhenAsync(Role.Developer, async workspace =>
            {
                var commit = await git.CommitAsync(workspace, request.Actor, await EmailAsync(contexts, request), body.Message, body.Paths, request.Aborted);
                return commit.ToResult(made => Results.Json(made, statusCode: StatusCodes.Status201Created));
            }));

        group.MapGet("/{w}/git/branches", (WorkspaceRequest request, WorkspaceGit git) => request.WhenAsync(Role.Viewer, async workspace =>
            (await git.BranchesAsync(workspace, request.Aborted)).ToResult(items => Results.Ok(new { items, nextCursor = (string?)null }))));

        group.MapPost("/{w}/git/branches", (BranchRequest body, WorkspaceRequest request, WorkspaceGit git) => request.WhenAsync(Role.Developer, async workspace =>
            await git.CreateBranchAsync(workspace, request.Actor, body.Name, body.From, request.Aborted) is { } refusal
                ? refusal.ToResult()
                : Results.StatusCode(StatusCodes.Status201Created)));

        group.MapPost("/{w}/git/checkout", (CheckOutRequest body, WorkspaceRequest request, WorkspaceGit git) => request.WhenAsync(Role.Developer, async workspace =>
            (await git.CheckOutAsync(workspace, request.Actor, body.Name, request.Aborted)).ToResult()));
    }

    private static async Task<string> EmailAsync(TenantContexts contexts, WorkspaceRequest request)
    {
        await using var context = contexts.Create(request.Caller.Tenant);
        return await context.Users.Where(account => account.Id == request.Caller.User.Value).Select(account => account.Email).SingleOrDefaultAsync(request.Aborted) ?? "nobody@localhost";
    }
}
