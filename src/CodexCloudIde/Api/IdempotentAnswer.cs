using CodexCloudIde.Storage;
using CodexCloudIde.Tenants;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CodexCloudIde.Api;

/// <summary>The first answer to a POST with an Idempotency-Key; <see cref="Status"/> 0 while it is being worked out.</summary>
internal sealed class IdempotentAnswer : ITenantOwned
{
    public TenantId TenantId { get; init; }

    public UserId UserId { get; init; }

    /// <summary>SHA-256 of the client's key.</summary>
    public required byte[] Key { get; init; }

    /// <summary>SHA-256 of method, path, query and body.</summary>
    public required byte[] Request { get; init; }

    public int Status { get; set; }

    public string? ContentType { get; set; }

    public string? Location { get; set; }

    public byte[]? Body { get; set; }

    public DateTimeOffset CreatedAt { get; init; }
}

internal sealed class IdempotentAnswerModel : IEntityTypeConfiguration<IdempotentAnswer>
{
    public void Configure(EntityTypeBuilder<IdempotentAnswer> builder)
    {
        builder.ToTable("IdempotentAnswers");
        builder.HasKey(answer => new { answer.TenantId, answer.UserId, answer.Key });
        builder.HasIndex(answer => answer.CreatedAt);
        builder.Property(answer => answer.Key).HasMaxLength(32);
    }
}
