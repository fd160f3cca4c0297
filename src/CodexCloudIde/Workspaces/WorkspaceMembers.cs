using System.Text.Json;
using System.Text.Json.Nodes;
using CodexCloudIde.Api;
using CodexCloudIde.Audit;
using CodexCloudIde.Storage;
using CodexCloudIde.Tenants;
using Microsoft.EntityFrameworkCore;

namespace CodexCloudIde.Workspaces;

/// <summary>A member as the API answers it.</summary>
internal sealed record WorkspaceMemberView(string User, string Name, string Email, Role Role, DateTimeOffset Since);

/// <summary>Who may do what in a workspace. Maintainers manage members; only owners make owners; the last owner stays.</summary>
internal sealed class WorkspaceMembers(
    TenantContexts contexts, WorkspaceAccess access, Memberships tenantMembers, WorkspaceEvents events, AuditLog audit, TimeProvider time)
{
    private static Refusal LastOwner { get; } = new(409, "last-owner", "A workspace keeps at least one owner; make somebody else owner first.");

    public async Task<Outcome<IReadOnlyList<WorkspaceMemberView>>> ListAsync(Caller caller, WorkspaceId id, CancellationToken cancellationToken)
    {
        var grant = await access.GrantAsync(caller, id, Role.Viewer, cancellationToken);
        if (!grant.Succeeded)
        {
            return grant.Refusal;
        }

        var people = (await tenantMembers.MembersAsync(caller.Tenant, cancellationToken)).ToDictionary(member => member.User);
        await using var context = contexts.Create(caller.Tenant);
        var rows = await context.Set<WorkspaceMember>().AsNoTracking().Where(m => m.WorkspaceId == id).ToListAsync(cancellationToken);
        return rows.Where(m => people.ContainsKey(m.UserId)).OrderBy(m => m.Since)
            .Select(m => new WorkspaceMemberView(m.UserId.ToString(), people[m.UserId].Name, people[m.UserId].Email, m.Role, m.Since)).ToList();
    }

    public async Task<Refusal?> PutAsync(Caller caller, WorkspaceId id, UserId user, Role role, CancellationToken cancellationToken)
    {
        var grant = await access.GrantAsync(caller, id, Role.Maintainer, cancellationToken);
        if (!grant.Succeeded)
        {
            return grant.Refusal;
        }

        if (role == Role.Owner && grant.Value.Role < Role.Owner)
        {
            return Refusal.Forbidden("owner");
        }

        if (await tenantMembers.RoleAsync(caller.Tenant, user, cancellationToken) is null)
        {
            return new Refusal(404, "not-found", "There is no such person in this tenant.", "user");
        }

        await using var context = contexts.Create(caller.Tenant);
        var members = await context.Set<WorkspaceMember>().Where(m => m.WorkspaceId == id).ToListAsync(cancellationToken);
        var member = members.Find(m => m.UserId == user);
        if (member?.Role == Role.Owner && role != Role.Owner && CheckOwner(grant.Value, members) is { } refusal)
        {
            return refusal;
        }

        await RecordAsync(caller, id, user, "workspace.member.changed", role.ToString().ToLowerInvariant(), cancellationToken);
        if (member is null)
        {
            context.Add(new WorkspaceMember { TenantId = caller.Tenant, WorkspaceId = id, UserId = user, Role = role, Since = time.GetUtcNow() });
        }
        else
        {
            member.Role = role;
        }

        await context.SaveChangesAsync(cancellationToken);
        Publish(grant.Value.Live, user, role);
        return null;
    }

    public async Task<Refusal?> DeleteAsync(Caller caller, WorkspaceId id, UserId user, CancellationToken cancellationToken)
    {
        // Everybody may leave.
        var grant = await access.GrantAsync(caller, id, user == caller.User ? Role.Viewer : Role.Maintainer, cancellationToken);
        if (!grant.Succeeded)
        {
            return grant.Refusal;
        }

        await using var context = contexts.Create(caller.Tenant);
        var members = await context.Set<WorkspaceMember>().Where(m => m.WorkspaceId == id).ToListAsync(cancellationToken);
        if (members.Find(m => m.UserId == user) is not { } member)
        {
            return Refusal.NotFound;
        }

        if (member.Role == Role.Owner && CheckOwner(grant.Value, members) is { } refusal)
        {
            return refusal;
        }

        await RecordAsync(caller, id, user, "workspace.member.removed", null, cancellationToken);
        context.Remove(member);
        await context.SaveChangesAsync(cancellationToken);
        Publish(grant.Value.Live, user, null);
        return null;
    }

    private static Refusal? CheckOwner(WorkspaceGrant grant, List<WorkspaceMember> members) =>
        grant.Role < Role.Owner ? Refusal.Forbidden("owner") : members.Count(m => m.Role == Role.Owner) == 1 ? LastOwner : null;

    private void Publish(WorkspaceRef workspace, UserId user, Role? role) => events.Publish(workspace, new WorkspaceEvent(
        "member.changed", JsonSerializer.Serialize(new { user = user.ToString(), role = role?.ToString().ToLowerInvariant() }, JsonSerializerOptions.Web)));

    private Task RecordAsync(Caller caller, WorkspaceId id, UserId user, string type, string? role, CancellationToken cancellationToken) => audit.AppendAsync(
        new AuditRecord(caller.Tenant, Actor.Of(caller), type, $"workspace/{id}", "allowed", new JsonObject { ["user"] = user.ToString(), ["role"] = role }), cancellationToken);
}
