using System.Net;
using System.Text;
using CodexCloudIde.Tests.Hosting;
using CodexCloudIde.Workspaces;
using Microsoft.Extensions.DependencyInjection;

namespace CodexCloudIde.Tests.Workspaces;

/// <summary>What was deleted can be taken back for a while, exactly as it was.</summary>
public sealed class DeletionTests(IdeHost host) : IClassFixture<IdeHost>
{
    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Undo_OfAFolder_PutsEverythingBackWithItsModes()
    {
        var workspace = await WorkspaceClient.CreateAsync(host);
        await workspace.WriteAsync("src/run.sh", "#!/bin/sh\n");
        await workspace.WriteAsync("src/deep/a.txt", "a");
        File.SetUnixFileMode(Path.Combine(RootOf(workspace), "src/run.sh"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var deletion = await DeleteAsync(workspace, "src");
        Assert.Empty(await workspace.PathsAsync());

        await workspace.PostAsync($"/deletions/{deletion}/undo", new { }, HttpStatusCode.NoContent);
        Assert.Equal(["src", "src/deep", "src/deep/a.txt", "src/run.sh"], await workspace.PathsAsync());
        Assert.True(File.GetUnixFileMode(Path.Combine(RootOf(workspace), "src/run.sh")).HasFlag(UnixFileMode.UserExecute));
        Assert.Empty(Kept(workspace));

        // Once only.
        await workspace.PostAsync($"/deletions/{deletion}/undo", new { }, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Undo_WhereSomethingElseIsByNow_IsRefusedAndLosesNeither()
    {
        var workspace = await WorkspaceClient.CreateAsync(host);
        await workspace.WriteAsync("a\nb.txt", "old");
        var deletion = await DeleteAsync(workspace, "a\nb.txt");
        await workspace.WriteAsync("a\nb.txt", "new");
        var refused = await workspace.PostAsync($"/deletions/{deletion}/undo", new { }, HttpStatusCode.Conflict);
        Assert.Equal("exists", refused.GetProperty("type").GetString());
        Assert.Equal("new", await workspace.ReadTextAsync("a\nb.txt"));

        await DeleteAsync(workspace, "a\nb.txt");
        await workspace.PostAsync($"/deletions/{deletion}/undo", new { }, HttpStatusCode.NoContent);
        Assert.Equal("old", await workspace.ReadTextAsync("a\nb.txt"));
    }

    [Theory]
    [InlineData("00000000000000000000000000000000")]
    [InlineData("-..-")]
    [InlineData("x")]
    public async Task Undo_OfWhatWasNeverDeleted_IsNotFound(string deletion)
    {
        var workspace = await WorkspaceClient.CreateAsync(host);
        await workspace.PostAsync($"/deletions/{Uri.EscapeDataString(deletion)}/undo", new { }, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Undo_FromAnotherWorkspaceOrTenant_IsNotFound()
    {
        var workspace = await WorkspaceClient.CreateAsync(host);
        await workspace.WriteAsync("a.txt", "a");
        var deletion = await DeleteAsync(workspace, "a.txt");
        var other = await WorkspaceClient.CreateAsync(host);
        await other.PostAsync($"/deletions/{deletion}/undo", new { }, HttpStatusCode.NotFound);
        await new WorkspaceClient(host.OtherClient, workspace.Id).PostAsync($"/deletions/{deletion}/undo", new { }, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Delete_BeyondTheQuota_KeepsTheNewestOnly()
    {
        await using var small = await IdeHost.StartAsync($"--Ide:Workspaces:Quota={4 << 20}");
        var workspace = await WorkspaceClient.CreateAsync(small);
        var megabytes = new byte[3 << 20];
        async Task<string> RoundAsync()
        {
            using var put = await workspace.PutAsync("large.bin", megabytes);
            Assert.True(put.IsSuccessStatusCode, await put.Content.ReadAsStringAsync(Ending));
            return await DeleteAsync(workspace, "large.bin");
        }

        var first = await RoundAsync();
        var second = await RoundAsync();
        await workspace.PostAsync($"/deletions/{first}/undo", new { }, HttpStatusCode.NotFound);
        await workspace.PostAsync($"/deletions/{second}/undo", new { }, HttpStatusCode.NoContent);
        Assert.Equal(["large.bin"], await workspace.PathsAsync());
    }

    [Fact]
    public async Task Delete_OfAFileThatIsOpen_KeepsWhatWasTypedLast()
    {
        var workspace = await WorkspaceClient.CreateAsync(host);
        await workspace.WriteAsync("a.txt", "a");
        await using var client = await Documents.HubClient.OpenAsync(host.Hub("/hubs/documents"), workspace.Id, "a.txt");
        await client.TypeAsync(1, "b");
        var deletion = await DeleteAsync(workspace, "a.txt");
        await workspace.PostAsync($"/deletions/{deletion}/undo", new { }, HttpStatusCode.NoContent);
        Assert.Equal("ab", Encoding.UTF8.GetString(await workspace.ReadAsync("a.txt")));
    }

    private static async Task<string> DeleteAsync(WorkspaceClient workspace, string path)
    {
        using var answer = await workspace.Http.DeleteAsync(workspace.FileUrl(path), Ending);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        return Assert.Single(answer.Headers.GetValues("Codex-Deletion"));
    }

    private string RootOf(WorkspaceClient workspace) =>
        host.Services.GetRequiredService<WorkspaceFolder>().RootOf(new WorkspaceRef(host.Owner.Tenant, WorkspaceId.Parse(workspace.Id)));

    private IEnumerable<string> Kept(WorkspaceClient workspace) => Directory.EnumerateDirectories(Path.Combine(RootOf(workspace), "../staging"));
}
