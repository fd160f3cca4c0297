using System.Net.Http.Json;
using System.Text.Json;
using CodexCloudIde.Api;
using CodexCloudIde.Tests.Agents;
using CodexCloudIde.Tests.Hosting;
using Microsoft.AspNetCore.SignalR.Client;

namespace CodexCloudIde.Tests.Api;

/// <summary>Many streams over one connection, told as the HTTP API tells them.</summary>
public sealed class EventHubTests(IdeHost host) : IClassFixture<IdeHost>
{
    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Follow_Workspaces_TellsEachWhatHappensInIt()
    {
        await using var hub = await ConnectAsync(IdeHost.OwnerToken);
        var (one, other) = (await host.Client.MakeWorkspaceAsync(), await host.Client.MakeWorkspaceAsync());
        await using var first = Follow(hub, "workspaces", one);
        await using var second = Follow(hub, "workspaces", other);
        Assert.Equal("open", (await NextAsync(first)).Event);
        Assert.Equal("open", (await NextAsync(second)).Event);

        await host.Client.WriteFileAsync(other, "b.txt", "b");
        await host.Client.WriteFileAsync(one, "a.txt", "a");

        Assert.Contains("a.txt", (await NextAsync(first)).Data, StringComparison.Ordinal);
        Assert.Contains("b.txt", (await NextAsync(second)).Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Follow_Execution_ResumesAfterTheGivenEvent()
    {
        var workspace = await host.Client.MakeWorkspaceAsync();
        using var answer = await host.Client.PostAsJsonAsync($"/api/v1/workspaces/{workspace}/executions", new { command = new[] { "echo", "hello" } }, Ending);
        var id = (await answer.ReadAsync()).GetProperty("id").GetString()!;
        await using var hub = await ConnectAsync(IdeHost.OwnerToken);

        var all = await AllAsync(Follow(hub, "executions", id));
        Assert.Equal(["open", "started"], all.Take(2).Select(told => told.Event));
        Assert.Equal("result", all[^1].Event);
        var output = all.Single(told => told.Event == "stdout");
        Assert.Equal("hello\n", JsonDocument.Parse(output.Data).RootElement.GetProperty("text").GetString());

        var rest = await AllAsync(Follow(hub, "executions", id, output.Id));
        Assert.Equal(all.SkipWhile(told => told.Id != output.Id).Skip(1), rest.Skip(1));
    }

    [Fact]
    public async Task Follow_Burst_IsToldTogetherAndWhole()
    {
        var workspace = await host.Client.MakeWorkspaceAsync();
        using var answer = await host.Client.PostAsJsonAsync(
            $"/api/v1/workspaces/{workspace}/executions", new { command = new[] { "python3", "-uc", "import time\nfor i in range(300): print(i); time.sleep(0.001)" } }, Ending);
        var id = (await answer.ReadAsync()).GetProperty("id").GetString()!;
        await using var hub = await ConnectAsync(IdeHost.OwnerToken);
        var (messages, text, last) = (0, "", "");
        await foreach (var together in hub.StreamAsync<ServerEvent[]>("Follow", "executions", id, null, Ending))
        {
            messages++;
            text += string.Concat(together.Where(told => told.Event == "stdout").Select(told => JsonDocument.Parse(told.Data).RootElement.GetProperty("text").GetString()));
            last = together[^1].Event;
        }

        Assert.Equal(string.Concat(Enumerable.Range(0, 300).Select(i => $"{i}\n")), text);
        Assert.Equal("result", last);
        Assert.InRange(messages, 2, 20);
    }

    [Theory]
    [InlineData("workspaces")]
    [InlineData("tasks")]
    [InlineData("executions")]
    [InlineData("nothing")]
    public async Task Follow_WhatIsNotThere_IsRefusedAndTheConnectionStays(string kind)
    {
        await using var hub = await ConnectAsync(IdeHost.OwnerToken);
        await using var unknown = Follow(hub, kind, Guid.NewGuid().ToString("N"));
        Assert.Equal(new ServerEvent("refused", "\"notFound\""), await NextAsync(unknown));
        Assert.Equal(HubConnectionState.Connected, hub.State);
    }

    [Fact]
    public async Task Follow_AnotherTenants_IsRefused()
    {
        var workspace = await host.Client.MakeWorkspaceAsync(("a.txt", "a"));
        var task = await host.Client.StartTaskAsync(workspace, new { kind = "fix", prompt = "nothing" });
        await using var hub = await ConnectAsync(host.OtherToken);
        foreach (var (kind, id) in new[] { ("workspaces", workspace), ("tasks", task) })
        {
            await using var foreign = Follow(hub, kind, id);
            Assert.Equal(new ServerEvent("refused", "\"notFound\""), await NextAsync(foreign));
        }
    }

    private async Task<HubConnection> ConnectAsync(string token)
    {
        var hub = host.Hub("/hubs/events", token);
        await hub.StartAsync(Ending);
        return hub;
    }

    private static IAsyncEnumerator<ServerEvent> Follow(HubConnection hub, string kind, string id, string? after = null) =>
        hub.StreamAsync<ServerEvent[]>("Follow", kind, id, after, Ending).SelectMany(together => together).GetAsyncEnumerator(Ending);

    private static async Task<ServerEvent> NextAsync(IAsyncEnumerator<ServerEvent> stream) =>
        await stream.MoveNextAsync() ? stream.Current : throw new InvalidOperationException("The stream has ended.");

    private static async Task<List<ServerEvent>> AllAsync(IAsyncEnumerator<ServerEvent> stream)
    {
        await using var _ = stream;
        var all = new List<ServerEvent>();
        while (await stream.MoveNextAsync()) all.Add(stream.Current);
        return all;
    }
}
