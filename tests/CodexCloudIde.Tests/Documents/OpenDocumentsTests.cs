using System.Text;
using CodexCloudIde.Documents;
using CodexCloudIde.Executions.Running;
using CodexCloudIde.Sandboxing;
using CodexCloudIde.Tenants;
using CodexCloudIde.Tests.Hosting;
using CodexCloudIde.Workspaces;
using Microsoft.Extensions.DependencyInjection;

namespace CodexCloudIde.Tests.Documents;

public sealed class OpenDocumentsTests(IdeHost host) : IClassFixture<IdeHost>
{
    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    private OpenDocuments Documents => host.Services.GetRequiredService<OpenDocuments>();

    private WorkspaceFolder Folder => host.Services.GetRequiredService<WorkspaceFolder>();

    private async Task<(WorkspaceRef Workspace, HubClient Client)> OpenAsync(byte[] bytes, string path = "a.txt")
    {
        var workspace = await host.Client.NewWorkspaceAsync();
        await host.Client.PutAsync(workspace, path, bytes);
        return (new WorkspaceRef(host.Owner.Tenant, WorkspaceId.Parse(workspace)), await HubClient.OpenAsync(host.Hub("/hubs/documents"), workspace, path));
    }

    private async Task<byte[]> FileAsync(WorkspaceRef workspace, string path = "a.txt") => (await Folder.ReadAsync(workspace, path, 1 << 20, Ending)).Value!;

    private static CollectedChange Modified(string path, string text) => new(path, ChangeKind.Modified, text.Length, Encoding.UTF8.GetBytes(text), false);

    [Fact]
    public async Task Materialise_AfterAnEdit_WritesTheFileInItsOwnShape()
    {
        var (workspace, client) = await OpenAsync([0xEF, 0xBB, 0xBF, .. "a\r\nb"u8]);
        await using var _ = client;
        await client.TypeAsync(2, "x\n");
        var saved = await Documents.MaterialiseAsync(workspace, Ending);
        Assert.Equal(new Dictionary<string, long> { ["a.txt"] = 1 }, saved);
        Assert.Equal([0xEF, 0xBB, 0xBF, .. "a\r\nx\r\nb"u8], await FileAsync(workspace));
    }

    [Fact]
    public async Task Edit_ByTheAgentWhileSomebodyTypes_KeepsBoth()
    {
        var (workspace, client) = await OpenAsync("def f(x):\n    return x.name\n"u8.ToArray());
        await using var _ = client;
        var read = (await Documents.ReadAsync(workspace, "a.txt", Ending)).Value!;
        await client.TypeAsync(9, "  # typed meanwhile");
        var agent = Actor.Agent("task1");
        var edited = (await Documents.EditAsync(
            workspace, "a.txt", agent, read.Text, read.Revision, read.Text.Replace("x.name", "x.get()", StringComparison.Ordinal), Ending)).Value!;
        Assert.Equal("def f(x):  # typed meanwhile\n    return x.get()\n", edited.Text);
        await client.CatchUpAsync(edited.Revision!.Value);
        Assert.Equal(edited.Text, client.Text);
        Assert.Equal("agent", (await client.EditedAsync(2)).Actor.Kind);
    }

    [Fact]
    public async Task Undo_OfTheAgent_LeavesWhatOthersTyped()
    {
        var (workspace, client) = await OpenAsync("one\ntwo\nthree\n"u8.ToArray());
        await using var _ = client;
        var agent = Actor.Agent("task2");
        var edited = (await Documents.EditAsync(workspace, "a.txt", agent, client.Text, client.Revision, "ONE\ntwo\nTHREE!\n", Ending)).Value!;
        await client.CatchUpAsync(edited.Revision!.Value);
        await client.TypeAsync(4, "mine ");
        var undone = (await Documents.UndoAsync(workspace, "a.txt", agent, null, null, Ending)).Value!;
        Assert.Equal("one\nmine two\nthree\n", undone.Text);
    }

