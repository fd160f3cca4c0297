using CodexCloudIde.Documents;
using CodexCloudIde.Documents.Files;
using CodexCloudIde.Documents.Journal;
using CodexCloudIde.Tenants;
using CodexCloudIde.Tests.Hosting;
using CodexCloudIde.Text;

namespace CodexCloudIde.Tests.Documents;

/// <summary>The real journal, written by writers that know nothing of each other, as after a partition.</summary>
public abstract class JournalTests : IAsyncLifetime
{
    private static readonly Actor Somebody = new("u1", "Somebody", "user");
    private static readonly DocumentOptions Options = new() { EditsPerSnapshot = 16, RememberedEdits = 32 };

    private readonly string tenant = Guid.NewGuid().ToString("N");
    private readonly List<DocumentJournal> journals = [];

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var journal in journals) await journal.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>One more store over the same file or database, as another process would have.</summary>
    internal abstract IJournalStore NewStore();

    [Fact]
    public async Task Submit_ByTwoWriters_TheSecondEpochWinsAndNothingIsLost()
    {
        var first = await WriterAsync(await JournalAsync());
        await TypeAsync(first, "a", 1);
        var second = await WriterAsync(await JournalAsync());

        await Assert.ThrowsAsync<JournalFencedException>(() => TypeAsync(first, "lost", 2));
        await TypeAsync(second, "b", 2);
        await Assert.ThrowsAsync<JournalFencedException>(() => TypeAsync(first, "again", 3));

        var third = await WriterAsync(await JournalAsync());
        Assert.Equal((2L, "ba", true, false), (third.Revision, third.Text, first.IsBroken, second.IsBroken));
    }

    [Fact]
    public async Task Submit_ByTwoWritersAtOnce_EveryAcknowledgedEditIsThereOnce()
    {
        var (one, two) = (await WriterAsync(await JournalAsync()), await WriterAsync(await JournalAsync()));
        var acknowledged = await Task.WhenAll(TypeUntilFencedAsync(one, "one"), TypeUntilFencedAsync(two, "two"));
        var reloaded = await WriterAsync(await JournalAsync());
        var expected = acknowledged.SelectMany(list => list).ToList();
        Assert.Equal(expected.Count, reloaded.Revision);
        Assert.All(expected, text => Assert.Equal(2, reloaded.Text.Split(text).Length));
    }

    [Fact]
    public async Task Load_AfterSnapshots_HasTextRingAndFirstAnswers()
    {
        var writer = await WriterAsync(await JournalAsync());
        var last = new SubmitResult(0, 0, null, null);
        for (var i = 1; i <= 50; i++) last = await TypeAsync(writer, $"{i % 10}", i);

        var reloaded = await WriterAsync(await JournalAsync());
        Assert.Equal((50L, writer.Text), (reloaded.Revision, reloaded.Text));
        Assert.Equal(Enumerable.Range(41, 10).Select(revision => (long)revision), reloaded.Since(40)!.Select(edit => edit.Revision));
        var again = await reloaded.SubmitAsync(Edit("0", 50));
        Assert.Equal((last.Revision, last.Operation), (again.Revision, again.Operation));
        Assert.Equal(50L, reloaded.Revision);
    }

    [Fact]
    public async Task EditsAfter_BeyondTheRing_ComeFromTheJournal()
    {
        var writer = await WriterAsync(await JournalAsync());
        for (var i = 1; i <= 40; i++) await TypeAsync(writer, "x", i);
        var edits = await writer.EditsAfterAsync(5, TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(6, 35).Select(revision => (long)revision), edits.Select(edit => edit.Revision));
    }

    [Fact]
    public async Task Write_ManyDocumentsAtOnce_AreCommittedTogetherInOrder()
    {
        var journal = await JournalAsync();
        var writers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => WriterAsync(journal, $"{tenant}/w/live/{i}")));
        // A writer's calls interleave but never run at once, as in its grain.
        var turns = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
        await Task.Factory.StartNew(
            () => Task.WhenAll(writers.SelectMany(writer => Enumerable.Range(1, 25).Select(i => TypeAsync(writer, "y", i)))),
            TestContext.Current.CancellationToken,
            TaskCreationOptions.None,
            turns).Unwrap();
        Assert.All(writers, writer => Assert.Equal((25L, 25L, new string('y', 25)), (writer.Revision, writer.DurableRevision, writer.Text)));
        var reloaded = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => WriterAsync(journal, $"{tenant}/w/live/{i}")));
        Assert.All(reloaded, writer => Assert.Equal(new string('y', 25), writer.Text));
    }

    [Fact]
    public async Task Unsaved_AfterACrash_NamesTheDocumentsWhoseFileIsBehind()
    {
        var journal = await JournalAsync();
        await TypeAsync(await WriterAsync(journal, $"{tenant}/w/live/behind.txt"), "x", 1);
        await WriterAsync(journal, $"{tenant}/w/live/untouched.txt");
        await TypeAsync(await WriterAsync(journal, $"{tenant}/w/other/elsewhere.txt"), "x", 1);
        Assert.Equal([$"{tenant}/w/live/behind.txt"], await journal.Store.UnsavedAsync($"{tenant}/w/live", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Rename_OfADocument_KeepsItsEditsAndFencesTheWriter()
    {
        var journal = await JournalAsync();
        var writer = await WriterAsync(journal, $"{tenant}/w/live/a");
        await TypeAsync(writer, "x", 1);
        await journal.Store.RenameAsync($"{tenant}/w/live/a", $"{tenant}/w/live/b", TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<JournalFencedException>(() => TypeAsync(writer, "y", 2));
        var moved = await WriterAsync(journal, $"{tenant}/w/live/b");
        Assert.Equal((writer.DocumentId, "x"), (moved.DocumentId, moved.Text));
    }

    [Fact]
    public async Task Write_OfAMarkOrSnapshotAheadOfTheEdits_IsRefused()
    {
        var store = (await JournalAsync()).Store;
        var key = $"{tenant}/w/live/a.txt";
        var mark = new FileMark(FileShape.Default, SavedFile.Of(0, []), null).Encode();
        var head = (await store.TakeOverAsync(key, (new DocumentSnapshot(0, "", []).Encode(), mark), TestContext.Current.CancellationToken))!;
        var ahead = new JournalWrite(head.Id, head.Epoch, 1, 1, ReadOnlyMemory<byte>.Empty);
        var snapshot = new DocumentSnapshot(1, "never written", []).Encode();

        Assert.False((await store.WriteAsync([ahead with { Mark = [1], Saved = 1 }], TestContext.Current.CancellationToken)).Single());
        Assert.False((await store.WriteAsync([ahead with { Snapshot = snapshot, SnapshotRevision = 1 }], TestContext.Current.CancellationToken)).Single());

        var after = (await store.TakeOverAsync(key, null, TestContext.Current.CancellationToken))!;
        Assert.Equal(0, after.Revision);
        Assert.Equal(mark, after.Mark);
        Assert.Equal("", (await WriterAsync(journals[0])).Text);
    }

    private static SubmittedEdit Edit(string text, long sequence) => new("c", sequence, sequence - 1, TextOperation.Replace(0, 0, text), Somebody);

    private static Task<SubmitResult> TypeAsync(DocumentWriter writer, string text, long sequence) => writer.SubmitAsync(Edit(text, sequence));

    private static async Task<List<string>> TypeUntilFencedAsync(DocumentWriter writer, string client)
    {
        List<string> acknowledged = [];
        try
        {
            for (var i = 1; i <= 20; i++)
            {
                var text = $"[{client}{i}]";
                var done = await writer.SubmitAsync(new SubmittedEdit(client, i, writer.Revision, TextOperation.Replace(0, 0, text), Somebody));
                if (done.Error is null) acknowledged.Add(text);
            }
        }
        catch (JournalFencedException)
        {
            // The other one has taken over; what was acknowledged before counts.
        }

        return acknowledged;
    }

    private async Task<DocumentJournal> JournalAsync()
    {
        var journal = new DocumentJournal(NewStore());
        journals.Add(journal);
        await journal.StartAsync(TestContext.Current.CancellationToken);
        return journal;
    }

    private async Task<DocumentWriter> WriterAsync(DocumentJournal journal, string? key = null)
    {
        var initial = (new DocumentSnapshot(0, "", []).Encode(), new FileMark(FileShape.Default, SavedFile.Of(0, []), null).Encode());
        var head = await journal.Store.TakeOverAsync(key ?? $"{tenant}/w/live/a.txt", initial, TestContext.Current.CancellationToken);
        return await DocumentWriter.LoadAsync(head!, journal, Options, TimeProvider.System, TestContext.Current.CancellationToken);
    }
}

public sealed class SqliteJournalTests : JournalTests
{
    private readonly TempFolder folder = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        folder.Dispose();
    }

    internal override IJournalStore NewStore() => new SqliteJournalStore(folder.Of("journal", "documents.db"));

    [Fact]
    public async Task Write_ForLong_KeepsTheNewestRowsOnly()
    {
        const int Kept = 500;
        await using var store = new SqliteJournalStore(folder.Of("journal", "trimmed.db"), Kept);
        await store.InitialiseAsync(TestContext.Current.CancellationToken);
        var head = (await store.TakeOverAsync("t/w/live/a.txt", ([1], [1]), TestContext.Current.CancellationToken))!;
        for (var revision = 0L; revision < 5000; revision += 100)
        {
            // A snapshot covers what is before it, as a writer's does.
            var writes = Enumerable.Range((int)revision, 100).Select(at => new JournalWrite(head.Id, head.Epoch, at, at + 1, new byte[] { 1 }, at % 50 == 49 ? [2] : null, at + 1));
            Assert.All(await store.WriteAsync([.. writes], TestContext.Current.CancellationToken), Assert.True);
        }

        var rows = await store.ReadBackAsync(head.Id, 0, TestContext.Current.CancellationToken).CountAsync(TestContext.Current.CancellationToken);
        Assert.InRange(rows, Kept, Kept + 2000);
    }

    [Fact]
    public async Task Initialise_OfAFileOfAnEarlierVersion_GoesOnWithIt()
    {
        var path = folder.Of("journal", "earlier.db");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={path}"))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = """
                CREATE TABLE head(
                  id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, epoch INTEGER NOT NULL, revision INTEGER NOT NULL, last INTEGER NOT NULL,
                  saved INTEGER NOT NULL, covered INTEGER NOT NULL, mark BLOB NOT NULL, snapshot BLOB NOT NULL);
                INSERT INTO head VALUES(7, 't/w/live/a.txt', 3, 12, 0, 12, 0, x'01', x'0203');
                """;
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await using var store = new SqliteJournalStore(path);
        await store.InitialiseAsync(TestContext.Current.CancellationToken);
        var head = (await store.TakeOverAsync("t/w/live/a.txt", null, TestContext.Current.CancellationToken))!;
        Assert.Equal((7L, 4L, 12L, "0203", "01"), (head.Id, head.Epoch, head.Revision, Convert.ToHexString(head.Snapshot), Convert.ToHexString(head.Mark)));

        // Forgotten is forgotten with its text.
        await store.ForgetAsync("t/w/live/a.txt", TestContext.Current.CancellationToken);
        Assert.Equal("09", Convert.ToHexString((await store.TakeOverAsync("t/w/live/a.txt", ([9], [1]), TestContext.Current.CancellationToken))!.Snapshot));
    }

    [Fact]
    public async Task Write_OfLargeRows_KeepsTheFileBounded()
    {
        const long Most = 32 << 20;
        var path = folder.Of("journal", "large.db");
        await using var store = new SqliteJournalStore(path, mostBytes: Most);
        await store.InitialiseAsync(TestContext.Current.CancellationToken);
        var head = (await store.TakeOverAsync("t/w/live/a.txt", ([1], [1]), TestContext.Current.CancellationToken))!;
        for (var revision = 0; revision < 200; revision++)
        {
            Assert.True((await store.WriteAsync([new JournalWrite(head.Id, head.Epoch, revision, revision + 1, new byte[1 << 20], [2], revision + 1)], TestContext.Current.CancellationToken))[0]);
        }

        // Trimmed after as many bytes again; the log before the file is trimmed has what it grew by meanwhile.
        Assert.InRange(new FileInfo(path).Length, 1, 3 * Most);
        var rows = await store.ReadBackAsync(head.Id, 0, TestContext.Current.CancellationToken).CountAsync(TestContext.Current.CancellationToken);
        Assert.InRange(rows, 16, 80);
    }
}

public sealed class PostgresJournalTests(PostgresServer server) : JournalTests, IClassFixture<PostgresServer>
{
    internal override IJournalStore NewStore() => new PostgresJournalStore(server.ConnectionString);
}
