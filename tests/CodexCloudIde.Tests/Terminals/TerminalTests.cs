using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using CodexCloudIde.Tenants;
using CodexCloudIde.Tests.Executions;
using CodexCloudIde.Tests.Hosting;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace CodexCloudIde.Tests.Terminals;

/// <summary>Real SignalR clients against a real shell in a real sandbox.</summary>
public sealed class TerminalTests(IdeHost host) : IClassFixture<IdeHost>
{
    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Shell_CommandsResizeInterruptExit_AreAnswered()
    {
        var workspace = await host.NewWorkspaceAsync(("hello.txt", "hi"));
        await using var client = await TerminalClient.OpenAsync(host, workspace, IdeHost.OwnerToken);
        await client.TypeAsync("cat hello.txt; stty size; echo $TERM; tput colors\n");
        await client.UntilAsync("24 80");
        await client.UntilAsync("xterm-256color");
        await client.SendAsync("Resize", new { terminalId = client.Id, columns = 120, rows = 40 });
        await client.TypeAsync("stty size\n");
        await client.UntilAsync("40 120");
        await client.TypeAsync("sh -c 'echo wai\"\"ting; exec sleep 1000'\n");
        await client.UntilAsync("waiting");
        await client.TypeAsync("\u0003");
        await client.UntilAsync("^C");
        await client.TypeAsync("exit 5\n");
        Assert.Equal(5, await client.Exited.WaitAsync(TimeSpan.FromSeconds(30), Ending));
    }

    [Fact]
    public async Task Reconnect_AttachesAndReplays()
    {
        var workspace = await host.NewWorkspaceAsync();
        string id;
        await using (var first = await TerminalClient.OpenAsync(host, workspace, IdeHost.OwnerToken))
        {
            id = first.Id;
            await first.TypeAsync("X=kept; echo fir''st\n");
            await first.UntilAsync("first");
        }

        await using var second = await TerminalClient.AttachAsync(host, id, IdeHost.OwnerToken);
        await second.UntilAsync("first");
        await second.TypeAsync("echo $X-after\n");
        await second.UntilAsync("kept-after");
        await second.SendAsync("Close", new { terminalId = id });
        Assert.Null(await second.Exited.WaitAsync(TimeSpan.FromSeconds(30), Ending));
    }

    [Fact]
    public async Task List_OfAPageThatComesAnew_NamesItsTerminalsAndWhereTheirReplayEnds()
    {
        var (workspace, elsewhere) = (await host.NewWorkspaceAsync(), await host.NewWorkspaceAsync());
        await using var kept = await TerminalClient.OpenAsync(host, workspace, IdeHost.OwnerToken);
        await using var other = await TerminalClient.OpenAsync(host, elsewhere, IdeHost.OwnerToken);
        await using var connection = host.Hub("/hubs/terminals");
        await connection.StartAsync(Ending);
        string left;
        await using (var leaving = await TerminalClient.OpenAsync(host, workspace, IdeHost.OwnerToken))
        {
            left = leaving.Id;
            await leaving.TypeAsync("echo sa''id\n");
            await leaving.UntilAsync("said");
            Assert.Equal([(kept.Id, true), (left, true)], await ListAsync(connection, workspace));
        }

        while ((await ListAsync(connection, workspace))[1].Attached) await Task.Yield();
        var attached = await connection.InvokeAsync<JsonElement>("Attach", new { terminalId = left, fromOffset = 0 }, Ending);
        Assert.True(attached.GetProperty("offset").GetInt64() > "said".Length);
        Assert.Equal([(kept.Id, true), (left, true)], await ListAsync(connection, workspace));

        await using var foreign = host.Hub("/hubs/terminals", host.OtherToken);
        await foreign.StartAsync(Ending);
        Assert.Empty(await ListAsync(foreign, workspace));
    }

    [Fact]
    public async Task Flood_UnacknowledgedOutput_StopsAtTheWindow()
    {
        var workspace = await host.NewWorkspaceAsync();
        await using var client = await TerminalClient.OpenAsync(host, workspace, IdeHost.OwnerToken, acknowledge: false);
        await client.TypeAsync("yes | head -c 3000000; echo do''ne\n");
        await client.UntilBytesAsync(256 * 1024);
        Assert.InRange(client.Received, 256 * 1024, 320 * 1024);
        client.Acknowledging = true;
        await client.SendAsync("Acknowledge", new { terminalId = client.Id, offset = client.Received });
        await client.UntilAsync("done");
        Assert.True(client.Received > 3_000_000, $"{client.Received}");
    }

    [Fact]
    public async Task Open_ByOtherTenant_IsNotFound()
    {
        var workspace = await host.NewWorkspaceAsync();
        await using var mine = await TerminalClient.OpenAsync(host, workspace, IdeHost.OwnerToken);
        await using var connection = host.Hub("/hubs/terminals", host.OtherToken);
        await connection.StartAsync(Ending);
        var opened = await connection.InvokeAsync<JsonElement>("Open", new { workspaceId = workspace, columns = 80, rows = 24 }, Ending);
        var attached = await connection.InvokeAsync<JsonElement>("Attach", new { terminalId = mine.Id, fromOffset = 0 }, Ending);
        Assert.Equal(("notFound", "notFound"), (opened.GetProperty("error").GetString(), attached.GetProperty("error").GetString()));
    }