    [Fact]
    public async Task Edit_OfAMissingFile_CreatesIt()
    {
        var (workspace, client) = await OpenAsync("x"u8.ToArray());
        await using var _ = client;
        var edited = await Documents.EditAsync(workspace, "new/file.py", Actor.Agent("task3"), "", null, "print(1)\n", Ending);
        await Documents.MaterialiseAsync(workspace, Ending);
        Assert.Equal(("print(1)\n", "print(1)\n"), (edited.Value!.Text, Encoding.UTF8.GetString(await FileAsync(workspace, "new/file.py"))));
    }

    [Fact]
    public async Task ChangedOnDisk_WhileSomebodyTypes_BecomesOperationsAndNothingIsLost()
    {
        var (workspace, client) = await OpenAsync("one\ntwo\nthree\n"u8.ToArray());
        await using var _ = client;
        await client.TypeAsync(0, "typed ");
        Assert.Null(await Folder.WriteAsync(workspace, "a.txt", "one\ntwo\nthree\nfour\n"u8.ToArray(), Ending));
        await Documents.ChangedOnDiskAsync(workspace, ["a.txt"], Ending);
        await client.CatchUpAsync(2);
        Assert.Equal("typed one\ntwo\nthree\nfour\n", client.Text);
        Assert.Equal(client.Text, Encoding.UTF8.GetString(await FileAsync(workspace)));
    }

    [Fact]
    public async Task Write_ByPutOnAnOpenDocument_BecomesOperations()
    {
        var (workspace, client) = await OpenAsync("one\ntwo\n"u8.ToArray());
        await using var _ = client;
        await host.Client.PutAsync(workspace.Workspace.ToString(), "a.txt", "one\r\n2\r\n"u8.ToArray());
        await client.CatchUpAsync(1);
        Assert.Equal("one\n2\n", client.Text);
        Assert.Equal("one\r\n2\r\n"u8.ToArray(), await FileAsync(workspace));
    }

    [Fact]
    public async Task ChangedOnDisk_TwiceWhileNothingCanBeWritten_LosesNothing()
    {
        var (workspace, client) = await OpenAsync("one\ntwo\n"u8.ToArray());
        await using var _ = client;
        var usage = host.Services.GetRequiredService<WorkspaceUsage>();
        usage.Add(workspace, usage.RoomLeft(workspace, Folder));
        await client.TypeAsync(0, "typed ");
        var file = Path.Combine(Folder.RootOf(workspace), "a.txt");
        foreach (var (revision, text) in new[] { (2, "one\n2\n"), (3, "one\n2\nthree\n") })
        {
            await File.WriteAllTextAsync(file, text, Ending);
            await Documents.ChangedOnDiskAsync(workspace, ["a.txt"], Ending);
            await client.CatchUpAsync(revision);
        }

        Assert.Equal("typed one\n2\nthree\n", client.Text);
        usage.Forget(workspace);
        await Documents.MaterialiseAsync(workspace, Ending);
        Assert.Equal(client.Text, await File.ReadAllTextAsync(file, Ending));
    }

    [Fact]
    public async Task WriteBack_OfWhatWasTypedOnMeanwhile_KeepsBoth()
    {
        var (workspace, client) = await OpenAsync("a = 1\nb = 2\n"u8.ToArray());
        await using var _ = client;
        await client.TypeAsync(0, "# seen by the run\n");
        var seen = await Documents.MaterialiseAsync(workspace, Ending);
        await client.TypeAsync(client.Text.Length, "c = 3\n");
        await using var other = await HubClient.OpenAsync(host.Hub("/hubs/documents"), workspace.Workspace.ToString(), "a.txt");
        await host.Client.PutAsync(workspace.Workspace.ToString(), "late.txt", "x\n"u8.ToArray());
        await using var late = await HubClient.OpenAsync(host.Hub("/hubs/documents"), workspace.Workspace.ToString(), "late.txt");
        await late.TypeAsync(0, "typed\n");

        CollectedChange[] changes = [Modified("a.txt", "# seen by the run\na = 1\nb = 20\n"), Modified("late.txt", "x\ny\n")];
        var refused = await host.Services.GetRequiredService<WriteBack>().ApplyAsync(workspace, Actor.System, new CollectedChanges(changes, false, 0), seen, Ending);

        Assert.Empty(refused);
        Assert.Equal("# seen by the run\na = 1\nb = 20\nc = 3\n", Encoding.UTF8.GetString(await FileAsync(workspace)));
        Assert.Equal("typed\nx\ny\n", Encoding.UTF8.GetString(await FileAsync(workspace, "late.txt")));
    }

