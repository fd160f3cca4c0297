using CodexCloudIde.Storage;
using CodexCloudIde.Tenants;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CodexCloudIde.Workspaces;

/// <summary>Whether a workspace's files are there yet.</summary>
internal enum WorkspaceState
{
    Ready = 0,

    /// <summary>A repository is being cloned; nothing else may touch the files.</summary>
    Importing = 1,

    /// <summary>See the reason; may be retried or deleted.</summary>
    ImportFailed = 2,
}

/// <summary>One workspace of a tenant.</summary>
internal sealed class Workspace : ITenantOwned
{
    public TenantId TenantId { get; init; }

    public WorkspaceId Id { get; init; }

    /// <summary>The id's text: ids are made in order of time, so lists are sorted and paged by it.</summary>
    public required string SortKey { get; init; }

    /// <summary>1 to 100 characters, untrusted text.</summary>
    public required string Name { get; set; }

    public WorkspaceState State { get; set; }

    /// <summary>Why the import failed; safe to show.</summary>
    public string? StateReason { get; set; }

    /// <summary>The template's name, or null.</summary>
    public string? Template { get; init; }

    /// <summary>What was cloned, without any credential, or null.</summary>
    public string? GitUrl { get; init; }

    public string? GitReference { get; init; }

    /// <summary>The host that is importing: when it starts anew, an import that it had begun is over.</summary>
    public string? ImportingHost { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public UserId CreatedBy { get; init; }
}

/// <summary>One person's role in one workspace.</summary>
internal sealed class WorkspaceMember : ITenantOwned
{
    public TenantId TenantId { get; init; }

    public WorkspaceId WorkspaceId { get; init; }

    public UserId UserId { get; init; }

    public Role Role { get; set; }

    public DateTimeOffset Since { get; init; }
}

internal sealed class WorkspaceModel : IEntityTypeConfiguration<Workspace>
{
    public void Configure(EntityTypeBuilder<Workspace> builder)
    {
        builder.ToTable("Workspaces");
        builder.HasKey(workspace => new { workspace.TenantId, workspace.Id });
        builder.HasIndex(workspace => new { workspace.TenantId, workspace.SortKey });
        builder.HasOne<Tenant>().WithMany().HasForeignKey(workspace => workspace.TenantId);
        builder.Property(workspace => workspace.SortKey).HasMaxLength(32);
        builder.Property(workspace => workspace.Name).HasMaxLength(100);
        builder.Property(workspace => workspace.StateReason).HasMaxLength(1000);
        builder.Property(workspace => workspace.Template).HasMaxLength(50);
        builder.Property(workspace => workspace.GitUrl).HasMaxLength(2000);
        builder.Property(workspace => workspace.GitReference).HasMaxLength(250);
        builder.Property(workspace => workspace.ImportingHost).HasMaxLength(250);
    }
}

internal sealed class WorkspaceMemberModel : IEntityTypeConfiguration<WorkspaceMember>
{
    public void Configure(EntityTypeBuilder<WorkspaceMember> builder)
    {
        builder.ToTable("WorkspaceMembers");
        builder.HasKey(member => new { member.TenantId, member.WorkspaceId, member.UserId });
        builder.HasIndex(member => new { member.TenantId, member.UserId });
        builder.HasOne<Workspace>().WithMany().HasForeignKey(member => new { member.TenantId, member.WorkspaceId }).OnDelete(DeleteBehavior.Cascade);
        // Whoever leaves the tenant and comes back does so without what they were: roles in workspaces are given anew.
        builder.HasOne<Membership>().WithMany().HasForeignKey(member => new { member.TenantId, member.UserId }).OnDelete(DeleteBehavior.Cascade);
    }
}
