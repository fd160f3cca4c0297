using CodexCloudIde.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace CodexCloudIde.Tests.Storage;

public sealed class ProvidersTests
{
    [Fact]
    public async Task Model_OfBothProviders_IsTheSame()
    {
        await using var sqlite = new SqliteDesignTimeFactory().CreateDbContext([]);
        await using var postgres = new PostgresDesignTimeFactory().CreateDbContext([]);
        Assert.Equal(Describe(sqlite), Describe(postgres));
    }

    /// <summary>Tables, columns, keys, indexes and references; not the types, which are each provider's own.</summary>
    private static List<string> Describe(IdeContext context)
    {
        var tables = context.Model.GetEntityTypes().ToList();
        return
        [
            .. tables.SelectMany(table => table.GetProperties().Select(column =>
                $"{table.GetTableName()}.{column.GetColumnName()} {(column.IsNullable ? "null" : "not null")} {column.GetMaxLength()}")).Order(StringComparer.Ordinal),
            .. tables.Select(table => $"{table.GetTableName()} key {Names(table.FindPrimaryKey()!.Properties)}").Order(StringComparer.Ordinal),
            .. tables.SelectMany(table => table.GetIndexes().Select(index => $"{table.GetTableName()} index {Names(index.Properties)} {index.IsUnique}")).Order(StringComparer.Ordinal),
            .. tables.SelectMany(table => table.GetForeignKeys().Select(key =>
                $"{table.GetTableName()} {Names(key.Properties)} -> {key.PrincipalEntityType.GetTableName()} {key.DeleteBehavior}")).Order(StringComparer.Ordinal),
        ];
    }

    private static string Names(IEnumerable<IReadOnlyProperty> properties) => string.Join(',', properties.Select(property => property.Name));
}
