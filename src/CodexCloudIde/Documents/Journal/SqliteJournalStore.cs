using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;

namespace CodexCloudIde.Documents.Journal;

/// <summary>The journal in an SQLite file of its own.</summary>
/// <remarks>
/// Rows are only ever appended, so a commit touches a few pages at the file's end however many documents are open; an index by document would
/// cost four fifths of the throughput. Instead each row names the row before it of the same document, and the head names the last one.
/// <c>synchronous=FULL</c> makes every commit an fdatasync of the write-ahead log. Several processes of one machine may share the file.
/// </remarks>
/// <param name="path">The file.</param>
/// <param name="keptRows">Newest rows that are kept although snapshots cover them, for undo and history.</param>
internal sealed class SqliteJournalStore(string path, long keptRows = 1_000_000) : IJournalStore
{
    /// <summary>Rows after which old ones are dropped: few at a time, so that no commit waits long.</summary>
    private const int RowsPerTrim = 2000;

    private const string Schema = """
        PRAGMA journal_mode=WAL;
        CREATE TABLE IF NOT EXISTS head(
          id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, epoch INTEGER NOT NULL, revision INTEGER NOT NULL, last INTEGER NOT NULL,
          saved INTEGER NOT NULL, covered INTEGER NOT NULL, mark BLOB NOT NULL, snapshot BLOB NOT NULL);
        CREATE TABLE IF NOT EXISTS journal(seq INTEGER PRIMARY KEY, document INTEGER NOT NULL, first INTEGER NOT NULL, previous INTEGER NOT NULL, payload BLOB NOT NULL);
        """;

    private readonly SemaphoreSlim writing = new(1);
    private Writer? writer;
    private int sinceTrim;

    public async Task InitialiseAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var connection = await OpenAsync(cancellationToken);
        await using (var schema = connection.CreateCommand())
        {
            schema.CommandText = Schema;
            await schema.ExecuteNonQueryAsync(cancellationToken);
        }

