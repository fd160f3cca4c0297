using System.Text;
using CodexCloudIde.Documents;
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