    [Fact]
    public async Task WriteBack_OfADeletion_SparesWhatWasTypedOnMeanwhile()
    {
        var (workspace, client) = await OpenAsync("a"u8.ToArray(), "folder/a.txt");
        await using var _ = client;
        var seen = await Documents.MaterialiseAsync(workspace, Ending);
        await client.TypeAsync(1, "b");
        var writeBack = host.Services.GetRequiredService<WriteBack>();
        var deletion = new CollectedChanges([new CollectedChange("folder", ChangeKind.Deleted, 0, null, false)], false, 0);

        Assert.Equal(["folder"], await writeBack.ApplyAsync(workspace, Actor.System, deletion, seen, Ending));
        Assert.Equal("ab", Encoding.UTF8.GetString(await FileAsync(workspace, "folder/a.txt")));

        seen = await Documents.MaterialiseAsync(workspace, Ending);
        Assert.Empty(await writeBack.ApplyAsync(workspace, Actor.System, deletion, seen, Ending));
        Assert.Null(await client.Moved.Task.WaitAsync(Ending));
    }

    [Fact]
    public async Task Put_IfMatch_IsRefusedForWhatWasTypedAfterTheTag()
    {
        var (workspace, client) = await OpenAsync("one\r\n"u8.ToArray());
        await using var _ = client;
        var tag = FileTag.Of("one\r\n"u8);
        await client.TypeAsync(0, "typed ");
        var refused = await Documents.WriteAsync(workspace, "a.txt", Actor.System, "1\r\n"u8.ToArray(), new WriteBasis(Tag: tag), Ending);
        Assert.Equal((412, "changed-meanwhile"), (refused!.Status, refused.Type));
        Assert.Null(await Documents.WriteAsync(workspace, "a.txt", Actor.System, "1\r\n"u8.ToArray(), new WriteBasis(Tag: FileTag.Of("typed one\r\n"u8)), Ending));
        Assert.Equal("1\r\n", Encoding.UTF8.GetString(await FileAsync(workspace)));
    }

    [Fact]
    public async Task Move_OfAFileThatIsBehind_LeavesNothingOfTheOldName()
    {
        var (workspace, client) = await OpenAsync("a"u8.ToArray(), "old/a.txt");
        await using var _ = client;
        await using (var hold = await Documents.HoldAsync(workspace, "old", Ending))
        {
            await client.TypeAsync(1, "b");
            // A save that comes in between waits, and finds that the name is not its own any more.
            var saving = Documents.MaterialiseAsync(workspace, Ending);
            Assert.Null(await Folder.MoveAsync(workspace, "old", "new", Ending));
            Assert.False(saving.IsCompleted);
            await hold.MovedAsync("new");
            await saving;
        }

        Assert.Equal("new/a.txt", await client.Moved.Task.WaitAsync(Ending));
        Assert.Equal(404, (await Folder.ReadAsync(workspace, "old/a.txt", 100, Ending)).Refusal!.Status);
        Assert.Equal("ab", (await Documents.ReadAsync(workspace, "new/a.txt", Ending)).Value!.Text);
        await using var again = await HubClient.OpenAsync(host.Hub("/hubs/documents"), workspace.Workspace.ToString(), "new/a.txt");
        Assert.Equal("ab", again.Text);
    }

    [Fact]
    public async Task Move_ThatFails_LetsTheFileBeSavedAgain()
    {
        var (workspace, client) = await OpenAsync("a"u8.ToArray());
        await using var _ = client;
        await using (await Documents.HoldAsync(workspace, "a.txt", Ending)) await client.TypeAsync(1, "b");
        await Documents.MaterialiseAsync(workspace, Ending);
        Assert.Equal("ab", Encoding.UTF8.GetString(await FileAsync(workspace)));
    }

