using System.Text.Json.Nodes;
using CodexCloudIde.Api;
using CodexCloudIde.Audit;
using CodexCloudIde.Documents;
using CodexCloudIde.Storage;
using CodexCloudIde.Tenants;
using Microsoft.EntityFrameworkCore;

namespace CodexCloudIde.Workspaces;

/// <summary>Where a new workspace's files come from: exactly one of them.</summary>
internal sealed record WorkspaceSource(string? Template = null, GitSourceRequest? Git = null);

internal sealed record GitSourceRequest(string Url, string? Ref = null, string? Credential = null);

/// <summary>A workspace as the API answers it.</summary>
internal sealed record WorkspaceView(
    string Id, string Name, DateTimeOffset CreatedAt, Role Role, WorkspaceState State, string? Reason, string? Template, string? GitUrl)
{
    public static WorkspaceView Of(Workspace workspace, Role role) => new(
        workspace.Id.ToString(), workspace.Name, workspace.CreatedAt, role, workspace.State, workspace.StateReason, workspace.Template, workspace.GitUrl);
}

/// <summary>A tenant's workspaces: make, list, rename, delete. Authorises itself.</summary>
internal sealed class WorkspaceCatalog(
    TenantContexts contexts, WorkspaceAccess access, WorkspaceFolder folder, WorkspaceImports imports, WorkspaceEvents events, OpenDocuments documents, AuditLog audit,
    TimeProvider time)
{
    public async Task<Outcome<WorkspaceView>> CreateAsync(Caller caller, string name, WorkspaceSource source, CancellationToken cancellationToken)
    {
        if (caller.Role < Role.Developer)
        {
            return new Refusal(403, "forbidden", "Making a workspace needs the role developer or higher in the tenant; ask an owner of the tenant.");
        }

        if (CheckName(name) is { } badName)
        {
            return badName;
        }

        if ((source.Template is null) == (source.Git is null))
        {
            return new Refusal(400, "invalid-source", "The source is either {\"template\":…} or {\"git\":{\"url\":…}}.", "source");
        }

        if (source.Template is { } template && WorkspaceTemplates.Check(template) is { } noTemplate)
        {
            return noTemplate;
        }

        var git = source.Git is { } asked ? imports.Check(asked) : new Outcome<GitSource>(null, null);
        if (git.Refusal is { } refused)
        {
            return refused;
        }

        var id = WorkspaceId.New();
        var row = new Workspace
        {
            TenantId = caller.Tenant,
            Id = id,
            SortKey = id.ToString(),
            Name = name.Trim(),
            State = git.Value is null ? WorkspaceState.Ready : WorkspaceState.Importing,
            Template = source.Template,
            GitUrl = git.Value?.Url,
            GitReference = git.Value?.Reference,
            ImportingHost = git.Value is null ? null : Environment.MachineName,
            CreatedAt = time.GetUtcNow(),
            CreatedBy = caller.User,
        };
        var live = new WorkspaceRef(caller.Tenant, id);
        await RecordAsync(caller, "workspace.created", live, new JsonObject { ["template"] = source.Template, ["git"] = git.Value is not null }, cancellationToken);
        try
        {
            folder.Create(live);
            if (source.Template is not null && await WorkspaceTemplates.WriteAsync(folder, live, source.Template, cancellationToken) is { } unwritten)
            {
                folder.Destroy(live);
                return unwritten;
            }
        }
        catch (IOException e) when (Disk.DiskRefusals.Of(e) is { } full)
        {
            folder.Destroy(live);
            return full;
        }

        try
        {
            await using var context = contexts.Create(caller.Tenant);
            context.Add(row);
            context.Add(new WorkspaceMember { TenantId = caller.Tenant, WorkspaceId = id, UserId = caller.User, Role = Role.Owner, Since = row.CreatedAt });
            await context.SaveChangesAsync(cancellationToken);
        }
        catch (Exception)
        {
            folder.Destroy(live);
            throw;
        }

        if (git.Value is not null)
        {
            imports.Start(live, git.Value);
        }

        return WorkspaceView.Of(row, Role.Owner);
    }

    /// <summary>Newest first: those that the caller is a member of, or all of them for an owner of the tenant.</summary>
    public async Task<Page<WorkspaceView>> ListAsync(Caller caller, PageRequest page, CancellationToken cancellationToken)
    {
        await using var context = contexts.Create(caller.Tenant);
        var workspaces = context.Set<Workspace>().AsNoTracking();
        var mine = context.Set<WorkspaceMember>().Where(m => m.UserId == caller.User);
        if (caller.Role != Role.Owner)
        {
            workspaces = workspaces.Where(w => mine.Any(m => m.WorkspaceId == w.Id));
        }

        if (page.After is { } after)
        {
            workspaces = workspaces.Where(w => string.Compare(w.SortKey, after) < 0);
        }

        var rows = await workspaces.OrderByDescending(w => w.SortKey).Take(page.Limit + 1).ToListAsync(cancellationToken);
        var roles = await mine.AsNoTracking().ToDictionaryAsync(m => m.WorkspaceId, m => m.Role, cancellationToken);
        var views = rows.ConvertAll(w => WorkspaceView.Of(w, caller.Role == Role.Owner ? Role.Owner : roles.GetValueOrDefault(w.Id)));
        return Page<WorkspaceView>.Of(views, page, view => view.Id);
    }

    public async Task<Outcome<WorkspaceView>> GetAsync(Caller caller, WorkspaceId id, CancellationToken cancellationToken)
    {
        var grant = await access.GrantAsync(caller, id, Role.Viewer, cancellationToken);
        return grant.Succeeded ? WorkspaceView.Of(grant.Value.Workspace, grant.Value.Role) : grant.Refusal;
    }

    public async Task<Outcome<WorkspaceView>> RenameAsync(Caller caller, WorkspaceId id, string name, CancellationToken cancellationToken)
    {
        var grant = await access.GrantAsync(caller, id, Role.Maintainer, cancellationToken);
        if (!grant.Succeeded)
        {
            return grant.Refusal;
        }

        if (CheckName(name) is { } badName)
        {
            return badName;
        }

        await RecordAsync(caller, "workspace.renamed", grant.Value.Live, null, cancellationToken);
        await using var context = contexts.Create(caller.Tenant);
        var row = await context.Set<Workspace>().SingleOrDefaultAsync(w => w.Id == id, cancellationToken);
        if (row is null)
        {
            return Refusal.NotFound;
        }

        row.Name = name.Trim();
        await context.SaveChangesAsync(cancellationToken);
        events.Publish(grant.Value.Live, new WorkspaceEvent("workspace.changed", "{}"));
        return WorkspaceView.Of(row, grant.Value.Role);
    }

    /// <summary>Deletes the workspace with its files; the event <c>workspace.deleted</c> ends terminals, runs and streams.</summary>
    public async Task<Refusal?> DeleteAsync(Caller caller, WorkspaceId id, CancellationToken cancellationToken)
    {
        var grant = await access.GrantAsync(caller, id, Role.Maintainer, cancellationToken);
        if (!grant.Succeeded)
        {
            return grant.Refusal;
        }

        var live = grant.Value.Live;
        await RecordAsync(caller, "workspace.deleted", live, null, cancellationToken);
        await imports.StopAsync(live);
        await using (var context = contexts.Create(caller.Tenant))
        {
            if (await context.Set<Workspace>().SingleOrDefaultAsync(w => w.Id == id, cancellationToken) is { } row)
            {
                context.Remove(row);
                await context.SaveChangesAsync(cancellationToken);
            }
        }

        // From here on nobody finds it: what is left to do is not undone by a client that goes away.
        events.Publish(live, new WorkspaceEvent("workspace.deleted", "{}"));
        foreach (var path in (await documents.MaterialiseAsync(live, CancellationToken.None)).Keys)
        {
            await documents.MovedAsync(live, path, null, CancellationToken.None);
        }

        await Task.Run(() => folder.Destroy(live), CancellationToken.None);
        return null;
    }

    /// <summary>Tries a failed import again.</summary>
    public async Task<Outcome<WorkspaceView>> RetryImportAsync(Caller caller, WorkspaceId id, string? credential, CancellationToken cancellationToken)
    {
        var grant = await access.GrantAsync(caller, id, Role.Developer, cancellationToken);
        if (!grant.Succeeded)
        {
            return grant.Refusal;
        }

        await using var context = contexts.Create(caller.Tenant);
        var row = await context.Set<Workspace>().SingleAsync(w => w.Id == id, cancellationToken);
        if (row.State != WorkspaceState.ImportFailed || row.GitUrl is null)
        {
            return new Refusal(409, "nothing-to-retry", "Only an import that failed can be tried again.");
        }

        var source = imports.Check(new GitSourceRequest(row.GitUrl, row.GitReference, credential));
        if (!source.Succeeded)
        {
            return source.Refusal;
        }

        await RecordAsync(caller, "workspace.import.retried", grant.Value.Live, null, cancellationToken);
        row.State = WorkspaceState.Importing;
        row.StateReason = null;
        row.ImportingHost = Environment.MachineName;
        await context.SaveChangesAsync(cancellationToken);
        imports.Start(grant.Value.Live, source.Value);
        return WorkspaceView.Of(row, grant.Value.Role);
    }

    private Task RecordAsync(Caller caller, string type, WorkspaceRef workspace, JsonObject? data, CancellationToken cancellationToken) =>
        audit.AppendAsync(new AuditRecord(caller.Tenant, Actor.Of(caller), type, $"workspace/{workspace.Workspace}", "allowed", data), cancellationToken);

    private static Refusal? CheckName(string? name) =>
        name is null || name.Trim().Length is 0 or > 100 || name.Any(char.IsControl)
            ? new Refusal(400, "invalid-name", "A workspace's name has 1 to 100 characters and no control characters.", "name")
            : null;
}