    [Fact]
    public async Task Revoked_TokenClosesTerminalAndConnection()
    {
        var workspace = await host.NewWorkspaceAsync();
        var (token, caller) = await host.AddTokenAsync(host.Owner.Tenant, host.Owner.User);
        await using var client = await TerminalClient.OpenAsync(host, workspace, token);
        await client.TypeAsync("echo re''ady\n");
        await client.UntilAsync("ready");
        var id = Guid.ParseExact(caller.Credential.Split(':')[^1], "N");
        Assert.Null(await host.Services.GetRequiredService<AccessTokens>().RevokeAsync(host.Owner, id, Ending));
        await client.Disconnected.WaitAsync(TimeSpan.FromSeconds(30), Ending);
        await using var again = host.Hub("/hubs/terminals");
        await again.StartAsync(Ending);
        while (!(await again.InvokeAsync<JsonElement>("Attach", new { terminalId = client.Id, fromOffset = 0 }, Ending)).TryGetProperty("error", out _))
        {
            await Task.Yield();
        }
    }

    [Fact]
    public async Task FileWritten_IsPublishedAndReadByApi()
    {
        var workspace = await host.NewWorkspaceAsync();
        await using var events = await host.OpenStreamAsync($"/api/v1/workspaces/{workspace}/events", null);
        await using var client = await TerminalClient.OpenAsync(host, workspace, IdeHost.OwnerToken);
        await client.TypeAsync("mkdir made && echo from-shell > made/new.txt\n");
        await foreach (var (name, data) in events.ReadAsync())
        {
            if (name == "tree.changed" && data.ToJsonString().Contains("made/new.txt", StringComparison.Ordinal)) break;
        }

        Assert.Equal("from-shell\n", await host.Client.GetStringAsync($"/api/v1/workspaces/{workspace}/files/made/new.txt", Ending));
    }

    private static async Task<IReadOnlyList<(string Id, bool Attached)>> ListAsync(HubConnection connection, string workspace)
    {
        var answer = await connection.InvokeAsync<JsonElement>("List", new { workspaceId = workspace }, Ending);
        return [.. answer.GetProperty("terminals").EnumerateArray().Select(one => (one.GetProperty("terminalId").GetString()!, one.GetProperty("attached").GetBoolean()))];
    }

    /// <summary>One connection with one terminal; what it prints is kept.</summary>
    private sealed class TerminalClient : IAsyncDisposable
    {
        private readonly HubConnection connection;
        private readonly Channel<byte[]> arrivals = Channel.CreateUnbounded<byte[]>();
        private readonly StringBuilder screen = new();
        private readonly TaskCompletionSource<int?> exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource disconnected = new(TaskCreationOptions.RunContinuationsAsynchronously);

        private TerminalClient(HubConnection connection, bool acknowledge)
        {
            this.connection = connection;
            Acknowledging = acknowledge;
            connection.On<JsonElement>("Output", message => arrivals.Writer.TryWrite(Taken(message)));
            connection.On<JsonElement>("Exited", message => exited.TrySetResult(message.GetProperty("exitCode").ValueKind == JsonValueKind.Null ? null : message.GetProperty("exitCode").GetInt32()));
            connection.Closed += _ =>
            {
                disconnected.TrySetResult();
                return Task.CompletedTask;
            };
        }

        public string Id { get; private set; } = "";

        public bool Acknowledging { get; set; }

        public long Received { get; private set; }

        public Task<int?> Exited => exited.Task;

        public Task Disconnected => disconnected.Task;

        public static async Task<TerminalClient> OpenAsync(IdeHost host, string workspace, string token, bool acknowledge = true)
        {
            var client = new TerminalClient(host.Hub("/hubs/terminals", token), acknowledge);
            await client.connection.StartAsync(Ending);
            var answer = await client.connection.InvokeAsync<JsonElement>("Open", new { workspaceId = workspace, columns = 80, rows = 24 }, Ending);
            Assert.True(answer.TryGetProperty("terminalId", out var id), answer.ToString());
            client.Id = id.GetString()!;
            return client;
        }

        public static async Task<TerminalClient> AttachAsync(IdeHost host, string id, string token)
        {
            var client = new TerminalClient(host.Hub("/hubs/terminals", token), acknowledge: true) { Id = id };
            await client.connection.StartAsync(Ending);
            var answer = await client.connection.InvokeAsync<JsonElement>("Attach", new { terminalId = id, fromOffset = 0 }, Ending);
            Assert.False(answer.TryGetProperty("error", out _), answer.ToString());
            return client;
        }

        public Task TypeAsync(string text) => SendAsync("Input", new { terminalId = Id, bytes = Encoding.UTF8.GetBytes(text) });

        public Task SendAsync(string method, object argument) => connection.SendAsync(method, argument, Ending);

        public async Task UntilAsync(string text)
        {
            while (!screen.ToString().Contains(text, StringComparison.Ordinal)) await TakeAsync(text);
        }

        public async Task UntilBytesAsync(long count)
        {
            while (Received < count) await TakeAsync($"{count} bytes");
        }

        public async ValueTask DisposeAsync() => await connection.DisposeAsync();

        private static byte[] Taken(JsonElement message) => message.GetProperty("bytes").GetBytesFromBase64();

        private async Task TakeAsync(string what)
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Ending);
            deadline.CancelAfter(TimeSpan.FromSeconds(60));
            try
            {
                var bytes = await arrivals.Reader.ReadAsync(deadline.Token);
                Received += bytes.Length;
                screen.Append(Encoding.UTF8.GetString(bytes));
                if (screen.Length > 100_000) screen.Remove(0, screen.Length - 50_000);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"'{what}' did not appear: {screen}");
            }

            if (Acknowledging) await SendAsync("Acknowledge", new { terminalId = Id, offset = Received });
        }
    }
}
