using CodexCloudIde.Storage;
using CodexCloudIde.Tenants;
using CodexCloudIde.Tests.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace CodexCloudIde.Tests.Storage;

/// <summary>The same on both providers.</summary>
public abstract class ContextTests(IdeHost host)
{
    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected TenantContexts Contexts => host.Services.GetRequiredService<TenantContexts>();

    [Fact]
    public void Model_IsWhatTheMigrationsMake()
    {
        using var context = Contexts.CreateSystem();
        Assert.False(context.Database.HasPendingModelChanges(), "Run infra/storage/migrations.sh.");
    }

    [Fact]
    public async Task EveryEntity_CanBeQueried()
    {
        await using var context = Contexts.CreateSystem();
        var read = typeof(ContextTests).GetMethod(nameof(ReadAsync), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!;
        var types = context.Model.GetEntityTypes().Where(type => type.FindPrimaryKey() is not null && !type.IsOwned()).Select(type => type.ClrType).Distinct().ToList();
        foreach (var type in types) await (Task)read.MakeGenericMethod(type).Invoke(null, [context])!;
        Assert.Contains(typeof(Membership), types);
    }

    [Fact]
    public async Task Migrations_LeaveNothingOfTheModelOut()
    {
        await using var context = Contexts.CreateSystem();
        Assert.False(context.Database.HasPendingModelChanges());
        Assert.Empty(await context.Database.GetPendingMigrationsAsync(Cancellation));
    }

    [Fact]
    public async Task Query_ForOneTenant_SeesNoOther()
    {
        await using var own = Contexts.Create(host.Owner.Tenant);
        Assert.All(await own.Set<AccessToken>().ToListAsync(Cancellation), token => Assert.Equal(host.Owner.Tenant, token.TenantId));
        Assert.Equal(0, await own.Set<AccessToken>().CountAsync(token => token.TenantId == host.Other.Tenant, Cancellation));
        await using var all = Contexts.CreateSystem();
        Assert.NotEqual(0, await all.Set<AccessToken>().CountAsync(token => token.TenantId == host.Other.Tenant, Cancellation));
    }

    [Fact]
    public async Task Save_OfAnotherTenantsRow_Throws()
    {
        await using var context = Contexts.Create(host.Owner.Tenant);
        context.Set<Membership>().Add(new Membership { TenantId = host.Other.Tenant, UserId = UserId.New(), Role = Role.Owner });
        await Assert.ThrowsAsync<InvalidOperationException>(() => context.SaveChangesAsync(Cancellation));
    }

    [Fact]
    public async Task Times_AreKeptAndCompared()
    {
        var at = new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.FromHours(3));
        var session = new BrowserSession { Id = Guid.CreateVersion7(), TenantId = host.Owner.Tenant, UserId = UserId.New(), CreatedAt = at, ExpiresAt = at.AddHours(1) };
        await using var context = Contexts.Create(host.Owner.Tenant);
        context.Set<BrowserSession>().Add(session);
        await context.SaveChangesAsync(Cancellation);
        var before = at.AddSeconds(1).ToUniversalTime();
        var read = await context.Set<BrowserSession>().AsNoTracking().SingleAsync(row => row.Id == session.Id && row.CreatedAt < before && row.ExpiresAt > before, Cancellation);
        Assert.Equal(at, read.CreatedAt);
    }

    private static async Task ReadAsync<T>(IdeContext context)
        where T : class => _ = await context.Set<T>().Take(1).ToListAsync(Cancellation);
}

public sealed class SqliteContextTests(IdeHost host) : ContextTests(host), IClassFixture<IdeHost>
{
    [Fact]
    public async Task Query_ByAContextForNobody_Throws()
    {
        var options = new DbContextOptionsBuilder<SqliteIdeContext>().UseSqlite("Data Source=:memory:").Options;
        await using var context = new SqliteIdeContext(options);
        await Assert.ThrowsAsync<InvalidOperationException>(() => context.Set<Membership>().ToListAsync(Cancellation));
    }

    [Fact]
    public async Task Database_IsInWalMode()
    {
        await using var context = Contexts.CreateSystem();
        Assert.Equal("wal", await context.Database.SqlQuery<string>($"SELECT journal_mode AS Value FROM pragma_journal_mode").SingleAsync(Cancellation));
    }
}

public sealed class PostgresContextTests(PostgresHost host) : ContextTests(host.Ide), IClassFixture<PostgresHost>
{
    [Fact]
    public async Task Rows_WithoutATenantAnnounced_AreHiddenByTheServer()
    {
        await using var connection = new Npgsql.NpgsqlConnection(host.Server.ConnectionString);
        await connection.OpenAsync(Cancellation);
        Assert.Equal((0L, 0L), (await CountAsync(connection, null), await CountAsync(connection, "")));
        Assert.NotEqual(0L, await CountAsync(connection, host.Ide.Owner.Tenant.Value.ToString("D")));
        Assert.Equal(await CountAsync(connection, "*"),
            await CountAsync(connection, host.Ide.Owner.Tenant.Value.ToString("D")) + await CountAsync(connection, host.Ide.Other.Tenant.Value.ToString("D")));
    }

    [Fact]
    public async Task Product_OnPostgres_ServesTokensAndAudit()
    {
        using var audit = await host.Ide.Client.GetAsync("/api/v1/audit?type=token", Cancellation);
        Assert.Contains("token.created", await audit.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Contains("PostgreSQL answers", await host.Ide.Client.GetStringAsync("/readyz", Cancellation), StringComparison.Ordinal);
    }

    private static async Task<long> CountAsync(Npgsql.NpgsqlConnection connection, string? tenant)
    {
        if (tenant is not null)
        {
            await using var announce = new Npgsql.NpgsqlCommand("SELECT set_config('ide.tenant', @tenant, false)", connection);
            announce.Parameters.AddWithValue("tenant", tenant);
            await announce.ExecuteNonQueryAsync(Cancellation);
        }

        await using var count = new Npgsql.NpgsqlCommand("SELECT count(*) FROM \"Memberships\"", connection);
        return (long)(await count.ExecuteScalarAsync(Cancellation))!;
    }
}

/// <summary>The product on a real PostgreSQL server.</summary>
public sealed class PostgresHost : IAsyncLifetime
{
    public PostgresServer Server { get; } = new();

    public IdeHost Ide { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await Server.InitializeAsync();
        Ide = await IdeHost.StartAsync($"--Ide:Database={Server.ConnectionString}");
    }

    public async ValueTask DisposeAsync()
    {
        if (Ide is not null) await Ide.DisposeAsync();
        await Server.DisposeAsync();
    }
}
