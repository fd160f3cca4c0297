using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using CodexCloudIde.Tests.Hosting;
using CodexCloudIde.Workspaces;
using Microsoft.Extensions.DependencyInjection;

namespace CodexCloudIde.Tests.Workspaces;

public sealed class FileTests(IdeHost host) : IClassFixture<IdeHost>
{
    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    private string RootOf(WorkspaceClient workspace) => host.Services.GetRequiredService<WorkspaceFolder>().RootOf(new WorkspaceRef(host.Owner.Tenant, WorkspaceId.Parse(workspace.Id)));

    public static TheoryData<string> OddNames { get; } =
    [
        "with space.txt", "quote\"and'both.txt", "new\nline.txt", "🦊 émoji.txt", "per%20cent.txt", "#hash?question&.txt", "back\\slash.txt", "tab\t.txt", "*[glob]?.txt", "-rf",
        new string('é', 126) + ".tx", "deep/er/and deeper/x.txt",
    ];

    [Theory]
    [MemberData(nameof(OddNames))]
    public async Task Put_OddName_ReadsBackListsAndDeletes(string name)
    {
        var workspace = await WorkspaceClient.CreateAsync(host);
        var content = new byte[] { 0, 255, 13, 10, 0xef, 0xbb, 0xbf, 128 };
        using var created = await workspace.PutAsync(name, content);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal(content, await workspace.ReadAsync(name));
        Assert.Contains(name, await workspace.PathsAsync());
        using var deleted = await workspace.Http.DeleteAsync(workspace.FileUrl(name), Ending);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.DoesNotContain(name, await workspace.PathsAsync());
    }

    [Theory]
    [InlineData("%2e%2e/x", 400, "invalid-path")]
    [InlineData("a/../../x", 400, "invalid-path")]
    [InlineData("..", 400, "invalid-path")]
    [InlineData("%2Fetc/passwd", 400, "invalid-path")]
    [InlineData("a/..%2F..%2Fx", 400, "invalid-path")]
    public async Task Put_UnsafePath_IsRefused(string path, int status, string type)
    {
        var workspace = await WorkspaceClient.CreateAsync(host);
        // A client that does not fold dot segments by itself.
        var (code, body) = await RawHttp.SendAsync(host.Address, $"PUT {workspace.Url("/files/")}{path}", IdeHost.OwnerToken, "x");
        Assert.Equal((status, type), (code, body.GetProperty("type").GetString()));
        Assert.Empty(await workspace.PathsAsync());
    }

    [Fact]
    public async Task Delete_DotDotInsteadOfFile_DoesNotDeleteTheWorkspace()
    {
        var workspace = await WorkspaceClient.CreateAsync(host);
        var (code, _) = await RawHttp.SendAsync(host.Address, $"DELETE {workspace.Url("/files/..")}", IdeHost.OwnerToken, "");
        Assert.Equal(400, code);
        Assert.Empty(await workspace.PathsAsync());
    }

    [Theory]
    [InlineData("%00", 400)]
    [InlineData("a%00b", 400)]
    public async Task Put_NulInName_Is400(string path, int status)
    {
        var workspace = await WorkspaceClient.CreateAsync(host);
        var (code, _) = await RawHttp.SendAsync(host.Address, $"PUT {workspace.Url("/files/")}{path}", IdeHost.OwnerToken, "x");
        Assert.Equal(status, code);
    }

    [Fact]
    public async Task Put_NameOver255Bytes_Is422AndExactly255Works()
    {
        var workspace = await WorkspaceClient.CreateAsync(host);
        using var tooLong = await workspace.PutAsync(new string('é', 128), [1]);
        Assert.Equal((422, "name-too-long"), await WorkspaceClient.ProblemAsync(tooLong));
        using var longest = await workspace.PutAsync(new string('x', 255), [1]);
        Assert.Equal(HttpStatusCode.Created, longest.StatusCode);
    }

    [Fact]
    public async Task Put_IfMatch_OnlyOnWhatItNames()
    {
        var workspace = await WorkspaceClient.CreateAsync(host);
        using var first = await workspace.PutAsync("a.txt", "one"u8.ToArray());
        var tag = first.Headers.ETag!.ToString();
        using var read = await workspace.Http.GetAsync(workspace.FileUrl("a.txt"), Ending);
        Assert.Equal(tag, read.Headers.ETag!.ToString());
        using var second = await workspace.PutAsync("a.txt", "two"u8.ToArray(), tag);
        Assert.Equal(HttpStatusCode.NoContent, second.StatusCode);
        using var stale = await workspace.PutAsync("a.txt", "three"u8.ToArray(), tag);
        Assert.Equal((412, "changed-meanwhile"), await WorkspaceClient.ProblemAsync(stale));
        Assert.Equal("two", await workspace.ReadTextAsync("a.txt"));
        using var missing = await workspace.PutAsync("b.txt", "x"u8.ToArray(), "*");
        Assert.Equal(412, (int)missing.StatusCode);
        using var request = new HttpRequestMessage(HttpMethod.Put, workspace.FileUrl("a.txt")) { Content = new StringContent("x") };
        request.Headers.TryAddWithoutValidation("If-None-Match", "*");
        using var exists = await workspace.Http.SendAsync(request, Ending);
        Assert.Equal((412, "exists"), await WorkspaceClient.ProblemAsync(exists));
        using var unreadable = await workspace.PutAsync("a.txt", "x"u8.ToArray(), "unquoted");
        Assert.Equal((400, "malformed-request"), await WorkspaceClient.ProblemAsync(unreadable));
        Assert.Equal("two", await workspace.ReadTextAsync("a.txt"));
    }

