using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;

namespace CodexCloudIde.Documents.Journal;

/// <summary>The journal in PostgreSQL, for a cluster. Durable by <c>synchronous_commit = on</c>, whatever the server's default is.</summary>
internal sealed class PostgresJournalStore(string connectionString) : IJournalStore
{
    /// <summary>Edits per document that are kept although a snapshot covers them.</summary>
    private const long KeptRevisions = 10_000;

    private const string Schema = """
        CREATE SCHEMA IF NOT EXISTS journal;
        CREATE TABLE IF NOT EXISTS journal.head(
          id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text COLLATE "C" NOT NULL UNIQUE, epoch bigint NOT NULL, revision bigint NOT NULL,
          saved bigint NOT NULL, mark bytea NOT NULL, snapshot bytea NOT NULL);
        CREATE TABLE IF NOT EXISTS journal.edits(document bigint NOT NULL, first bigint NOT NULL, payload bytea NOT NULL, PRIMARY KEY(document, first));
        """;

    /// <summary>Heads advance where the fence is right, and only their edits go in: one statement, so one round trip and no gap between check and write.</summary>
    private const string Append = """
        WITH given AS (SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bytea[]) AS g(id, epoch, expected, next, payload)),
        moved AS (
          UPDATE journal.head h SET revision = g.next FROM given g WHERE h.id = g.id AND h.epoch = g.epoch AND h.revision = g.expected
          RETURNING g.id, g.epoch, g.expected),
        added AS (INSERT INTO journal.edits(document, first, payload) SELECT g.id, g.expected + 1, g.payload FROM given g JOIN moved USING (id, epoch, expected))
        SELECT id, epoch, expected FROM moved
        """;

    private readonly NpgsqlDataSource source = NpgsqlDataSource.Create(connectionString);

    public async Task InitialiseAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Two processes that start together would both find the tables missing.
        await using var command = new NpgsqlCommand("SELECT pg_advisory_xact_lock(7106435)", connection, transaction);
        await command.ExecuteNonQueryAsync(cancellationToken);
        command.CommandText = Schema;
        await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    public async Task<JournalHead?> TakeOverAsync(string key, (byte[] Snapshot, byte[] Mark)? initial, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(initial is null
            ? "UPDATE journal.head SET epoch = epoch + 1 WHERE key = $1 RETURNING id, epoch, revision, snapshot, mark"
            : """
              INSERT INTO journal.head AS h(key, epoch, revision, saved, mark, snapshot) VALUES($1, 1, 0, 0, $2, $3)
              ON CONFLICT(key) DO UPDATE SET epoch = h.epoch + 1 RETURNING id, epoch, revision, snapshot, mark
              """);
        command.Parameters.AddWithValue(key);
        if (initial is { } first)
        {
            command.Parameters.AddWithValue(first.Mark);
            command.Parameters.AddWithValue(first.Snapshot);
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new JournalHead(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), await reader.GetFieldValueAsync<byte[]>(3, cancellationToken), await reader.GetFieldValueAsync<byte[]>(4, cancellationToken))
            : null;
    }

    public async Task<bool[]> WriteAsync(IReadOnlyList<JournalWrite> writes, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var durable = new NpgsqlCommand("SET LOCAL synchronous_commit = on", connection, transaction))
        {
            await durable.ExecuteNonQueryAsync(cancellationToken);
        }

        var moved = await AppendAsync(writes.Where(write => !write.Payload.IsEmpty).ToList(), connection, transaction, cancellationToken);
        var done = new bool[writes.Count];
        for (var i = 0; i < done.Length; i++)
        {
            done[i] = (writes[i].Payload.IsEmpty || moved.Contains((writes[i].Id, writes[i].Epoch, writes[i].Expected))) && await RememberAsync(writes[i], connection, transaction, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return done;
    }

    public async IAsyncEnumerable<(long First, byte[] Payload)> ReadBackAsync(long id, long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("SELECT first, payload FROM journal.edits WHERE document = $1 ORDER BY first DESC");
        command.Parameters.AddWithValue(id);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            yield return (reader.GetInt64(0), await reader.GetFieldValueAsync<byte[]>(1, cancellationToken));
            if (reader.GetInt64(0) <= after + 1) yield break;
        }
    }

    public async Task<IReadOnlyList<string>> UnsavedAsync(string prefix, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("SELECT key FROM journal.head WHERE key > $1 AND key < $2 AND revision > saved");
        command.Parameters.AddWithValue(prefix + "/");
        command.Parameters.AddWithValue(prefix + "0");
        List<string> keys = [];
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) keys.Add(reader.GetString(0));
        return keys;
    }

    public async Task RenameAsync(string key, string to, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync("DELETE FROM journal.head WHERE key = $2 AND EXISTS(SELECT 1 FROM journal.head WHERE key = $1)");
        await ExecuteAsync("UPDATE journal.head SET key = $2, epoch = epoch + 1 WHERE key = $1");
        await transaction.CommitAsync(cancellationToken);

        async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction) { Parameters = { new() { Value = key }, new() { Value = to } } };
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    public async Task ForgetAsync(string key, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(
            "WITH gone AS (DELETE FROM journal.head WHERE key = $1 RETURNING id) DELETE FROM journal.edits WHERE document IN (SELECT id FROM gone)");
        command.Parameters.AddWithValue(key);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();

    private static async Task<HashSet<(long Id, long Epoch, long Expected)>> AppendAsync(
        List<JournalWrite> appends, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        HashSet<(long, long, long)> moved = [];
        if (appends.Count == 0) return moved;
        await using var command = new NpgsqlCommand(Append, connection, transaction);
        Add(NpgsqlDbType.Bigint, appends.ConvertAll(write => write.Id));
        Add(NpgsqlDbType.Bigint, appends.ConvertAll(write => write.Epoch));
        Add(NpgsqlDbType.Bigint, appends.ConvertAll(write => write.Expected));
        Add(NpgsqlDbType.Bigint, appends.ConvertAll(write => write.Next));
        Add(NpgsqlDbType.Bytea, appends.ConvertAll(write => write.Payload.ToArray()));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) moved.Add((reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)));
        return moved;

        void Add<T>(NpgsqlDbType type, List<T> values) => command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Array | type, Value = values });
    }

    private static async Task<bool> RememberAsync(JournalWrite write, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        if (write.Mark is null && write.Snapshot is null) return true;
        await using var command = new NpgsqlCommand(
            """
            UPDATE journal.head SET mark = coalesce($3, mark), saved = CASE WHEN $3 IS NULL THEN saved ELSE $4 END, snapshot = coalesce($5, snapshot)
            WHERE id = $1 AND epoch = $2 AND revision = $6
            """, connection, transaction);
        command.Parameters.Add(new NpgsqlParameter { Value = write.Id });
        command.Parameters.Add(new NpgsqlParameter { Value = write.Epoch });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Bytea, Value = (object?)write.Mark ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter { Value = write.Saved });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Bytea, Value = (object?)write.Snapshot ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter { Value = write.Next });
        var remembered = await command.ExecuteNonQueryAsync(cancellationToken) == 1;
        if (remembered && write.Snapshot is not null)
        {
            await using var trim = new NpgsqlCommand("DELETE FROM journal.edits WHERE document = $1 AND first < $2", connection, transaction)
            {
                Parameters = { new() { Value = write.Id }, new() { Value = write.SnapshotRevision - KeptRevisions } },
            };
            await trim.ExecuteNonQueryAsync(cancellationToken);
        }

        return remembered;
    }
}
