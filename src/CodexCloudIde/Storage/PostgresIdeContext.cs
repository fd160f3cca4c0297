using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace CodexCloudIde.Storage;

internal sealed class PostgresIdeContext(DbContextOptions<PostgresIdeContext> options) : IdeContext(options)
{
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcConverter>();
    }
}

/// <summary>For dotnet-ef only.</summary>
internal sealed class PostgresDesignTimeFactory : IDesignTimeDbContextFactory<PostgresIdeContext>
{
    public PostgresIdeContext CreateDbContext(string[] args) => new(new DbContextOptionsBuilder<PostgresIdeContext>().UseNpgsql("Host=localhost").Options);
}
