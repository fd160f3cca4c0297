using CodexCloudIde.Api;
using CodexCloudIde.Tenants;

namespace CodexCloudIde.Workspaces;

/// <summary>What <c>POST /workspaces</c> takes.</summary>
internal sealed record NewWorkspace(string Name, WorkspaceSource Source);

internal sealed record WorkspaceChange(string Name);

internal sealed record ImportRetry(string? Credential = null);

/// <summary><c>/api/v1/workspaces</c> and <c>/{w}</c>.</summary>
internal static class WorkspaceEndpoints
{
    public static void MapCatalog(this RouteGroupBuilder group)
    {
        group.MapPost("/", async (NewWorkspace body, HttpContext http, WorkspaceCatalog catalog, CancellationToken cancellationToken) =>
            (await catalog.CreateAsync(http.GetCaller(), body.Name, body.Source, cancellationToken))
                .ToResult(made => Results.Created($"/api/v1/workspaces/{made.Id}", made)));

        group.MapGet("/", (PageRequest page, HttpContext http, WorkspaceCatalog catalog, CancellationToken cancellationToken) =>
            catalog.ListAsync(http.GetCaller(), page, cancellationToken));

        group.MapGet("/{w}", async (string w, HttpContext http, WorkspaceCatalog catalog, CancellationToken cancellationToken) =>
            WorkspaceId.TryParse(w, null, out var id) ? (await catalog.GetAsync(http.GetCaller(), id, cancellationToken)).ToResult() : Refusal.NotFound.ToResult());

        group.MapPatch("/{w}", async (string w, WorkspaceChange body, HttpContext http, WorkspaceCatalog catalog, CancellationToken cancellationToken) =>
            WorkspaceId.TryParse(w, null, out var id)
                ? (await catalog.RenameAsync(http.GetCaller(), id, body.Name, cancellationToken)).ToResult()
                : Refusal.NotFound.ToResult());

        group.MapDelete("/{w}", async (string w, HttpContext http, WorkspaceCatalog catalog, CancellationToken cancellationToken) =>
            WorkspaceId.TryParse(w, null, out var id) ? (await catalog.DeleteAsync(http.GetCaller(), id, cancellationToken)).ToResult() : Refusal.NotFound.ToResult());

        group.MapPost("/{w}/import", async (string w, ImportRetry? body, HttpContext http, WorkspaceCatalog catalog, CancellationToken cancellationToken) =>
            WorkspaceId.TryParse(w, null, out var id)
                ? (await catalog.RetryImportAsync(http.GetCaller(), id, body?.Credential, cancellationToken)).ToResult(view => Results.Accepted($"/api/v1/workspaces/{view.Id}", view))
                : Refusal.NotFound.ToResult());
    }
}
