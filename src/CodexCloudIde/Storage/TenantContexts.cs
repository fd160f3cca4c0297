using CodexCloudIde.Tenants;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace CodexCloudIde.Storage;

/// <summary>Makes contexts, each for one tenant or for the system; dispose them soon, never keep one across tenants.</summary>
internal sealed class TenantContexts
{
    private readonly DbContextOptions options;

    public TenantContexts(IOptions<StorageOptions> storage, DataDirectory data)
    {
        IsPostgres = storage.Value.Database.Length > 0;
        options = IsPostgres
            ? new DbContextOptionsBuilder<PostgresIdeContext>().UseNpgsql(storage.Value.Database).AddInterceptors(new RowLevelSecurity()).Options
            : new DbContextOptionsBuilder<SqliteIdeContext>().UseSqlite($"Data Source={data.Of("ide.db")};Default Timeout=30").Options;
    }

    /// <summary>False: SQLite in the data directory.</summary>
    public bool IsPostgres { get; }

    /// <summary>Sees and writes rows of this tenant only.</summary>
    public IdeContext Create(TenantId tenant) => Open().For(tenant);

    /// <summary>Sees every tenant: for sign-in, start-up and operators, never on behalf of a tenant's caller.</summary>
    public IdeContext CreateSystem() => Open().ForSystem();

    private IdeContext Open() => options switch
    {
        DbContextOptions<PostgresIdeContext> postgres => new PostgresIdeContext(postgres),
        DbContextOptions<SqliteIdeContext> sqlite => new SqliteIdeContext(sqlite),
        _ => throw new InvalidOperationException("Unknown provider."),
    };
}
