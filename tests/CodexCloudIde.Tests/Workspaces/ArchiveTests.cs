using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using CodexCloudIde.Tests.Hosting;
using CodexCloudIde.Workspaces;
using Microsoft.Extensions.DependencyInjection;

namespace CodexCloudIde.Tests.Workspaces;

public sealed class ArchiveTests(IdeHost host) : IClassFixture<IdeHost>
{
    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    private string RootOf(WorkspaceClient workspace) => host.Services.GetRequiredService<WorkspaceFolder>().RootOf(new WorkspaceRef(host.Owner.Tenant, WorkspaceId.Parse(workspace.Id)));

    private static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal)) gzip.Write(content);
        return packed.ToArray();
    }

    private static byte[] Zip(params (string Name, byte[] Content, int Mode)[] entries)
    {
        using var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create))
        {
            foreach (var (name, content, mode) in entries)
            {
                var entry = zip.CreateEntry(name, CompressionLevel.SmallestSize);
                entry.ExternalAttributes = mode << 16;
                using var stream = entry.Open();
                stream.Write(content);
            }
        }

        return packed.ToArray();
    }

    private static byte[] Pax(params (string Name, string Content)[] entries)
    {
        using var packed = new MemoryStream();
        using (var writer = new TarWriter(packed, TarEntryFormat.Pax))
        {
            foreach (var (name, content) in entries)
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) });
        }

        return packed.ToArray();
    }

    public static TheoryData<string, byte[]> Good { get; } = new()
    {
        { "tar", Pax(("./src/a.txt", "a"), ("name with 🦊 and\nnewline.txt", "b")) },
        { "tar.gz", Gzip(Pax(("src/a.txt", "a"), ("name with 🦊 and\nnewline.txt", "b"))) },
        { "zip", Zip(("src/", [], 0x41ed), ("src/a.txt", "a"u8.ToArray(), 0x81a4), ("name with 🦊 and\nnewline.txt", "b"u8.ToArray(), 0)) },
    };

    [Theory]
    [MemberData(nameof(Good), DisableDiscoveryEnumeration = true)]
    public async Task Put_EachFormat_MergesTheFilesIn(string format, byte[] archive)
    {
        Assert.NotEmpty(format);
        var workspace = await WorkspaceClient.CreateAsync(host);
        await workspace.WriteAsync("kept.txt", "kept");
        await workspace.WriteAsync("src/a.txt", "old");
        var (status, body) = await workspace.PutArchiveAsync(archive);
        Assert.True(status == HttpStatusCode.OK, body.ToString());
        Assert.Equal((2, 2L), (body.GetProperty("files").GetInt32(), body.GetProperty("bytes").GetInt64()));
        Assert.Equal(["kept.txt", "name with 🦊 and\nnewline.txt", "src", "src/a.txt"], await workspace.PathsAsync());
        Assert.Equal("a", await workspace.ReadTextAsync("src/a.txt"));
        Assert.Equal("1000:1000", await Shell.RunAsync("stat", "-c", "%u:%g", Path.Combine(RootOf(workspace), "src/a.txt")));
    }

    public static TheoryData<string, byte[], string> Bad { get; } = new()
    {
        { "absolute", new TarBuilder().File("ok.txt").File("/etc/cron.d/x").Build(), "unsafe-archive" },
        { "dot dot", new TarBuilder().File("ok.txt").File("a/../../x").Build(), "unsafe-archive" },
        { "dot dot in the middle", new TarBuilder().File("ok.txt").File("a/../x").Build(), "unsafe-archive" },
        { "absolute link", new TarBuilder().File("ok.txt").Link("l", "/etc/passwd").Build(), "unsafe-archive" },
        { "link out", new TarBuilder().File("ok.txt").Link("a/l", "../../x").Build(), "unsafe-archive" },
        { "link out through a link", new TarBuilder().File("ok.txt").Link("l", ".").Link("m", "l/l/l/../../../..").Build(), "unsafe-archive" },
        { "file beneath a link", new TarBuilder().File("ok.txt").Link("l", "a").File("l/x").Build(), "unsafe-archive" },
        { "hard link", new TarBuilder().File("ok.txt").HardLink("h", "ok.txt").Build(), "unsafe-archive" },
        { "device", new TarBuilder().File("ok.txt").Device("d").Build(), "unsafe-archive" },
        { "fifo", new TarBuilder().File("ok.txt").Fifo("f").Build(), "unsafe-archive" },
        { "file and folder of one name", new TarBuilder().File("ok.txt").File("a").File("a/b").Build(), "unsafe-archive" },
        { "folder and file of one name", new TarBuilder().File("ok.txt").File("a/b").File("a").Build(), "unsafe-archive" },
        { "sparse terabyte", new TarBuilder().File("ok.txt").File("big", statedSize: 1L << 32).Build(), "archive-too-large" },
        { "cut off", new TarBuilder().File("ok.txt", new string('x', 4000)).BuildCutOff(), "damaged-archive" },
        { "cut off gzip", Gzip(new TarBuilder().File("ok.txt", new string('x', 4000)).Build())[..^30], "damaged-archive" },
        { "gzip of something else", Gzip(Encoding.UTF8.GetBytes(new string('x', 4000))), "damaged-archive" },
        { "name too long", Pax(("ok.txt", "x"), (new string('x', 256), "x")), "name-too-long" },
        { "NUL in a name", Pax(("ok.txt", "x"), ("a\0b", "x")), "unsafe-archive" },
        { "too deep", Pax(("ok.txt", "x"), (string.Concat(Enumerable.Repeat("d/", 101)) + "f", "x")), "archive-too-deep" },
        { "bomb", Gzip(Pax(("zeros", new string('\0', 80 << 20)))), "archive-bomb" },
        { "zip dot dot", Zip(("ok.txt", [1], 0), ("../x", [1], 0)), "unsafe-archive" },
        { "zip backslash dot dot", Zip(("ok.txt", [1], 0), ("..\\x", [1], 0)), "unsafe-archive" },
        { "zip absolute", Zip(("ok.txt", [1], 0), ("/x", [1], 0)), "unsafe-archive" },
        { "zip link out", Zip(("ok.txt", [1], 0), ("l", "../../etc"u8.ToArray(), 0xa1ff)), "unsafe-archive" },
        { "zip device", Zip(("ok.txt", [1], 0), ("d", [], 0x2180)), "unsafe-archive" },
        { "zip bomb", Zip(("ok.txt", [1], 0), ("zeros", new byte[80 << 20], 0)), "archive-bomb" },
        { "cut off zip", Zip(("ok.txt", [1], 0), ("b", [2], 0))[..^30], "damaged-archive" },
        { "no archive", "just text"u8.ToArray(), "unknown-archive" },
        { "nothing", [], "unknown-archive" },
    };

    [Theory]
    [MemberData(nameof(Bad), DisableDiscoveryEnumeration = true)]
    public async Task Put_BadArchive_Is422AndNothingIsWritten(string what, byte[] archive, string type)
    {
        var workspace = await WorkspaceClient.CreateAsync(host);
        await workspace.WriteAsync("kept.txt", "kept");
        var (status, body) = await workspace.PutArchiveAsync(archive);
        Assert.True((HttpStatusCode.UnprocessableEntity, type) == (status, body.GetProperty("type").GetString()), $"{what}: {status} {body}");
        Assert.Equal(["kept.txt"], await workspace.PathsAsync());
        Assert.Equal("kept", await workspace.ReadTextAsync("kept.txt"));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(Path.GetDirectoryName(RootOf(workspace))!, "staging")));
        Assert.False(File.Exists(Path.Combine(host.Data, "x")));
    }

    [Fact]
    public async Task Put_EntryMeetsAPlantedLink_Is422AndNothingLeaves()
    {
        var workspace = await WorkspaceClient.CreateAsync(host);
        using var outside = new TempFolder();
        Directory.CreateSymbolicLink(Path.Combine(RootOf(workspace), "folder"), outside.Path);
        var (status, body) = await workspace.PutArchiveAsync(new TarBuilder().File("a.txt").File("folder/x").Build());
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "archive-clash"), (status, body.GetProperty("type").GetString()));
        Assert.Empty(Directory.GetFileSystemEntries(outside.Path));
        Assert.Equal(["folder"], await workspace.PathsAsync());
    }

    [Fact]
    public async Task Put_LinkThatStaysInside_IsKept()
    {
        var workspace = await WorkspaceClient.CreateAsync(host);
        var (status, _) = await workspace.PutArchiveAsync(new TarBuilder().File("lib/tool.js").Link("bin/tool", "../lib/tool.js").Build());
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("../lib/tool.js", new FileInfo(Path.Combine(RootOf(workspace), "bin/tool")).LinkTarget);
        var tree = JsonSerializer.Deserialize<JsonElement>(await workspace.Http.GetStringAsync(workspace.Url("/tree?path=bin"), Ending));
        Assert.Equal("link", tree.GetProperty("entries")[0].GetProperty("kind").GetString());
    }

    [Fact]
    public async Task Put_ControlCharactersInARefusedName_AreEscapedInTheMessage()
    {
        var workspace = await WorkspaceClient.CreateAsync(host);
        var (_, body) = await workspace.PutArchiveAsync(new TarBuilder().File("/\u001b[31mred\u202egnp").Build());
        var detail = body.GetProperty("detail").GetString()!;
        Assert.DoesNotContain(detail, c => char.IsControl(c) || c == '\u202e');
        Assert.Contains("\\u001b", detail);
    }

    [Fact]
    public async Task Get_OfWhatWasPut_HasTheSameBytesModesAndLinks()
    {
        var workspace = await WorkspaceClient.CreateAsync(host);
        var bytes = new byte[300_000];
        new Random(1).NextBytes(bytes);
        using var put = await workspace.PutAsync("data/näme 🦊.bin", bytes);
        await workspace.WriteAsync("run.sh", "#!/bin/sh\n");
        File.SetUnixFileMode(Path.Combine(RootOf(workspace), "run.sh"), (UnixFileMode)0b111_101_101);
        File.CreateSymbolicLink(Path.Combine(RootOf(workspace), "link"), "run.sh");
        await Shell.RunAsync("mkfifo", Path.Combine(RootOf(workspace), "pipe"));
        await workspace.PostAsync("/folders", new { path = "empty" }, HttpStatusCode.Created);

        await using var stream = await workspace.Http.GetStreamAsync(workspace.Url("/archive"), Ending);
        await using var gzip = new GZipStream(stream, CompressionMode.Decompress);
        await using var reader = new TarReader(gzip);
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        while (await reader.GetNextEntryAsync(cancellationToken: Ending) is { } entry)
        {
            using var content = new MemoryStream();
            if (entry.DataStream is not null) await entry.DataStream.CopyToAsync(content, Ending);
            found[entry.Name.TrimEnd('/')] = $"{entry.EntryType} {entry.LinkName} {Convert.ToString((int)entry.Mode, 8)} {content.Length}";
            if (entry.Name.EndsWith(".bin", StringComparison.Ordinal)) Assert.Equal(bytes, content.ToArray());
        }

        Assert.Equal(
            new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["."] = "Directory  755 0",
                ["data"] = "Directory  755 0",
                ["data/näme 🦊.bin"] = "RegularFile  644 300000",
                ["empty"] = "Directory  755 0",
                ["link"] = "SymbolicLink run.sh 777 0",
                ["run.sh"] = "RegularFile  755 10",
            },
            found);
    }

    [Fact]
    public async Task GetThenPut_EmptyWorkspace_IsAnArchiveToo()
    {
        var workspace = await WorkspaceClient.CreateAsync(host);
        var (status, body) = await workspace.PutArchiveAsync(await workspace.Http.GetByteArrayAsync(workspace.Url("/archive"), Ending));
        Assert.True(status == HttpStatusCode.OK, body.ToString());
        Assert.Empty(await workspace.PathsAsync());
    }

    [Theory]
    [InlineData("--format=gnu")]
    [InlineData("--format=ustar")]
    [InlineData("--format=pax")]
    [InlineData("--format=v7")]
    public async Task Put_MadeByTar_EachFormatUnpacksTheSame(string format)
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder.Of("src", new string('d', 90)));
        await File.WriteAllTextAsync(folder.Of("src", "new\nline = x"), "one", Ending);
        await File.WriteAllTextAsync(folder.Of("src", new string('d', 90), format == "--format=v7" ? "f" : new string('f', 90)), "two", Ending);
        await Shell.RunAsync("tar", "-C", folder.Path, format, "-czf", folder.Of("all.tgz"), "src");
        var workspace = await WorkspaceClient.CreateAsync(host);
        var (status, body) = await workspace.PutArchiveAsync(await File.ReadAllBytesAsync(folder.Of("all.tgz"), Ending));
        Assert.True(status == HttpStatusCode.OK, body.ToString());
        Assert.Equal(4, (await workspace.PathsAsync()).Count);
        Assert.Equal("one", await workspace.ReadTextAsync("src/new\nline = x"));
    }

    [Fact]
    public async Task GetThenPut_IntoAnotherWorkspace_MakesTheSameTree()
    {
        var source = await WorkspaceClient.CreateAsync(host, "csharp");
        await source.WriteAsync("name with\nnewline, 🦊 and = sign", "x");
        var target = await WorkspaceClient.CreateAsync(host);
        var archive = await source.Http.GetByteArrayAsync(source.Url("/archive"), Ending);
        var (status, body) = await target.PutArchiveAsync(archive);
        Assert.True(status == HttpStatusCode.OK, $"{body} {archive.Length}: {Convert.ToHexString(archive.AsSpan(0, Math.Min(20, archive.Length)))}");
        Assert.Equal(await source.PathsAsync(), await target.PathsAsync());
        Assert.Equal(await source.ReadAsync("src/WordCount/Program.cs"), await target.ReadAsync("src/WordCount/Program.cs"));
    }
}
