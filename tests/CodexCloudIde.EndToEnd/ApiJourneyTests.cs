using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json.Nodes;
using CodexCloudIde.Tests.Hosting;

namespace CodexCloudIde.EndToEnd;

/// <summary>The whole job by API alone: archive in, red, task, events, diff, green, archive out.</summary>
public sealed class ApiJourneyTests(IdeHost host) : IClassFixture<IdeHost>
{
    private static readonly Dictionary<string, string> Project = new()
    {
        ["shop/__init__.py"] = "",
        ["shop/basket.py"] = "def total(items):\n    amount = 0\n    for index in range(len(items) - 1):\n        amount += items[index]['price'] * items[index]['count']\n    return amount\n",
        ["tests/test_basket.py"] = """
            from shop.basket import total


            def item(price, count=1):
                return {"price": price, "count": count}


            def test_empty_is_nothing():
                assert total([]) == 0


            def test_one_item():
                assert total([item(5)]) == 5


            def test_counts_multiply():
                assert total([item(2, 3), item(1, 4)]) == 10


            def test_free_last_item():
                assert total([item(7), item(0)]) == 7

            """,
        ["pytest.ini"] = "[pytest]\npythonpath = .\n",
    };

    private CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FailingProject_ByApiAlone_ComesBackRepaired()
    {
        var workspace = await CreateAsync("empty");
        using (var body = new ByteArrayContent(Archive(Project)))
        {
            var put = await host.Client.PutAsync(new Uri($"api/v1/workspaces/{workspace}/archive", UriKind.Relative), body, Cancel);
            Assert.Equal((HttpStatusCode.OK, 4), (put.StatusCode, (int)(await JsonOf(put))["files"]!));
        }

        var red = await RunTestsAsync(workspace);
        Assert.Equal(("failed", 4, 2, 2), ((string)red["status"]!, (int)red["total"]!, (int)red["passed"]!, (int)red["failed"]!));

        var task = await JsonOf(await host.Client.PostAsJsonAsync($"api/v1/workspaces/{workspace}/tasks", new { kind = "fix", mode = "auto", checkout = "live" }, Cancel));
        var names = await EventsAsync((string)task["id"]!);
        Assert.Equal("thread.started", names[0]);
        Assert.Equal("thread.completed", names[^1]);
        Assert.Contains("item.completed", names);

        var done = await JsonOf(await host.Client.GetAsync(new Uri($"api/v1/tasks/{task["id"]}", UriKind.Relative), Cancel));
        Assert.Equal(("completed", "fixed"), ((string)done["state"]!, (string)done["outcome"]!["kind"]!));
        Assert.NotEmpty((string)done["outcome"]!["summary"]!);

        var diff = await host.Client.GetStringAsync(new Uri($"api/v1/tasks/{task["id"]}/diff", UriKind.Relative), Cancel);
        Assert.Contains("shop/basket.py", diff, StringComparison.Ordinal);

        var green = await RunTestsAsync(workspace);
        Assert.Equal(("passed", 4, 4), ((string)green["status"]!, (int)green["total"]!, (int)green["passed"]!));

        var files = Unpack(await host.Client.GetByteArrayAsync(new Uri($"api/v1/workspaces/{workspace}/archive", UriKind.Relative), Cancel));
        Assert.NotEqual(Project["shop/basket.py"], files["shop/basket.py"]);
        Assert.Equal(Project["tests/test_basket.py"], files["tests/test_basket.py"]);
    }

    [Fact]
    public async Task SampleDebug_Fixed_EveryCasePasses()
    {
        var workspace = await CreateAsync("sample-debug");
        var red = await RunTestsAsync(workspace);
        Assert.Equal("failed", (string)red["status"]!);
        Assert.True((int)red["total"]! >= 40, "the sample has 40 cases or more");

        var task = await JsonOf(await host.Client.PostAsJsonAsync($"api/v1/workspaces/{workspace}/tasks", new { kind = "fix" }, Cancel));
        Assert.Equal("thread.completed", (await EventsAsync((string)task["id"]!))[^1]);

        var green = await RunTestsAsync(workspace);
        Assert.Equal(("passed", (int)red["total"]!), ((string)green["status"]!, (int)green["passed"]!));
    }

    private async Task<string> CreateAsync(string template)
    {
        var made = await host.Client.PostAsJsonAsync("api/v1/workspaces", new { name = template, source = new { template } }, Cancel);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        return (string)(await JsonOf(made))["id"]!;
    }

    private async Task<JsonNode> RunTestsAsync(string workspace) =>
        await JsonOf(await host.Client.PostAsJsonAsync($"api/v1/workspaces/{workspace}/test-runs", new { }, Cancel));

    /// <summary>Follows the task to its end, the connection broken once in between; the events' names in order, none missing and none twice.</summary>
    private async Task<List<string>> EventsAsync(string task)
    {
        const int breaksAfter = 4;
        var names = new List<string>();
        foreach (var most in new[] { breaksAfter, int.MaxValue })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"api/v1/tasks/{task}/events");
            request.Headers.Add("Last-Event-ID", $"{names.Count}");
            using var answer = await host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
            await using var stream = await answer.Content.ReadAsStreamAsync(Cancel);
            await foreach (var happened in SseParser.Create(stream).EnumerateAsync(Cancel))
            {
                names.Add(happened.EventType);
                Assert.Equal($"{names.Count}", happened.EventId);
                if (names.Count == most)
                {
                    break;
                }
            }
        }

        return names;
    }

    private async Task<JsonNode> JsonOf(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode} {text}");
        return JsonNode.Parse(text)!;
    }

    private static byte[] Archive(Dictionary<string, string> files)
    {
        using var bytes = new MemoryStream();
        using (var zipped = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(zipped, TarEntryFormat.Pax))
        {
            foreach (var (path, text) in files)
            {
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
            }
        }

        return bytes.ToArray();
    }

    private static Dictionary<string, string> Unpack(byte[] archive)
    {
        using var zipped = new GZipStream(new MemoryStream(archive), CompressionMode.Decompress);
        using var tar = new TarReader(zipped);
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry is { EntryType: TarEntryType.RegularFile, DataStream: { } data })
            {
                using var reader = new StreamReader(data);
                files[entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name] = reader.ReadToEnd();
            }
        }

        return files;
    }
}