        writer = new Writer(connection);
        await TrimAsync(cancellationToken);
    }

    public async Task<JournalHead?> TakeOverAsync(string key, (byte[] Snapshot, byte[] Mark)? initial, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = initial is null
            ? "UPDATE head SET epoch = epoch + 1 WHERE key = $key RETURNING id, epoch, revision, snapshot, mark"
            : """
              INSERT INTO head(key, epoch, revision, last, saved, covered, mark, snapshot) VALUES($key, 1, 0, 0, 0, 0, $mark, $snapshot)
              ON CONFLICT(key) DO UPDATE SET epoch = epoch + 1 RETURNING id, epoch, revision, snapshot, mark
              """;
        command.Parameters.AddWithValue("$key", key);
        if (initial is { } first)
        {
            command.Parameters.AddWithValue("$mark", first.Mark);
            command.Parameters.AddWithValue("$snapshot", first.Snapshot);
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new JournalHead(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), await reader.GetFieldValueAsync<byte[]>(3, cancellationToken), await reader.GetFieldValueAsync<byte[]>(4, cancellationToken))
            : null;
    }

    public async Task<bool[]> WriteAsync(IReadOnlyList<JournalWrite> writes, CancellationToken cancellationToken)
    {
        await writing.WaitAsync(cancellationToken);
        try
        {
            var moved = writer!.Write(writes);
            sinceTrim += writes.Count;
            if (sinceTrim >= RowsPerTrim)
            {
                sinceTrim = 0;
                await TrimAsync(cancellationToken);
            }

            return moved;
        }
        finally
        {
            writing.Release();
        }
    }

    public async IAsyncEnumerable<(long First, byte[] Payload)> ReadBackAsync(long id, long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT last FROM head WHERE id = $at";
        var at = command.Parameters.AddWithValue("$at", id);
        var row = await command.ExecuteScalarAsync(cancellationToken) as long? ?? 0;
        command.CommandText = "SELECT first, previous, payload FROM journal WHERE seq = $at";
        while (row > 0)
        {
            at.Value = row;
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            if (!await reader.ReadAsync(cancellationToken)) yield break;
            var first = reader.GetInt64(0);
            yield return (first, await reader.GetFieldValueAsync<byte[]>(2, cancellationToken));
            row = first <= after + 1 ? 0 : reader.GetInt64(1);
        }
    }

    public async Task<IReadOnlyList<string>> UnsavedAsync(string prefix, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        // '0' follows '/' in every collation that compares bytes.
        command.CommandText = "SELECT key FROM head WHERE key > $from AND key < $below AND revision > saved";
        command.Parameters.AddWithValue("$from", prefix + "/");
        command.Parameters.AddWithValue("$below", prefix + "0");
        List<string> keys = [];
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) keys.Add(reader.GetString(0));
        return keys;
    }

    public Task RenameAsync(string key, string to, CancellationToken cancellationToken) => ExecuteAsync(
        "DELETE FROM head WHERE key = $to AND EXISTS(SELECT 1 FROM head WHERE key = $key); UPDATE head SET key = $to, epoch = epoch + 1 WHERE key = $key",
        [("$key", key), ("$to", to)], cancellationToken);

    public Task ForgetAsync(string key, CancellationToken cancellationToken) =>
        ExecuteAsync("DELETE FROM head WHERE key = $key", [("$key", key)], cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (writer is not null) await writer.DisposeAsync();
        writing.Dispose();
    }

    /// <summary>Drops rows that every document's snapshot covers, but for the newest.</summary>
    private Task TrimAsync(CancellationToken cancellationToken) => ExecuteAsync(
        """
        DELETE FROM journal WHERE seq <= (SELECT coalesce(max(seq), 0) FROM journal) - $kept
          AND seq <= (SELECT coalesce(min(covered), 9223372036854775807) FROM head WHERE last > covered)
        """,
        [("$kept", keptRows)], cancellationToken);

    private async Task ExecuteAsync(string sql, (string Name, object Value)[] parameters, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var transaction = (SqliteTransaction)await connection.BeginTransactionAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value);
        await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task<SqliteConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 30 }.ToString());
        await connection.OpenAsync(cancellationToken);
        await using var pragma = connection.CreateCommand();
        pragma.CommandText = "PRAGMA synchronous=FULL";
        await pragma.ExecuteNonQueryAsync(cancellationToken);
        return connection;
    }

    /// <summary>The one connection that appends, with its prepared statements.</summary>
    private sealed class Writer : IAsyncDisposable
    {
        private readonly SqliteConnection connection;
        private readonly SqliteCommand append;
        private readonly SqliteCommand advance;
        private readonly SqliteCommand remember;
        private readonly SqliteCommand cover;

        public Writer(SqliteConnection connection)
        {
            this.connection = connection;
            // The fence: no row where another writer took over or the head is elsewhere.
            append = Prepare("""
                INSERT INTO journal(document, first, previous, payload)
                SELECT id, $expected + 1, last, $payload FROM head WHERE id = $id AND epoch = $epoch AND revision = $expected
                """, "$id", "$epoch", "$expected", "$payload");
            advance = Prepare("UPDATE head SET revision = $next, last = last_insert_rowid() WHERE id = $id", "$id", "$next");
            // The same fence: a mark or a snapshot of edits that were refused is refused with them.
            remember = Prepare("UPDATE head SET mark = $mark, saved = $saved WHERE id = $id AND epoch = $epoch AND revision = $next", "$id", "$epoch", "$next", "$mark", "$saved");
            cover = Prepare(
                "UPDATE head SET snapshot = $snapshot, covered = CASE WHEN revision = $at THEN last ELSE covered END WHERE id = $id AND epoch = $epoch AND revision = $next",
                "$id", "$epoch", "$next", "$snapshot", "$at");
        }

        public bool[] Write(IReadOnlyList<JournalWrite> writes)
        {
            var moved = new bool[writes.Count];
            using var transaction = connection.BeginTransaction(deferred: false);
            for (var i = 0; i < moved.Length; i++) moved[i] = Write(writes[i], transaction);
            transaction.Commit();
            return moved;
        }

        public async ValueTask DisposeAsync()
        {
            await append.DisposeAsync();
            await advance.DisposeAsync();
            await remember.DisposeAsync();
            await cover.DisposeAsync();
            await connection.DisposeAsync();
        }

        private bool Write(JournalWrite write, SqliteTransaction transaction)
        {
            if (!write.Payload.IsEmpty)
            {
                if (Run(append, transaction, write.Id, write.Epoch, write.Expected, write.Payload.ToArray()) == 0) return false;
                Run(advance, transaction, write.Id, write.Next);
            }

            return (write.Mark is null || Run(remember, transaction, write.Id, write.Epoch, write.Next, write.Mark, write.Saved) == 1)
                && (write.Snapshot is null || Run(cover, transaction, write.Id, write.Epoch, write.Next, write.Snapshot, write.SnapshotRevision) == 1);
        }

        private static int Run(SqliteCommand command, SqliteTransaction transaction, params ReadOnlySpan<object> values)
        {
            command.Transaction = transaction;
            for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i];
            return command.ExecuteNonQuery();
        }

        private SqliteCommand Prepare(string sql, params ReadOnlySpan<string> parameters)
        {
            var command = connection.CreateCommand();
            command.CommandText = sql;
            foreach (var parameter in parameters) command.Parameters.Add(new SqliteParameter(parameter, null));
            return command;
        }
    }
}
