using CodexCloudIde.Api;
using CodexCloudIde.Tenants;

namespace CodexCloudIde.Workspaces;

internal sealed record MoveRequest(string From, string To);

internal sealed record FolderRequest(string Path);

/// <summary>Tree, files, moves, folders, search.</summary>
internal static class FileEndpoints
{
    private const string Marker = "/files/";

    public static void MapFiles(this RouteGroupBuilder group)
    {
        group.MapGet("/{w}/tree", (WorkspaceRequest request, WorkspaceFolder folder, string? path, int? depth) => request.WhenAsync(Role.Viewer, async workspace =>
        {
            if (depth is < 1)
            {
                return new Refusal(400, "invalid-depth", "The depth is 1 or more; without it everything is listed.", "depth").ToResult();
            }

            var listed = await folder.ListAsync(workspace, path ?? "", depth ?? int.MaxValue, request.Aborted);
            return listed.ToResult(entries => Results.Ok(new { entries }));
        }));

        group.MapMethods("/{w}/files/{**path}", [HttpMethods.Get, HttpMethods.Head], (WorkspaceRequest request, WorkspaceFiles files) =>
            request.WhenAsync(Role.Viewer, async workspace =>
            {
                var path = request.PathAfter(Marker);
                if (!path.Succeeded)
                {
                    return path.Refusal.ToResult();
                }

                var read = await files.ReadAsync(workspace, path.Value, request.Aborted);
                if (!read.Succeeded)
                {
                    return read.Refusal.ToResult();
                }

                // Somebody's bytes on the IDE's own host name: never a page, whatever they contain.
                request.Http.Response.Headers.XContentTypeOptions = "nosniff";
                request.Http.Response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
                return Results.Stream(read.Value.Content, "application/octet-stream", entityTag: new(read.Value.Tag), enableRangeProcessing: true);
            }));

        group.MapPut("/{w}/files/{**path}", (WorkspaceRequest request, WorkspaceFiles files) => request.WhenAsync(Role.Developer, async workspace =>
        {
            var path = request.PathAfter(Marker);
            if (!path.Succeeded)
            {
                return path.Refusal.ToResult();
            }

            var condition = WriteCondition.Of(request.Http.Request);
            if (!condition.Succeeded)
            {
                return condition.Refusal.ToResult();
            }

            var written = await files.WriteAsync(
                workspace, path.Value, request.Actor, request.OpenBody(), request.Http.Request.ContentLength, condition.Value, request.Aborted);
            if (!written.Succeeded)
            {
                return written.Refusal.ToResult();
            }

            request.Http.Response.Headers.ETag = written.Value.Tag;
            return written.Value.Created ? Results.Created((Uri?)null, null) : Results.NoContent();
        }));

        group.MapDelete("/{w}/files/{**path}", (WorkspaceRequest request, WorkspaceFiles files) => request.WhenAsync(Role.Developer, async workspace =>
        {
            var path = request.PathAfter(Marker);
            var condition = WriteCondition.Of(request.Http.Request);
            if ((path.Refusal ?? condition.Refusal) is { } refusal)
            {
                return refusal.ToResult();
            }

            var deleted = await files.DeleteAsync(workspace, path.Value!, condition.Value!, request.Aborted);
            if (deleted.Value is { } deletion)
            {
                request.Http.Response.Headers["Codex-Deletion"] = deletion;
            }

            return deleted.Refusal.ToResult();
        }));

        group.MapPost("/{w}/deletions/{deletion}/undo", (WorkspaceRequest request, WorkspaceFiles files, string deletion) =>
            request.WhenAsync(Role.Developer, workspace => Task.FromResult(files.UndoDeletion(workspace, deletion).ToResult())));

        group.MapPost("/{w}/moves", (MoveRequest body, WorkspaceRequest request, WorkspaceFiles files) => request.WhenAsync(Role.Developer, async workspace =>
            (await files.MoveAsync(workspace, body.From, body.To, request.Aborted)).ToResult()));

        group.MapPost("/{w}/folders", (FolderRequest body, WorkspaceRequest request, WorkspaceFiles files) => request.WhenAsync(Role.Developer, async workspace =>
            await files.MakeFolderAsync(workspace, body.Path, request.Aborted) is { } refusal ? refusal.ToResult() : Results.StatusCode(StatusCodes.Status201Created)));

        group.MapGet("/{w}/search", (WorkspaceRequest request, WorkspaceSearch search, string q, bool? regex, string? glob, bool? matchCase, int? limit) =>
            request.WhenAsync(Role.Viewer, async workspace =>
            {
                var found = await search.FindAsync(workspace, new SearchRequest(q, regex ?? false, glob, matchCase ?? false, limit ?? 500), request.Aborted);
                return found.ToResult(answer => Results.Ok(new { answer.Items, nextCursor = (string?)null, answer.Truncated }));
            }));
    }
}
