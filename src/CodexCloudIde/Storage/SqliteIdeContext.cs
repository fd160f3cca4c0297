using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace CodexCloudIde.Storage;

internal sealed class SqliteIdeContext(DbContextOptions<SqliteIdeContext> options) : IdeContext(options)
{
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<TicksConverter>();
    }
}

/// <summary>For dotnet-ef only.</summary>
internal sealed class SqliteDesignTimeFactory : IDesignTimeDbContextFactory<SqliteIdeContext>
{
    public SqliteIdeContext CreateDbContext(string[] args) => new(new DbContextOptionsBuilder<SqliteIdeContext>().UseSqlite("Data Source=:memory:").Options);
}
