using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CodexCloudIde.Tests.Hosting;
using Microsoft.Playwright;

namespace CodexCloudIde.EndToEnd;

/// <summary>The real program with everything open at once, killed without warning, and stopped by Ctrl+C.</summary>
public sealed class FaultTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const string Notes = "notes.txt";
    private const string Endless = "tests/test_endless.py";

    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Kill9_WhileTwoBrowsersTypeAndATaskRuns_NothingTypedIsLostAndNothingDeadRemains()
    {
        using var data = new TempFolder();
        var address = $"http://127.0.0.1:{FreePorts.Take()}";
        var first = await IdeProcess.StartAsync(data.Path, address);
        var workspace = await first.Client.NewWorkspaceAsync("sample-debug");
        await first.Client.WriteAsync(workspace, Notes, "\n");
        await first.Client.WriteAsync(workspace, Endless, "import time\n\n\ndef test_endless():\n    time.sleep(100000)\n");
        var one = await Typist.OpenAsync(chromium, first.Address, workspace, Notes, "front");
        var two = await Typist.OpenAsync(chromium, first.Address, workspace, Notes, "back");
        await one.PutCursorAsync(atEnd: false);
        await two.PutCursorAsync(atEnd: true);

        // 1. A terminal, an execution and a task, which waits for the endless test, are at work in sandboxes.
        var terminal = await first.TerminalAsync(workspace);
        var execution = await first.Client.StreamAsync(HttpMethod.Post, $"/api/v1/workspaces/{workspace}/executions", new { command = new[] { "sh", "-c", "echo begun; exec sleep 100000" } });
        Assert.True(await execution.UntilAsync("begun"));
        var task = (await first.Client.PostAsync($"/api/v1/workspaces/{workspace}/tasks", new { kind = "fix" })).GetProperty("id").GetString();
        Assert.True(await (await first.Client.StreamAsync(HttpMethod.Get, $"/api/v1/tasks/{task}/events")).UntilAsync("event: item.started"));
        var instance = SandboxTraces.InstanceOf(first.Id)!;
        Assert.True(SandboxTraces.Processes(instance).Count() >= 2, "Sandboxes run.");

        // 2. Killed in the middle of what both type; they go on typing without a server.
        await Task.WhenAll(one.TypeAsync(20), two.TypeAsync(20), KillAsync());
        await Task.WhenAll(one.UntilAsync("offline"), two.UntilAsync("offline"));
        await Task.WhenAll(one.TypeAsync(10), two.TypeAsync(10));
        await Chromium.ShootAsync(one.Page, "fault-offline");

        // 3. Started again on the same address and data: the browsers come back by themselves, and typing goes on meanwhile.
        await using var second = await IdeProcess.StartAsync(data.Path, address);
        await Task.WhenAll(one.TypeAsync(10), two.TypeAsync(10));
        await Task.WhenAll(one.UntilAsync("saved"), two.UntilAsync("saved"));
        var expected = $"{one.Typed}\n{two.Typed}";
        await Task.WhenAll(one.UntilShownAsync(expected), two.UntilShownAsync(expected));
        var (text, hash) = await second.DocumentAsync(workspace, Notes);
        Assert.Equal(expected, text);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(expected))), hash);
        Assert.Equal(expected, await second.Client.GetStringAsync($"/api/v1/workspaces/{workspace}/files/{Notes}", Ending));

        // 4. The task waits with Resume, and Resume works.
        await Eventually.Async(async () => (await TaskAsync()).GetProperty("state").GetString() == "interrupted", "the task is shown as interrupted");
        using (var removed = await second.Client.DeleteAsync($"/api/v1/workspaces/{workspace}/files/{Endless}", Ending))
        {
            removed.EnsureSuccessStatusCode();
        }

        await one.Page.Keyboard.PressAsync("Control+Shift+A");
        await one.Page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).First.ClickAsync();
        await Eventually.Async(async () => (await TaskAsync()).GetProperty("state").GetString() == "completed", "the resumed task ends", TimeSpan.FromMinutes(5));
        Assert.Equal("fixed", (await TaskAsync()).GetProperty("outcome").GetProperty("kind").GetString());
        await Chromium.ShootAsync(one.Page, "fault-resumed");

        // 5. Of the dead server's sandboxes nothing is left.
        await Eventually.Async(() => Task.FromResult(SandboxTraces.Of(instance).Count == 0), $"nothing is left of {instance}");
        await terminal.DisposeAsync();
        await first.DisposeAsync();

        async Task KillAsync()
        {
            await two.UntilShownMatchesAsync("front6 [^]*back6 ");
            await first.KillAsync();
        }

        Task<JsonElement> TaskAsync() => second.Client.GetFromJsonAsync<JsonElement>($"/api/v1/tasks/{task}", Ending);
    }

    [Fact]
    public async Task Interrupt_WithEverythingOpen_EndsCleanlyAndLeavesNothing()
    {
        using var data = new TempFolder();
        await using var ide = await IdeProcess.StartAsync(data.Path);
        var workspace = await ide.Client.NewWorkspaceAsync("sample-debug");
        await ide.Client.WriteAsync(workspace, Notes, "\n");
        var typist = await Typist.OpenAsync(chromium, ide.Address, workspace, Notes, "word");
        var phone = await chromium.OpenAsync(ide.Address, phone: true, storage: await typist.Page.Context.StorageStateAsync());

        var terminal = await ide.TerminalAsync(workspace);
        var hub = await ide.HubAsync("/hubs/documents");
        var sleep = new { command = new[] { "sh", "-c", "echo begun; exec sleep 100000" } };
        var streamed = await ide.Client.StreamAsync(HttpMethod.Post, $"/api/v1/workspaces/{workspace}/executions", sleep);
        Assert.True(await streamed.UntilAsync("begun"));
        var waiting = ide.Client.PostAsJsonAsync($"/api/v1/workspaces/{workspace}/executions", sleep, Ending);
        var events = await ide.Client.StreamAsync(HttpMethod.Get, $"/api/v1/workspaces/{workspace}/events");
        using var stalled = await BeginUploadAsync(ide.Address, workspace);
        var task = (await ide.Client.PostAsync($"/api/v1/workspaces/{workspace}/tasks", new { kind = "fix" })).GetProperty("id").GetString();
        await phone.GotoAsync($"/m/tasks/{task}");
        var told = await ide.Client.StreamAsync(HttpMethod.Get, $"/api/v1/tasks/{task}/events");
        Assert.True(await told.UntilAsync("event: item.started"));
        await typist.PutCursorAsync(atEnd: true);
        var typing = typist.TypeAsync(20);
        var instance = SandboxTraces.InstanceOf(ide.Id)!;

        // What is not done within the host's own time for stopping would be an exception, hence another exit code.
        var begun = TimeProvider.System.GetTimestamp();
        await ide.SignalAsync("INT");
        Assert.Equal(0, await ide.EndedAsync(Ending));
        TestContext.Current.TestOutputHelper?.WriteLine($"Ended after {TimeProvider.System.GetElapsedTime(begun).TotalSeconds:F1} s.");
        Assert.Empty(SandboxTraces.Of(instance));
        await Task.WhenAll(streamed.ToEndAsync(), events.ToEndAsync(), told.ToEndAsync(), typing);
        using (var answer = await waiting)
        {
            Assert.Equal(("killed", "serverStopped"), await EndOfAsync(answer));
        }

        await terminal.DisposeAsync();
        await hub.DisposeAsync();

        // And what it left on disk is whole.
        await using var again = await IdeProcess.StartAsync(data.Path, ide.Address.ToString());
        await typist.UntilAsync("saved");
        Assert.Equal($"\n{typist.Typed}", (await again.DocumentAsync(workspace, Notes)).Text);
        Assert.Equal("interrupted", (await again.Client.GetFromJsonAsync<JsonElement>($"/api/v1/tasks/{task}", Ending)).GetProperty("state").GetString());
    }

    private static async Task<(string?, string?)> EndOfAsync(HttpResponseMessage answer)
    {
        var execution = await Server.ReadAsync(answer);
        return (execution.GetProperty("status").GetString(), execution.GetProperty("reason").GetString());
    }

    /// <summary>A request whose body begins and never ends.</summary>
    private static async Task<TcpClient> BeginUploadAsync(Uri address, string workspace)
    {
        var connection = new TcpClient();
        await connection.ConnectAsync(address.Host, address.Port, Ending);
        await connection.Client.SendAsync(Encoding.ASCII.GetBytes(
            $"PUT /api/v1/workspaces/{workspace}/archive HTTP/1.1\r\nHost: {address.Authority}\r\nAuthorization: Bearer {IdeHost.OwnerToken}\r\nContent-Length: 100000\r\n\r\nhalf"), Ending);
        return connection;
    }
}
