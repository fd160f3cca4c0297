using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace CodexCloudIde.Documents.Journal;

/// <summary>The journal in an SQLite file of its own.</summary>
/// <remarks>
/// Rows are only ever appended, so a commit touches a few pages at the file's end however many documents are open; an index by document would
/// cost four fifths of the throughput. Instead each row names the row before it of the same document, and the head names the last one. Heads are changed by every
/// commit, and SQLite writes a changed row anew as a whole: texts lie in a table of their own.
/// <c>synchronous=FULL</c> makes every commit an fdatasync of the write-ahead log. Several processes of one machine may share the file.
/// </remarks>
/// <param name="path">The file.</param>
/// <param name="keptRows">Newest rows that are kept although snapshots cover them, for undo and history.</param>
/// <param name="mostBytes">Of the file; above, fewer rows are kept.</param>
internal sealed class SqliteJournalStore(string path, long keptRows = 1_000_000, long mostBytes = long.MaxValue) : IJournalStore
{
    /// <summary>Rows after which old ones are dropped: few at a time, so that no commit waits long.</summary>
    private const int RowsPerTrim = 2000;

    /// <summary>Or as many bytes.</summary>
    private const long BytesPerTrim = 32L << 20;

    private const string Schema = """
        PRAGMA journal_mode=WAL;
        CREATE TABLE IF NOT EXISTS head(
          id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, epoch INTEGER NOT NULL, revision INTEGER NOT NULL, last INTEGER NOT NULL,
          saved INTEGER NOT NULL, covered INTEGER NOT NULL, mark BLOB NOT NULL);
        CREATE TABLE IF NOT EXISTS snapshot(document INTEGER PRIMARY KEY, payload BLOB NOT NULL);
        CREATE TRIGGER IF NOT EXISTS forgotten AFTER DELETE ON head BEGIN DELETE FROM snapshot WHERE document = old.id; END;
        CREATE TABLE IF NOT EXISTS journal(seq INTEGER PRIMARY KEY, document INTEGER NOT NULL, first INTEGER NOT NULL, previous INTEGER NOT NULL, payload BLOB NOT NULL);
        """;

    private readonly SemaphoreSlim writing = new(1);
    private Writer? writer;
    private int rowsSinceTrim;
    private long bytesSinceTrim;

    public async Task InitialiseAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var connection = await OpenAsync(cancellationToken);
        await using (var schema = connection.CreateCommand())
        {
            schema.CommandText = Schema;
            await schema.ExecuteNonQueryAsync(cancellationToken);
        }

        await TakeOutSnapshotsAsync(connection, cancellationToken);