    [Fact]
    public async Task Put_ConcurrentWithSameTag_ExactlyOneWins()
    {
        var workspace = await WorkspaceClient.CreateAsync(host);
        using var first = await workspace.PutAsync("a.txt", "start"u8.ToArray());
        var tag = first.Headers.ETag!.ToString();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => workspace.PutAsync("a.txt", Encoding.UTF8.GetBytes($"writer {i}"), tag)));
        Assert.Equal(1, answers.Count(answer => answer.StatusCode == HttpStatusCode.NoContent));
        Assert.Equal(7, answers.Count(answer => answer.StatusCode == HttpStatusCode.PreconditionFailed));
        foreach (var answer in answers) answer.Dispose();
    }

    [Fact]
    public async Task Get_RangeAndNotModified_AreHonoured()
    {
        var workspace = await WorkspaceClient.CreateAsync(host);
        await workspace.WriteAsync("a.txt", "0123456789");
        using var ranged = new HttpRequestMessage(HttpMethod.Get, workspace.FileUrl("a.txt"));
        ranged.Headers.Range = new System.Net.Http.Headers.RangeHeaderValue(2, 4);
        using var part = await workspace.Http.SendAsync(ranged, Ending);
        Assert.Equal((HttpStatusCode.PartialContent, "234"), (part.StatusCode, await part.Content.ReadAsStringAsync(Ending)));
        using var conditional = new HttpRequestMessage(HttpMethod.Get, workspace.FileUrl("a.txt"));
        conditional.Headers.IfNoneMatch.Add(part.Headers.ETag!);
        using var same = await workspace.Http.SendAsync(conditional, Ending);
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        Assert.Equal("nosniff", part.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Fact]
    public async Task Put_KeepsModeAndStoresAsTheSandboxUser()
    {
        var workspace = await WorkspaceClient.CreateAsync(host);
        await workspace.WriteAsync("bin/run.sh", "#!/bin/sh\n");
        var file = Path.Combine(RootOf(workspace), "bin/run.sh");
        File.SetUnixFileMode(file, (UnixFileMode)0b111_101_101);
        await workspace.WriteAsync("bin/run.sh", "#!/bin/sh\necho\n");
        Assert.Equal((UnixFileMode)0b111_101_101, File.GetUnixFileMode(file));
        Assert.Equal("1000:1000 1000:1000", await Shell.RunAsync("stat", "-c", "%u:%g", file, Path.GetDirectoryName(file)!));
    }

    [Theory]
    [InlineData("link-to-secret")]
    [InlineData("folder-link/secret.txt")]
    public async Task Read_ThroughPlantedLink_IsRefusedAndNothingLeaves(string path)
    {
        var workspace = await WorkspaceClient.CreateAsync(host);
        using var outside = new TempFolder();
        await File.WriteAllTextAsync(outside.Of("secret.txt"), "secret", Ending);
        File.CreateSymbolicLink(Path.Combine(RootOf(workspace), "link-to-secret"), outside.Of("secret.txt"));
        Directory.CreateSymbolicLink(Path.Combine(RootOf(workspace), "folder-link"), outside.Path);
        using var read = await workspace.Http.GetAsync(workspace.FileUrl(path), Ending);
        Assert.Equal((409, "is-a-link"), await WorkspaceClient.ProblemAsync(read));
        using var written = await workspace.PutAsync(path, "overwritten"u8.ToArray());
        Assert.Equal(409, (int)written.StatusCode);
        using var moved = await workspace.Http.PostAsJsonAsync(workspace.Url("/moves"), new { from = path, to = "folder-link/stolen" }, Ending);
        Assert.Equal(409, (int)moved.StatusCode);
        Assert.Equal(["secret.txt"], Directory.GetFileSystemEntries(outside.Path).Select(Path.GetFileName));
        Assert.Equal("secret", await File.ReadAllTextAsync(outside.Of("secret.txt"), Ending));
    }

    [Fact]
    public async Task Read_Fifo_IsRefusedWithoutBlockingAndNotListed()
    {
        var workspace = await WorkspaceClient.CreateAsync(host);
        await Shell.RunAsync("mkfifo", Path.Combine(RootOf(workspace), "pipe"));
        using var read = await workspace.Http.GetAsync(workspace.FileUrl("pipe"), Ending);
        Assert.Equal((409, "not-a-file"), await WorkspaceClient.ProblemAsync(read));
        Assert.Empty(await workspace.PathsAsync());
    }

    [Fact]
    public async Task Delete_LinkToFolder_RemovesOnlyTheLink()
    {
        var workspace = await WorkspaceClient.CreateAsync(host);
        using var outside = new TempFolder();
        await File.WriteAllTextAsync(outside.Of("kept.txt"), "kept", Ending);
        Directory.CreateDirectory(Path.Combine(RootOf(workspace), "folder"));
        Directory.CreateSymbolicLink(Path.Combine(RootOf(workspace), "folder", "link"), outside.Path);
        using var deleted = await workspace.Http.DeleteAsync(workspace.FileUrl("folder"), Ending);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Empty(await workspace.PathsAsync());
        Assert.True(File.Exists(outside.Of("kept.txt")));
    }

    [Fact]
    public async Task Delete_FolderNestedTooDeepToAddress_RemovesIt()
    {
        var workspace = await WorkspaceClient.CreateAsync(host);
        // 5,000 levels of 10 bytes: ten times what the kernel takes as one path.
        await Shell.RunAsync("python3", "-c", "import os,sys\nos.chdir(sys.argv[1])\nfor i in range(5000):\n os.mkdir('deepfolder'); os.chdir('deepfolder')\n", RootOf(workspace));
        var tree = await workspace.PathsAsync();
        Assert.InRange(tree.Count, 300, 500);
        using var deleted = await workspace.Http.DeleteAsync(workspace.FileUrl("deepfolder"), Ending);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Empty(await workspace.PathsAsync());
    }

    [Fact]
    public async Task Move_FileAndFolder_KeepsContentAndRefusesExistingTarget()
    {
        var workspace = await WorkspaceClient.CreateAsync(host);
        await workspace.WriteAsync("src/a.txt", "a");
        await workspace.WriteAsync("b.txt", "b");
        await workspace.PostAsync("/moves", new { from = "src", to = "lib/src" }, HttpStatusCode.NoContent);
        Assert.Equal("a", await workspace.ReadTextAsync("lib/src/a.txt"));
        var exists = await workspace.PostAsync("/moves", new { from = "b.txt", to = "lib/src/a.txt" }, HttpStatusCode.Conflict);
        Assert.Equal("exists", exists.GetProperty("type").GetString());
        var into = await workspace.PostAsync("/moves", new { from = "lib", to = "lib/src/lib" }, HttpStatusCode.Conflict);
        Assert.Equal("into-itself", into.GetProperty("type").GetString());
        await workspace.PostAsync("/moves", new { from = "missing", to = "x" }, HttpStatusCode.NotFound);
        var outside = await workspace.PostAsync("/moves", new { from = "b.txt", to = "../x" }, HttpStatusCode.BadRequest);
        Assert.Equal("to", outside.GetProperty("field").GetString());
        Assert.Equal(["b.txt", "lib", "lib/src", "lib/src/a.txt"], await workspace.PathsAsync());
    }

    [Fact]
    public async Task Tree_DepthAndPath_LimitWhatIsListed()
    {
        var workspace = await WorkspaceClient.CreateAsync(host);
        await workspace.WriteAsync("a/b/c.txt", "12345");
        await workspace.WriteAsync("z.txt", "");
        await workspace.PostAsync("/folders", new { path = "empty/inner" }, HttpStatusCode.Created);
        var one = await workspace.Http.GetFromJsonAsync<JsonElement>(workspace.Url("/tree?depth=1"), Ending);
        Assert.Equal(
            ["a folder", "empty folder", "z.txt file"],
            one.GetProperty("entries").EnumerateArray().Select(entry => $"{entry.GetProperty("path").GetString()} {entry.GetProperty("kind").GetString()}"));
        var below = await workspace.Http.GetFromJsonAsync<JsonElement>(workspace.Url("/tree?path=a/b"), Ending);
        var file = below.GetProperty("entries").EnumerateArray().Single();
        Assert.Equal(("a/b/c.txt", 5), (file.GetProperty("path").GetString(), file.GetProperty("size").GetInt32()));
        Assert.Equal(TimeSpan.Zero, file.GetProperty("modifiedAt").GetDateTimeOffset().Offset);
        using var missing = await workspace.Http.GetAsync(workspace.Url("/tree?path=nowhere"), Ending);
        Assert.Equal((404, "not-found"), await WorkspaceClient.ProblemAsync(missing));
    }

    [Fact]
    public async Task Tree_TenThousandFiles_AreAllListed()
    {
        var workspace = await WorkspaceClient.CreateAsync(host);
        for (var folder = 0; folder < 100; folder++)
        {
            var path = Directory.CreateDirectory(Path.Combine(RootOf(workspace), $"folder{folder:00}")).FullName;
            for (var file = 0; file < 100; file++) await File.WriteAllBytesAsync(Path.Combine(path, $"file{file:00}.txt"), [], Ending);
        }

        Assert.Equal(10_100, (await workspace.PathsAsync()).Count);
        var one = await workspace.Http.GetFromJsonAsync<JsonElement>(workspace.Url("/tree?depth=1"), Ending);
        Assert.Equal(100, one.GetProperty("entries").GetArrayLength());
    }
}