    [Fact]
    public async Task Open_TextOfManyBytesPerUnit_OpensAsFarAsItCanBeTyped()
    {
        const int Limit = 100_000;
        await using var small = await IdeHost.StartAsync($"--Ide:Documents:LargestDocument={Limit}");
        var workspace = await small.Client.NewWorkspaceAsync();
        await small.Client.PutAsync(workspace, "a.txt", Encoding.UTF8.GetBytes(new string('字', Limit)));
        await using var client = await HubClient.OpenAsync(small.Hub("/hubs/documents"), workspace, "a.txt");
        Assert.Equal(Limit, client.Text.Length);
        await small.Client.PutAsync(workspace, "larger.txt", Encoding.UTF8.GetBytes(new string('a', Limit + 1)));
        Assert.Equal("tooLarge", (await client.OpenAsync(workspace, "larger.txt")).Error);
    }

    [Fact]
    public async Task Open_OfMoreTextThanATenantMayHaveOpen_IsRefusedUntilSomeIsClosed()
    {
        await using var small = await IdeHost.StartAsync("--Ide:Documents:TenantOpenUnits=5000");
        var workspace = await small.Client.NewWorkspaceAsync();
        foreach (var name in new[] { "a.txt", "b.txt" }) await small.Client.PutAsync(workspace, name, Encoding.UTF8.GetBytes(new string('a', 3000)));
        await using var client = await HubClient.OpenAsync(small.Hub("/hubs/documents"), workspace, "a.txt");
        await using var other = await HubClient.ConnectAsync(small.Hub("/hubs/documents"));
        Assert.Equal("tooManyOpen", (await other.OpenAsync(workspace, "b.txt")).Error);
        // What is open already takes no more room for another.
        Assert.Null((await other.OpenAsync(workspace, "a.txt")).Error);
        await client.DisposeAsync();
        await other.DisposeAsync();
        await using var third = await HubClient.ConnectAsync(small.Hub("/hubs/documents"));
        await Eventually.Async(async () => (await third.OpenAsync(workspace, "b.txt")).Error is null, "room for another");
    }

    [Fact]
    public async Task Open_OfMoreBytesThanAskedFor_IsRefusedUntilAskedForAll()
    {
        var (workspace, client) = await OpenAsync("0123456789"u8.ToArray());
        await using var _ = client;
        var id = workspace.Workspace.ToString();
        Assert.Equal("tooLarge", (await client.OpenAsync(id, "a.txt", mostBytes: 9)).Error);
        Assert.Equal("0123456789", (await client.OpenAsync(id, "a.txt", mostBytes: 10)).Text);
        Assert.Equal("0123456789", (await client.OpenAsync(id, "a.txt")).Text);
    }

    [Fact]
    public async Task Submit_OfANul_IsRefused()
    {
        var (_, client) = await OpenAsync("a"u8.ToArray());
        await using var __ = client;
        Assert.Equal("invalidOperation", (await client.AppendAsync(0, "\0")).Error);
    }

    [Theory]
    [InlineData(new byte[] { 0, 1, 2 }, "binary")]
    [InlineData(new byte[] { 0x63, 0x61, 0x66, 0xE9, 0x0A }, "invalidEncoding")]
    public async Task Open_NoTextFile_IsRefusedAndItsBytesStay(byte[] bytes, string error)
    {
        var (workspace, client) = await OpenAsync("x"u8.ToArray(), "other.txt");
        await using var _ = client;
        await host.Client.PutAsync(workspace.Workspace.ToString(), "a.bin", bytes);
        var answer = await client.OpenAsync(workspace.Workspace.ToString(), "a.bin");
        Assert.Equal((error, null), (answer.Error, answer.Text));
        await Documents.MaterialiseAsync(workspace, Ending);
        Assert.Equal(bytes, await FileAsync(workspace, "a.bin"));
    }

    [Fact]
    public async Task Open_LinkOutOfTheWorkspace_IsNotFollowed()
    {
        var (workspace, client) = await OpenAsync("x"u8.ToArray());
        await using var _ = client;
        var secret = Path.Combine(host.Data, "secret.txt");
        await File.WriteAllTextAsync(secret, "secret", Ending);
        File.CreateSymbolicLink(Path.Combine(Folder.RootOf(workspace), "link.txt"), secret);
        var answer = await client.OpenAsync(workspace.Workspace.ToString(), "link.txt");
        Assert.NotNull(answer.Error);
        Assert.Null(answer.Text);
    }
}
