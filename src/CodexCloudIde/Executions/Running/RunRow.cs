using System.Text.Json;
using CodexCloudIde.Storage;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CodexCloudIde.Executions.Running;

/// <summary>One execution or test run, kept after it ended.</summary>
internal sealed class RunRow : ITenantOwned
{
    public const string OfExecution = "execution";
    public const string OfTests = "tests";

    public Guid Id { get; init; }

    public TenantId TenantId { get; init; }

    public WorkspaceId WorkspaceId { get; init; }

    public UserId UserId { get; init; }

    /// <summary><see cref="OfExecution"/> or <see cref="OfTests"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>True until the result is written.</summary>
    public bool Running { get; set; }

    /// <summary>The process that runs it, see <see cref="RunServers"/>: after a crash it is known which ones are dead.</summary>
    public required string Server { get; init; }

    public long StartedTicks { get; init; }

    /// <summary>The result as the API answers it, JSON.</summary>
    public required string Result { get; set; }

    /// <summary>The result as a listing has it: without what was printed, the cases and the coverage.</summary>
    public required string Outline { get; set; }

    /// <summary>What was asked for, or the one that the tests ran in.</summary>
    public Execution Execution => Kind == OfTests
        ? JsonSerializer.Deserialize<TestRun>(Result, RunJson.Options)!.Execution
        : JsonSerializer.Deserialize<Execution>(Result, RunJson.Options)!;

    /// <summary>Of one that has its turn.</summary>
    public static Execution Underway(Execution execution) => execution with { Status = "running", Summary = "It is running." };

    /// <summary>The result with its execution changed. A test run sums up what its execution does.</summary>
    /// <param name="testStatus">That of the test run; null leaves it.</param>
    public RunText With(Func<Execution, Execution> change, string? testStatus = null)
    {
        if (Kind != OfTests) return RunText.Of(change(Execution));
        var run = JsonSerializer.Deserialize<TestRun>(Result, RunJson.Options)!;
        var execution = change(run.Execution);
        return RunText.Of(run with { Status = testStatus ?? run.Status, Execution = execution, Summary = execution.Summary });
    }
}

internal sealed class RunModel : IEntityTypeConfiguration<RunRow>
{
    public void Configure(EntityTypeBuilder<RunRow> builder)
    {
        builder.ToTable("Runs");
        builder.HasKey(run => run.Id);
        builder.Property(run => run.Id).ValueGeneratedNever();
        builder.Ignore(run => run.Execution);
        builder.Property(run => run.Kind).HasMaxLength(20);
        builder.Property(run => run.Server).HasMaxLength(100);
        builder.HasIndex(run => new { run.TenantId, run.WorkspaceId, run.StartedTicks });
        builder.HasIndex(run => new { run.Running, run.Server });
        builder.HasOne<Tenant>().WithMany().HasForeignKey(run => run.TenantId);
    }
}
