using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using CodexCloudIde.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CodexCloudIde.Audit;

/// <summary>What a query asks for; null asks nothing. Newest first, below <paramref name="Before"/>.</summary>
internal sealed record AuditFilter(
    DateTimeOffset? From = null, DateTimeOffset? To = null, string? Actor = null, string? Type = null, string? Workspace = null, long? Before = null);

/// <summary>
/// The chains on disk: audit.db beside the other databases, or tables of the PostgreSQL server. Several processes may append: each batch takes the
/// write lock first and reads the heads under it.
/// </summary>
internal sealed class AuditStore
{
    /// <summary>Name of the chain of what belongs to no tenant.</summary>
    public const string System = "system";

    private readonly Func<DbConnection> connect;
    private readonly bool postgres;
    private readonly SemaphoreSlim making = new(1, 1);
    private bool made;

    public AuditStore(IOptions<StorageOptions> storage, DataDirectory data)
    {
        postgres = storage.Value.Database.Length > 0;
        var file = $"Data Source={data.Of("audit.db")};Default Timeout=30";
        connect = postgres ? () => new NpgsqlConnection(storage.Value.Database) : () => new SqliteConnection(file);
    }

    /// <summary>Appends all, durable on return; in the order given.</summary>
    /// <returns>The sequence of each.</returns>
    public async Task<IReadOnlyList<long>> AppendAsync(IReadOnlyList<AuditRecord> records, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        // SQLite: BEGIN IMMEDIATE, the write lock at once.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        if (postgres) await ExecuteAsync(connection, transaction, "SELECT pg_advisory_xact_lock(727001)", [], cancellationToken);
        var heads = new Dictionary<string, (long Sequence, string Hash)>(StringComparer.Ordinal);
        var sequences = new long[records.Count];
        for (var index = 0; index < records.Count; index++)
        {
            var chain = ChainOf(records[index].Tenant);
            if (!heads.TryGetValue(chain, out var head)) head = await HeadAsync(connection, transaction, chain, cancellationToken);
            var entry = AuditEntry.After(head.Sequence, head.Hash, at, records[index]);
            await ExecuteAsync(
                connection,
                transaction,
                "INSERT INTO audit_entry(chain, sequence, at, actor, type, target, workspace, hash, body) VALUES (@a, @b, @c, @d, @e, @f, @g, @h, @i)",
                [chain, entry.Sequence, entry.At.ToUnixTimeMilliseconds(), entry.Actor, entry.Type, entry.Target, entry.Workspace, entry.Hash, entry.Json],
                cancellationToken);
            heads[chain] = (entry.Sequence, entry.Hash);
            sequences[index] = entry.Sequence;
        }

        await transaction.CommitAsync(cancellationToken);
        return sequences;
    }

    /// <summary>Sequence 0 and the genesis hash when there is no entry.</summary>
    public async Task<(long Sequence, string Hash)> HeadAsync(string chain, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        return await HeadAsync(connection, null, chain, cancellationToken);
    }

    /// <summary>The bodies and sequences that match, newest first.</summary>
    public async Task<IReadOnlyList<(long Sequence, string Json)>> QueryAsync(string chain, AuditFilter filter, int limit, CancellationToken cancellationToken)
    {
        var sql = new StringBuilder("SELECT sequence, body FROM audit_entry WHERE chain = @a");
        List<object?> values = [chain];
        Narrow("sequence <", filter.Before);
        Narrow("at >=", filter.From?.ToUnixTimeMilliseconds());
        Narrow("at <=", filter.To?.ToUnixTimeMilliseconds());
        Narrow("actor =", filter.Actor);
        Narrow("workspace =", filter.Workspace);
        if (filter.Type is { Length: > 0 } type)
        {
            // "token" finds token.created and token.revoked too.
            values.Add(type);
            values.Add(type + ".");
            sql.Append(CultureInfo.InvariantCulture, $" AND (type = @{Name(values.Count - 2)} OR substr(type, 1, {type.Length + 1}) = @{Name(values.Count - 1)})");
        }

        sql.Append(CultureInfo.InvariantCulture, $" ORDER BY sequence DESC LIMIT {limit}");
        await using var connection = await OpenAsync(cancellationToken);
        await using var command = Command(connection, null, sql.ToString(), values);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<(long, string)> found = [];
        while (await reader.ReadAsync(cancellationToken)) found.Add((reader.GetInt64(0), reader.GetString(1)));
        return found;

        void Narrow(string condition, object? value)
        {
            if (value is null or "") return;
            values.Add(value);
            sql.Append(CultureInfo.InvariantCulture, $" AND {condition} @{Name(values.Count - 1)}");
        }
    }

    /// <summary>From the first entry to <paramref name="last"/>, in order.</summary>
    public async IAsyncEnumerable<string> ReadAsync(
        string chain, long last, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var command = Command(
            connection, null, "SELECT body FROM audit_entry WHERE chain = @a AND sequence <= @b ORDER BY sequence", [chain, last]);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) yield return reader.GetString(0);
    }

    internal static string ChainOf(Tenants.TenantId? tenant) => tenant?.ToString() ?? System;

    private static async Task<(long Sequence, string Hash)> HeadAsync(
        DbConnection connection, DbTransaction? transaction, string chain, CancellationToken cancellationToken)
    {
        await using var command = Command(
            connection, transaction, "SELECT sequence, hash FROM audit_entry WHERE chain = @a ORDER BY sequence DESC LIMIT 1", [chain]);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetInt64(0), reader.GetString(1)) : (0, AuditEntry.Genesis);
    }

    private async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = connect();
        try
        {
            await connection.OpenAsync(cancellationToken);
            await MakeAsync(connection, cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private async Task MakeAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        // Per connection in SQLite: an appended entry is on disk when its transaction is.
        if (!postgres) await ExecuteAsync(connection, null, "PRAGMA synchronous=FULL", [], cancellationToken);
        if (made) return;
        await making.WaitAsync(cancellationToken);
        try
        {
            if (made) return;
            if (!postgres) await ExecuteAsync(connection, null, "PRAGMA journal_mode=WAL", [], cancellationToken);
            var lockFirst = postgres ? "SELECT pg_advisory_lock(727001);" : "";
            var unlock = postgres ? "SELECT pg_advisory_unlock(727001);" : "";
            var table = $"""
                {lockFirst}
                CREATE TABLE IF NOT EXISTS audit_entry(
                    chain TEXT NOT NULL, sequence BIGINT NOT NULL, at BIGINT NOT NULL, actor TEXT NOT NULL, type TEXT NOT NULL, target TEXT NOT NULL,
                    workspace TEXT NULL, hash TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY(chain, sequence));
                {unlock}
                """;
            await ExecuteAsync(connection, null, table, [], cancellationToken);
            made = true;
        }
        finally
        {
            making.Release();
        }
    }

    private static string Name(int index) => ((char)('a' + index)).ToString();

    private static async Task ExecuteAsync(
        DbConnection connection, DbTransaction? transaction, string sql, IReadOnlyList<object?> values, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, transaction, sql, values);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static DbCommand Command(DbConnection connection, DbTransaction? transaction, string sql, IReadOnlyList<object?> values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        for (var index = 0; index < values.Count; index++)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = Name(index);
            parameter.Value = values[index] ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
