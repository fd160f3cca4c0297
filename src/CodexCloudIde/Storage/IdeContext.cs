using System.Reflection;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace CodexCloudIde.Storage;

/// <summary>
/// The relational store. Entities are described by <see cref="IEntityTypeConfiguration{T}"/> in the capability's own folder; what implements
/// <see cref="ITenantOwned"/> is filtered by and guarded for the tenant that <see cref="TenantContexts"/> made the context for.
/// A context that was made for nobody throws on the first such query.
/// </summary>
internal abstract class IdeContext(DbContextOptions options) : IdentityUserContext<Account, Guid>(options)
{
    private static readonly MethodInfo Filter = typeof(IdeContext).GetMethod(nameof(FilterByTenant), BindingFlags.Instance | BindingFlags.NonPublic)!;

    private TenantId? tenant;
    private bool system;

    /// <summary>True for the system's own work (sign-in, start-up, operators): sees every tenant.</summary>
    internal bool SeesEveryTenant => system;

    /// <summary>The tenant, for filters and row-level security; throws when the context was made for nobody.</summary>
    internal TenantId CurrentTenant => tenant
        ?? (system ? default : throw new InvalidOperationException("No tenant: make contexts by TenantContexts.Create or CreateSystem."));

    protected override Version SchemaVersion => IdentitySchemaVersions.Version3;

    internal IdeContext For(TenantId owner)
    {
        tenant = owner;
        return this;
    }

    internal IdeContext ForSystem()
    {
        system = true;
        return this;
    }

    public override int SaveChanges(bool acceptAllChangesOnSuccess)
    {
        GuardTenant();
        return base.SaveChanges(acceptAllChangesOnSuccess);
    }

    public override Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        GuardTenant();
        return base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        configurationBuilder.Properties<TenantId>().HaveConversion<TenantIdConverter>();
        configurationBuilder.Properties<UserId>().HaveConversion<UserIdConverter>();
        configurationBuilder.Properties<WorkspaceId>().HaveConversion<WorkspaceIdConverter>();
    }

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.ApplyConfigurationsFromAssembly(typeof(IdeContext).Assembly);
        foreach (var owned in builder.Model.GetEntityTypes().Select(type => type.ClrType).Where(typeof(ITenantOwned).IsAssignableFrom).ToList())
            Filter.MakeGenericMethod(owned).Invoke(this, [builder]);
    }

    private void FilterByTenant<T>(ModelBuilder builder)
        where T : class, ITenantOwned =>
        builder.Entity<T>().HasQueryFilter(row => SeesEveryTenant || row.TenantId == CurrentTenant);

    private void GuardTenant()
    {
        if (system) return;
        foreach (var entry in ChangeTracker.Entries<ITenantOwned>())
        {
            if (entry.State is EntityState.Unchanged or EntityState.Detached) continue;
            var property = entry.Property(nameof(ITenantOwned.TenantId));
            if (!CurrentTenant.Equals(property.CurrentValue) || !CurrentTenant.Equals(property.OriginalValue))
                throw new InvalidOperationException($"A {entry.Metadata.ClrType.Name} of another tenant than the context's.");
        }
    }
}
