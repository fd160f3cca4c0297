using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using CodexCloudIde.Executions.Running;
using CodexCloudIde.Tests.Documents;
using CodexCloudIde.Tests.Hosting;
using Microsoft.Data.Sqlite;

namespace CodexCloudIde.Tests.Executions;

/// <summary>What a server that is gone left open is closed, by whoever is there.</summary>
public sealed class DeadRunTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_AfterAKill_ClosesWhatRan_WhateverHasItsNumberNow()
    {
        using var data = new TempFolder();
        string mine, elsewhere, another;
        await using (var killed = await IdeProcess.StartAsync(data.Path))
        {
            var workspace = await killed.Client.NewWorkspaceAsync();
            (mine, elsewhere, another) = (await BeginAsync(killed, workspace), await BeginAsync(killed, workspace), await BeginAsync(killed, workspace));
            await killed.KillAsync();
        }

        // Two that no number tells: the machine started again and another process, which lives, has the number; the container came back under another name.
        using var bystander = Process.Start("sleep", "100000");
        await SetServerAsync(data, elsewhere, $"another-host:{bystander.Id}:1234567");
        await SetServerAsync(data, another, $"{Environment.MachineName}:{bystander.Id}:1234567");
        try
        {
            await using var again = await IdeProcess.StartAsync(data.Path);
            Assert.Equal([("killed", "serverStopped"), ("killed", "serverStopped"), ("killed", "serverStopped")], [await EndOfAsync(again, mine), await EndOfAsync(again, elsewhere), await EndOfAsync(again, another)]);
        }
        finally
        {
            bystander.Kill();
        }
    }

    [Fact]
    public async Task Start_BesideAProcessThatLives_LeavesItsRuns()
    {
        using var data = new TempFolder();
        await using var one = await IdeProcess.StartAsync(data.Path);
        var run = await BeginAsync(one, await one.Client.NewWorkspaceAsync());
        await using var two = await IdeProcess.StartAsync(data.Path);
        Assert.Equal(("running", null), await EndOfAsync(two, run));
    }

    [Fact]
    public async Task Cluster_OneIsKilled_TheOtherClosesItsRuns()
    {
        using var data = new TempFolder();
        await using var redis = await RedisServer.StartAsync();
        await using var killed = await StartAsync(data, redis);
        await using var survivor = await StartAsync(data, redis);
        var workspace = await survivor.Client.NewWorkspaceAsync();
        var (its, forgotten, own) = (await BeginAsync(killed, workspace), await BeginAsync(killed, workspace), await BeginAsync(survivor, workspace));
        await SetServerAsync(data, forgotten, "10.11.12.13:11111@12345");
        await killed.KillAsync();

        await Eventually.Async(async () => await EndOfAsync(survivor, its) == ("killed", "serverStopped"), "the run of the killed process is closed", TimeSpan.FromMinutes(3));
        await Eventually.Async(async () => await EndOfAsync(survivor, forgotten) == ("killed", "serverStopped"), "a run of a process that nobody knows is closed", TimeSpan.FromMinutes(3));
        Assert.True(await EndOfAsync(survivor, own) == ("running", null), survivor.Output);
    }

    [Fact]
    public void Process_OfTheSameNumber_IsAnotherWhenItStartedAtAnotherTime()
    {
        Assert.True(ServerProcess.Lives(ServerProcess.Own));
        Assert.False(ServerProcess.Lives(ServerProcess.Own + "1"));
        Assert.False(ServerProcess.Lives("x" + ServerProcess.Own));
    }

    private static Task<IdeProcess> StartAsync(TempFolder data, RedisServer redis) =>
        IdeProcess.StartAsync(data.Path, null, $"--Ide:Redis={redis.Configuration}", "--Ide:Cluster:ProbeSeconds=5");

    /// <summary>A run that does not end; returns when it is under way.</summary>
    private static async Task<string> BeginAsync(IdeProcess process, string workspace)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/workspaces/{workspace}/executions")
        {
            Content = JsonContent.Create(new { command = new[] { "sh", "-c", "echo begun; exec sleep 600" }, limits = new { idleSeconds = 900, wallSeconds = 3600 } }), Headers = { Accept = { new("text/event-stream") } },
        };
        using var answer = await process.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(Cancellation));
        var id = "";
        while (await lines.ReadLineAsync(Cancellation) is { } line)
        {
            // Not before its sandbox runs: until then it needs the documents' process, which may be the one that is killed.
            if (line.Contains("begun", StringComparison.Ordinal)) return id;
            if (id.Length == 0 && line.StartsWith("data: ", StringComparison.Ordinal)) id = JsonDocument.Parse(line[6..]).RootElement.GetProperty("id").GetString()!;
        }

        throw new InvalidOperationException("It ended.");
    }

    private static async Task SetServerAsync(TempFolder data, string run, string server)
    {
        await using var connection = new SqliteConnection($"Data Source={data.Of("ide.db")};Default Timeout=30;Pooling=False");
        await connection.OpenAsync(Cancellation);
        await using var command = connection.CreateCommand();
        command.CommandText = "UPDATE Runs SET Server = $server WHERE lower(replace(Id, '-', '')) = $id";
        command.Parameters.AddWithValue("$server", server);
        command.Parameters.AddWithValue("$id", run);
        Assert.Equal(1, await command.ExecuteNonQueryAsync(Cancellation));
    }

    private static async Task<(string?, string?)> EndOfAsync(IdeProcess process, string run)
    {
        var told = await process.Client.GetFromJsonAsync<JsonElement>($"/api/v1/executions/{run}", Cancellation);
        return (told.GetProperty("status").GetString(), told.GetProperty("reason").GetString());
    }
}