        writer = new Writer(connection);
        await TrimAsync(cancellationToken);
    }

    /// <summary>Files of earlier versions have the snapshots in the heads.</summary>
    private static async Task TakeOutSnapshotsAsync(SqliteConnection connection, CancellationToken cancellationToken)
    {
        await using var transaction = (SqliteTransaction)await connection.BeginTransactionAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "SELECT count(*) FROM pragma_table_info('head') WHERE name = 'snapshot'";
        if ((long)(await command.ExecuteScalarAsync(cancellationToken))! == 0) return;
        command.CommandText = "INSERT INTO snapshot SELECT id, snapshot FROM head WHERE true ON CONFLICT DO NOTHING; ALTER TABLE head DROP COLUMN snapshot";
        await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    public async Task<JournalHead?> TakeOverAsync(string key, (byte[] Snapshot, byte[] Mark)? initial, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var transaction = (SqliteTransaction)await connection.BeginTransactionAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = (initial is null
            ? "UPDATE head SET epoch = epoch + 1 WHERE key = $key;"
            : """
              INSERT INTO head(key, epoch, revision, last, saved, covered, mark) VALUES($key, 1, 0, 0, 0, 0, $mark) ON CONFLICT(key) DO UPDATE SET epoch = epoch + 1;
              INSERT INTO snapshot SELECT id, $snapshot FROM head WHERE key = $key ON CONFLICT DO NOTHING;
              """) + "SELECT id, epoch, revision, payload, mark FROM head JOIN snapshot ON document = id WHERE key = $key";
        command.Parameters.AddWithValue("$key", key);
        if (initial is { } first)
        {
            command.Parameters.AddWithValue("$mark", first.Mark);
            command.Parameters.AddWithValue("$snapshot", first.Snapshot);
        }

        JournalHead? head = null;
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            if (await reader.ReadAsync(cancellationToken))
            {
                head = new JournalHead(
                    reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), await reader.GetFieldValueAsync<byte[]>(3, cancellationToken), await reader.GetFieldValueAsync<byte[]>(4, cancellationToken));
            }
        }

        await transaction.CommitAsync(cancellationToken);
        return head;
    }

    public async Task<bool[]> WriteAsync(IReadOnlyList<JournalWrite> writes, CancellationToken cancellationToken)
    {
        await writing.WaitAsync(cancellationToken);
        try
        {
            var moved = writer!.Write(writes);
            rowsSinceTrim += writes.Count;
            foreach (var write in writes) bytesSinceTrim += write.Bytes;
            if (rowsSinceTrim >= RowsPerTrim || bytesSinceTrim >= BytesPerTrim)
            {
                (rowsSinceTrim, bytesSinceTrim) = (0, 0);
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
    private async Task TrimAsync(CancellationToken cancellationToken)
    {
        var kept = keptRows;
        if (mostBytes < long.MaxValue)
        {
            // Rows differ in size, but not so much over many of them: as many too many as there are bytes too many.
            var used = await NumberAsync("SELECT (SELECT * FROM pragma_page_count) * (SELECT * FROM pragma_page_size) - (SELECT * FROM pragma_freelist_count) * (SELECT * FROM pragma_page_size)", cancellationToken);
            // Two questions: SQLite finds an end of the table at once only when it is asked for that alone.
            const string Rows = "SELECT coalesce((SELECT max(seq) FROM journal) - (SELECT min(seq) FROM journal) + 1, 0)";
            if (used > mostBytes) kept = Math.Min(kept, (long)(await NumberAsync(Rows, cancellationToken) * 0.9 * mostBytes / used));
        }

        await ExecuteAsync(
            """
            DELETE FROM journal WHERE seq <= (SELECT coalesce(max(seq), 0) FROM journal) - $kept
              AND seq <= (SELECT coalesce(min(covered), 9223372036854775807) FROM head WHERE last > covered)
            """,
            [("$kept", kept)], cancellationToken);
    }

    private async Task<long> NumberAsync(string sql, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

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

    /// <summary>
    /// The one connection that appends, with its prepared statements. Bound and stepped without ADO.NET's objects between, which would cost as much as SQLite itself: this
    /// is done for every group of edits of every document.
    /// </summary>
    private sealed class Writer : IAsyncDisposable
    {
        private readonly SqliteConnection connection;
        private readonly sqlite3_stmt append;
        private readonly sqlite3_stmt advance;
        private readonly sqlite3_stmt remember;
        private readonly sqlite3_stmt cover;
        private readonly sqlite3_stmt replace;

        public Writer(SqliteConnection connection)
        {
            this.connection = connection;
            // The fence: no row where another writer took over or the head is elsewhere.
            append = Prepare("""
                INSERT INTO journal(document, first, previous, payload)
                SELECT id, ?3 + 1, last, ?4 FROM head WHERE id = ?1 AND epoch = ?2 AND revision = ?3
                """);
            advance = Prepare("UPDATE head SET revision = ?2, last = last_insert_rowid() WHERE id = ?1");
            // The same fence: a mark or a snapshot of edits that were refused is refused with them.
            remember = Prepare("UPDATE head SET mark = ?4, saved = ?5 WHERE id = ?1 AND epoch = ?2 AND revision = ?3");
            cover = Prepare("UPDATE head SET covered = CASE WHEN revision = ?4 THEN last ELSE covered END WHERE id = ?1 AND epoch = ?2 AND revision = ?3");
            replace = Prepare("UPDATE snapshot SET payload = ?2 WHERE document = ?1");
        }

        public bool[] Write(IReadOnlyList<JournalWrite> writes)
        {
            var moved = new bool[writes.Count];
            using var transaction = connection.BeginTransaction(deferred: false);
            for (var i = 0; i < moved.Length; i++) moved[i] = Write(writes[i]);
            transaction.Commit();
            return moved;
        }

        public ValueTask DisposeAsync()
        {
            append.Dispose();
            advance.Dispose();
            remember.Dispose();
            cover.Dispose();
            replace.Dispose();
            return connection.DisposeAsync();
        }

        private bool Write(JournalWrite write)
        {
            if (!write.Payload.IsEmpty)
            {
                Bind(append, write.Id, write.Epoch, write.Expected);
                Bind(append, 4, write.Payload.Span);
                if (Step(append) == 0) return false;
                Bind(advance, 1, write.Id);
                Bind(advance, 2, write.Next);
                Step(advance);
            }

            if (write.Mark is not null)
            {
                Bind(remember, write.Id, write.Epoch, write.Next);
                Bind(remember, 4, write.Mark);
                Bind(remember, 5, write.Saved);
                if (Step(remember) == 0) return false;
            }

            if (write.Snapshot is null) return true;
            Bind(cover, write.Id, write.Epoch, write.Next);
            Bind(cover, 4, write.SnapshotRevision);
            if (Step(cover) == 0) return false;
            Bind(replace, 1, write.Id);
            Bind(replace, 2, write.Snapshot);
            Step(replace);
            return true;
        }

        private void Bind(sqlite3_stmt statement, long id, long epoch, long revision)
        {
            Bind(statement, 1, id);
            Bind(statement, 2, epoch);
            Bind(statement, 3, revision);
        }

        private void Bind(sqlite3_stmt statement, int index, ReadOnlySpan<byte> value) => Check(raw.sqlite3_bind_blob(statement, index, value));

        private void Bind(sqlite3_stmt statement, int index, long value) => Check(raw.sqlite3_bind_int64(statement, index, value));

        /// <summary>Rows that were changed.</summary>
        private int Step(sqlite3_stmt statement)
        {
            var result = raw.sqlite3_step(statement);
            var reset = raw.sqlite3_reset(statement);
            Check(result == raw.SQLITE_DONE ? reset : result);
            return raw.sqlite3_changes(connection.Handle);
        }

        private sqlite3_stmt Prepare(string sql)
        {
            Check(raw.sqlite3_prepare_v2(connection.Handle, sql, out var statement));
            return statement;
        }

        private void Check(int result) => SqliteException.ThrowExceptionForRC(result, connection.Handle);
    }
}
