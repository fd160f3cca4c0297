using CodexCloudIde.Storage;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CodexCloudIde.Agents;

/// <summary>A task's present state, beside the log that led to it.</summary>
internal sealed class TaskRecord : ITenantOwned
{
    public TenantId TenantId { get; init; }

    public required string Id { get; init; }

    public WorkspaceId WorkspaceId { get; init; }

    public required string State { get; set; }

    public long UpdatedTicks { get; set; }

    /// <summary><see cref="TaskState"/>.</summary>
    public required string Json { get; set; }
}

/// <summary>One published event. The key is the fence: two activations cannot both write the same sequence.</summary>
internal sealed class TaskEventRecord : ITenantOwned
{
    public TenantId TenantId { get; init; }

    public required string TaskId { get; init; }

    public long Sequence { get; init; }

    public required string Name { get; init; }

    public required string Json { get; init; }
}

/// <summary>One message of the conversation with the model.</summary>
internal sealed class TaskMessageRecord : ITenantOwned
{
    public TenantId TenantId { get; init; }

    public required string TaskId { get; init; }

    public int Number { get; init; }

    /// <summary>Last item when it was added: what a rewind cuts by.</summary>
    public int AfterItem { get; init; }

    public required string Json { get; init; }
}

/// <summary>A file that the task changed: what it would be without the task, and what the task last knew.</summary>
internal sealed class TaskFileRecord : ITenantOwned
{
    public TenantId TenantId { get; init; }

    public required string TaskId { get; init; }

    public required string Path { get; init; }

    /// <summary>The text without the task's edits; null when the file would not exist.</summary>
    public string? Base { get; set; }

    /// <summary>The text after the task's last edit; null when it deleted the file.</summary>
    public string? Known { get; set; }
}

/// <summary>A file before one item changed it: what a rewind goes back to.</summary>
internal sealed class TaskRestoreRecord : ITenantOwned
{
    public TenantId TenantId { get; init; }

    public required string TaskId { get; init; }

    public int Item { get; init; }

    public required string Path { get; init; }

    public string? Before { get; init; }

    public string? After { get; init; }
}

internal sealed class TaskConfiguration :
    IEntityTypeConfiguration<TaskRecord>, IEntityTypeConfiguration<TaskEventRecord>, IEntityTypeConfiguration<TaskMessageRecord>, IEntityTypeConfiguration<TaskFileRecord>,
    IEntityTypeConfiguration<TaskRestoreRecord>
{
    public void Configure(EntityTypeBuilder<TaskRecord> builder)
    {
        builder.ToTable("Tasks").HasKey(task => new { task.TenantId, task.Id });
        builder.Property(task => task.Id).HasMaxLength(32);
        builder.Property(task => task.State).HasMaxLength(32);
        builder.HasIndex(task => new { task.TenantId, task.WorkspaceId, task.UpdatedTicks });
        builder.HasIndex(task => task.State);
    }

    public void Configure(EntityTypeBuilder<TaskEventRecord> builder)
    {
        builder.ToTable("TaskEvents").HasKey(happened => new { happened.TenantId, happened.TaskId, happened.Sequence });
        builder.Property(happened => happened.TaskId).HasMaxLength(32);
        builder.Property(happened => happened.Name).HasMaxLength(64);
    }

    public void Configure(EntityTypeBuilder<TaskMessageRecord> builder)
    {
        builder.ToTable("TaskMessages").HasKey(message => new { message.TenantId, message.TaskId, message.Number });
        builder.Property(message => message.TaskId).HasMaxLength(32);
    }

    public void Configure(EntityTypeBuilder<TaskFileRecord> builder)
    {
        builder.ToTable("TaskFiles").HasKey(file => new { file.TenantId, file.TaskId, file.Path });
        builder.Property(file => file.TaskId).HasMaxLength(32);
    }

    public void Configure(EntityTypeBuilder<TaskRestoreRecord> builder)
    {
        builder.ToTable("TaskRestores").HasKey(restore => new { restore.TenantId, restore.TaskId, restore.Item, restore.Path });
        builder.Property(restore => restore.TaskId).HasMaxLength(32);
    }
}
