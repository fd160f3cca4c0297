using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace CodexCloudIde.Tenants;

internal sealed class AccountModel : IEntityTypeConfiguration<Account>
{
    public void Configure(EntityTypeBuilder<Account> builder)
    {
        builder.ToTable("Accounts");
        builder.Property(account => account.DisplayName).HasMaxLength(100);
        builder.Ignore(account => account.UserId);
    }
}

internal sealed class TenantModel : IEntityTypeConfiguration<Tenant>
{
    public void Configure(EntityTypeBuilder<Tenant> builder)
    {
        builder.ToTable("Tenants");
        builder.HasKey(tenant => tenant.Id);
        builder.Property(tenant => tenant.Id).ValueGeneratedNever();
        builder.Property(tenant => tenant.Name).HasMaxLength(100);
    }
}

internal sealed class MembershipModel : IEntityTypeConfiguration<Membership>
{
    public void Configure(EntityTypeBuilder<Membership> builder)
    {
        builder.ToTable("Memberships");
        builder.HasKey(membership => new { membership.TenantId, membership.UserId });
        builder.HasIndex(membership => membership.UserId);
        builder.HasOne<Tenant>().WithMany().HasForeignKey(membership => membership.TenantId);
        builder.Property(membership => membership.Epoch).IsConcurrencyToken();
    }
}

internal sealed class AccessTokenModel : IEntityTypeConfiguration<AccessToken>
{
    public void Configure(EntityTypeBuilder<AccessToken> builder)
    {
        builder.ToTable("AccessTokens");
        builder.HasKey(token => token.Id);
        builder.Property(token => token.Id).ValueGeneratedNever();
        builder.Property(token => token.Name).HasMaxLength(100);
        builder.Property(token => token.Scopes).HasMaxLength(200);
        builder.HasIndex(token => token.Hash).IsUnique();
        builder.HasIndex(token => new { token.TenantId, token.UserId });
        builder.HasIndex(token => token.MadeWith);
        builder.HasOne<Tenant>().WithMany().HasForeignKey(token => token.TenantId);
    }
}

internal sealed class BrowserSessionModel : IEntityTypeConfiguration<BrowserSession>
{
    public void Configure(EntityTypeBuilder<BrowserSession> builder)
    {
        builder.ToTable("BrowserSessions");
        builder.HasKey(session => session.Id);
        builder.Property(session => session.Id).ValueGeneratedNever();
        builder.HasIndex(session => new { session.TenantId, session.UserId });
        builder.HasOne<Tenant>().WithMany().HasForeignKey(session => session.TenantId);
    }
}

internal sealed class RevocationModel : IEntityTypeConfiguration<Revocation>
{
    public void Configure(EntityTypeBuilder<Revocation> builder)
    {
        builder.ToTable("Revocations");
        builder.HasKey(revocation => revocation.Id);
        builder.Property(revocation => revocation.Credential).HasMaxLength(80);
    }
}
