using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using CodexCloudIde.Tests.Documents;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Data.Sqlite;

namespace CodexCloudIde.Tests.Hosting;

/// <summary>The real program on a disk that has no byte left, and then has room again.</summary>
public sealed class FullDiskTests
{
    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FullDisk_EverythingIsRefusedClearlyNothingAcknowledgedIsLostAndRoomMendsIt()
    {
        using var disk = new SmallDisk(megabytes: 640);
        string workspace;
        var acknowledged = new StringBuilder();
        await using (var ide = await IdeProcess.StartAsync(disk.Path))
        {
            workspace = await ide.Client.NewWorkspaceAsync();
            await ide.Client.PutAsync(workspace, "a.txt", []);
            await using var client = await HubClient.OpenAsync(HubOf(ide), workspace, "a.txt");
            await TypeAsync(client, "before ", acknowledged);
            Assert.Equal("exited", await RunAsync(ide, workspace));
            Assert.Equal("ready", await DatabaseAsync(ide));

            // 1. Full. What the databases have reserved already may still be used; what is acknowledged is on disk all the same.
            disk.Fill();
            var refused = await UntilRefusedAsync(client, acknowledged);
            Assert.Equal("diskFull", refused.Error);
            Assert.Equal((507, "disk-full"), await UntilProblemAsync(() => PutAsync(ide, workspace, new byte[100_000])));
            Assert.Equal((507, "disk-full"), await UntilProblemAsync(() => ide.Client.PostAsJsonAsync($"/api/v1/workspaces/{workspace}/executions", new { command = new[] { "true" } }, Ending)));
            Assert.Equal((507, "disk-full"), await UntilProblemAsync(() => ide.Client.PostAsJsonAsync($"/api/v1/workspaces/{workspace}/tasks", new { kind = "ask", prompt = "What is this?" }, Ending)));
            Assert.Equal((507, "disk-full"), await UntilProblemAsync(() => ide.Client.PostAsJsonAsync("/api/v1/workspaces", new { name = "more", source = new { template = "sample-debug" } }, Ending)));
            Assert.Equal("degraded", await DatabaseAsync(ide));

            // 2. The server lives and says what is the matter.
            Assert.Equal(HttpStatusCode.OK, (await ide.Client.GetAsync("/healthz", Ending)).StatusCode);
            await using (var reader = await HubClient.ConnectAsync(HubOf(ide)))
            {
                Assert.Contains("disk is full", (await reader.OpenAsync(workspace, "a.txt")).Detail, StringComparison.Ordinal);
            }

            // 3. Room again: the same process goes on, and the edit that was refused is taken when it is sent again.
            disk.Free();
            await Eventually.Async(async () => (refused = await client.ResendAsync()).Error is null, "the edit is taken again");
            acknowledged.Append(client.LastText);
            await TypeAsync(client, "after ", acknowledged);
            Assert.Equal("exited", await RunAsync(ide, workspace));
            using (var put = await PutAsync(ide, workspace, new byte[100_000]))
            {
                Assert.True(put.IsSuccessStatusCode, await put.Content.ReadAsStringAsync(Ending));
            }

            Assert.Equal("ready", await DatabaseAsync(ide));
            await ide.KillAsync();
        }

        foreach (var database in Directory.EnumerateFiles(disk.Path, "*.db", SearchOption.AllDirectories)) Assert.Equal("ok", await IntegrityAsync(database));
        await using var again = await IdeProcess.StartAsync(disk.Path);
        await using var reopened = await HubClient.OpenAsync(HubOf(again), workspace, "a.txt");
        Assert.Equal(acknowledged.ToString(), reopened.Text);
        Assert.Equal(acknowledged.ToString(), Encoding.UTF8.GetString(await again.Client.GetAsync(workspace, "a.txt")));
    }

    private static HubConnection HubOf(IdeProcess ide) => new HubConnectionBuilder().WithUrl(
        new Uri(ide.Address, "/hubs/documents"), options => options.AccessTokenProvider = () => Task.FromResult<string?>(IdeHost.OwnerToken)).Build();

    private static async Task TypeAsync(HubClient client, string text, StringBuilder acknowledged)
    {
        var answer = await client.AppendAsync(acknowledged.Length, text);
        Assert.Null(answer.Error);
        acknowledged.Append(text);
    }

    private static async Task<CodexCloudIde.Documents.SubmitResponse> UntilRefusedAsync(HubClient client, StringBuilder acknowledged)
    {
        while (true)
        {
            var text = new string('x', 50_000);
            var answer = await client.AppendAsync(acknowledged.Length, text);
            if (answer.Error is not null) return answer;
            acknowledged.Append(text);
        }
    }

    private static async Task<(int, string)> UntilProblemAsync(Func<Task<HttpResponseMessage>> call)
    {
        while (true)
        {
            using var answer = await call();
            var body = await answer.Content.ReadFromJsonAsync<JsonElement>(Ending);
            if (!answer.IsSuccessStatusCode) return ((int)answer.StatusCode, body.GetProperty("type").GetString()!);
        }
    }

    private static async Task<HttpResponseMessage> PutAsync(IdeProcess ide, string workspace, byte[] content)
    {
        using var body = new ByteArrayContent(content);
        return await ide.Client.PutAsync($"/api/v1/workspaces/{workspace}/files/upload.bin", body, Ending);
    }

    private static async Task<string?> RunAsync(IdeProcess ide, string workspace)
    {
        using var answer = await ide.Client.PostAsJsonAsync($"/api/v1/workspaces/{workspace}/executions", new { command = new[] { "true" } }, Ending);
        var text = await answer.Content.ReadAsStringAsync(Ending);
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement.GetProperty("status").GetString();
    }

    private static async Task<string?> DatabaseAsync(IdeProcess ide)
    {
        var ready = await ide.Client.GetFromJsonAsync<JsonElement>("/readyz", Ending);
        return ready.GetProperty("checks").EnumerateArray().Single(check => check.GetProperty("name").GetString() == "database").GetProperty("status").GetString();
    }

    private static async Task<string?> IntegrityAsync(string database)
    {
        await using var connection = new SqliteConnection($"Data Source={database};Pooling=False");
        await connection.OpenAsync(Ending);
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        return await command.ExecuteScalarAsync(Ending) as string;
    }
}
