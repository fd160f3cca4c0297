using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace CodexCloudIde.Storage;

/// <summary>
/// PostgreSQL's second fence behind the query filter: each connection says for whom it works, and policies on every tenant-owned table show it
/// those rows only. Npgsql resets the setting when a connection goes back to its pool. (A superuser passes by any policy: use an own role.)
/// </summary>
internal sealed class RowLevelSecurity : DbConnectionInterceptor
{
    private const string Setting = "ide.tenant";

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = Announce(connection, eventData.Context);
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        await using var command = Announce(connection, eventData.Context);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Makes the policies of all tenant-owned tables of the model; run after migrating.</summary>
    internal static async Task ApplyAsync(IdeContext context, CancellationToken cancellationToken)
    {
        var tables = context.Model.GetEntityTypes().Where(type => typeof(ITenantOwned).IsAssignableFrom(type.ClrType) && type.GetTableName() is not null)
            .Select(type => (Table: type.GetTableName()!, Column: type.FindProperty(nameof(ITenantOwned.TenantId))!.GetColumnName()));
        await context.Database.OpenConnectionAsync(cancellationToken);
        // Several processes may start at once; the lock ends with the connection.
        await context.Database.ExecuteSqlAsync($"SELECT pg_advisory_lock(727002)", cancellationToken);
        foreach (var (table, column) in tables)
        {
            await using var command = context.Database.GetDbConnection().CreateCommand();
            command.CommandText = $"""
                ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY;
                ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY;
                DROP POLICY IF EXISTS tenant ON "{table}";
                CREATE POLICY tenant ON "{table}" USING (
                    current_setting('{Setting}', true) = '*' OR "{column}"::text = current_setting('{Setting}', true));
                """;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await context.Database.ExecuteSqlAsync($"SELECT pg_advisory_unlock(727002)", cancellationToken);
        await context.Database.CloseConnectionAsync();
    }

    private static DbCommand Announce(DbConnection connection, DbContext? context)
    {
        var command = connection.CreateCommand();
        command.CommandText = $"SELECT set_config('{Setting}', @tenant, false)";
        var parameter = command.CreateParameter();
        parameter.ParameterName = "tenant";
        // No context, or one for nobody: no rows.
        parameter.Value = context is not IdeContext ide ? "" : ide.SeesEveryTenant ? "*" : ide.CurrentTenant.Value.ToString("D");
        command.Parameters.Add(parameter);
        return command;
    }
}
