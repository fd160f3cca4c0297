using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CodexCloudIde.Tests.Hosting;

namespace CodexCloudIde.Tests.Executions;

/// <summary>What hostile or careless callers send, and what the API answers.</summary>
public sealed class HostileInputTests(IdeHost host) : IClassFixture<IdeHost>
{
    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("no-such-program", "commandNotFound", 127)]
    [InlineData("./plain.txt", "commandNotExecutable", 126)]
    [InlineData("/workspace", "commandNotExecutable", 126)]
    public async Task Execute_WhatCannotBeStarted_IsNotStartedAndSaysWhy(string program, string reason, int exitCode)
    {
        var workspace = await host.NewWorkspaceAsync(("plain.txt", "text"));
        var result = await host.ExecuteAsync(workspace, new { command = new[] { program } });
        Assert.Equal(("notStarted", reason, exitCode), ((string)result["status"]!, (string)result["reason"]!, (int)result["exitCode"]!));
        Assert.Contains(program, (string)result["summary"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("missing", false)]
    [InlineData("plain.txt", false)]
    [InlineData("/workspace/sub", true)]
    [InlineData("sub/../sub", true)]
    [InlineData("link", true)]
    [InlineData("/tmp", true)]
    public async Task Execute_WorkingDirectory_IsEnteredInsideOrRefused(string directory, bool enters)
    {
        var workspace = await host.NewWorkspaceAsync(("plain.txt", "text"), ("sub/a", "x"));
        if (directory == "link") await host.ExecuteAsync(workspace, new { command = new[] { "ln", "-s", "sub", "link" }, writeBack = true });
        var inside = directory == "link" ? "sub" : directory;
        var result = await host.ExecuteAsync(workspace, new { command = new[] { "sh", "-c", "echo ran" }, workingDirectory = inside });
        Assert.Equal(enters ? ("exited", null, "ran\n") : ("notStarted", "noWorkingDirectory", ""), ((string)result["status"]!, (string?)result["reason"], (string)result["stdout"]!));
    }

    [Fact]
    public async Task Execute_LargeInputAndOddVariables_Arrive()
    {
        var workspace = await host.NewWorkspaceAsync();
        var input = new string('é', 2_000_000);
        var result = await host.ExecuteAsync(workspace, new
        {
            command = new[] { "sh", "-c", "wc -c; printf '%s|%s' \"$odd\" \"$_X9\"" }, stdin = input,
            env = new Dictionary<string, string> { ["odd"] = "a\nb'c\"$d`e`\\", ["_X9"] = "" },
        });
        Assert.Equal("4000000\na\nb'c\"$d`e`\\|", (string)result["stdout"]!);
    }

    [Fact]
    public async Task Execute_InvalidUtf8AndNul_AreReplaced()
    {
        var workspace = await host.NewWorkspaceAsync();
        var result = await host.ExecuteAsync(workspace, new { command = new[] { "printf", "a\\377\\000b\\303" } });
        Assert.Equal("a\uFFFD\uFFFDb\uFFFD", (string)result["stdout"]!);
    }

    [Fact]
    public async Task Execute_FloodInOneLine_IsCutAndKilledForOutput()
    {
        var workspace = await host.NewWorkspaceAsync();
        var result = await host.ExecuteAsync(workspace, new { command = new[] { "sh", "-c", "head -c 100000000 /dev/zero | tr '\\0' x" }, limits = new { outputKb = 100 } });
        Assert.Equal(("killed", "output", true, 102_400), ((string)result["status"]!, (string)result["reason"]!, (bool)result["truncated"]!, ((string)result["stdout"]!).Length));
    }

    [Theory]
    [InlineData("exit 137", 137, null)]
    [InlineData("exit 159", 159, null)]
    [InlineData("kill -9 $$", 137, 9)]
    public async Task Execute_Signals_AreTheKernelsWord(string script, int exitCode, int? signal)
    {
        var workspace = await host.NewWorkspaceAsync();
        var result = await host.ExecuteAsync(workspace, new { command = new[] { "sh", "-c", script } });
        Assert.Equal(("exited", exitCode, signal), ((string)result["status"]!, (int)result["exitCode"]!, (int?)result["signal"]));
    }

    [Fact]
    public async Task Execute_ForeignSystemCall_IsKilledForIt()
    {
        // getpid with the bit of the x32 table.
        var workspace = await host.NewWorkspaceAsync(("call.py", "import ctypes\nctypes.CDLL(None).syscall(0x40000000 + 39)\n"));
        var result = await host.ExecuteAsync(workspace, new { command = new[] { "/usr/bin/python3", "call.py" } });
        Assert.Equal(("killed", "syscall", null), ((string)result["status"]!, (string)result["reason"]!, (int?)result["exitCode"]));
        Assert.Contains("deniedSyscall", result["labels"]!.AsArray().Select(label => (string)label!));
    }

    [Fact]
    public async Task Execute_ManyZombiesAndDaemons_EndWithTheRun()
    {
        var workspace = await host.NewWorkspaceAsync();
        var result = await host.ExecuteAsync(workspace, new
        {
            command = new[] { "/usr/bin/python3", "-c", "import os\nfor i in range(10000):\n  if os.fork() == 0:\n    if os.fork() == 0: os._exit(0)\n    os._exit(0)\n  os.wait()\nif os.fork() == 0:\n  os.setsid()\n  os.execvp('sleep', ['sleep', '1000'])\nprint('done')" },
            limits = new { processes = 64, cpuSeconds = 600, wallSeconds = 900, idleSeconds = 300 },
        });
        Assert.Equal(("exited", 0, "done\n"), ((string)result["status"]!, (int)result["exitCode"]!, (string)result["stdout"]!));
    }

    [Fact]
    public async Task Execute_TwentyAtOnceBesideAGreedyOne_AllAnswer()
    {
        var workspace = await host.NewWorkspaceAsync();
        var greedy = host.ExecuteAsync(workspace, new { command = new[] { "sh", "-c", "while :; do :; done & while :; do :; done" }, limits = new { cpuSeconds = 4 } });
        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => host.ExecuteAsync(workspace, new { command = new[] { "sh", "-c", $"echo {number}" } })));
        Assert.Equal(Enumerable.Range(0, 20).Select(number => $"{number}\n"), results.Select(result => (string)result["stdout"]!));
        Assert.Equal("cpu", (string?)(await greedy)["reason"]);
    }

    [Fact]
    public async Task Execute_ClientGoesAway_TheRunGoesOn()
    {
        var workspace = await host.NewWorkspaceAsync();
        string id;
        await using (var stream = await host.OpenStreamAsync($"/api/v1/workspaces/{workspace}/executions", new { command = new[] { "sh", "-c", "echo begun; sleep 1; echo done" } }))
        {
            var events = stream.ReadAsync().GetAsyncEnumerator(Ending);
            Assert.True(await events.MoveNextAsync());
            id = (string)events.Current.Data["id"]!;
        }

        var replayed = await host.StreamAsync($"/api/v1/executions/{id}/events", null);
        Assert.Equal(("result", "exited", "begun\ndone\n"), (replayed[^1].Event, (string)replayed[^1].Data["status"]!, (string)replayed[^1].Data["stdout"]!));
    }

    [Fact]
    public async Task Execute_EndedLongAgo_IsReplayedWithItsOutput()
    {
        var workspace = await host.NewWorkspaceAsync();
        var first = await host.ExecuteAsync(workspace, new { command = new[] { "sh", "-c", "echo out; echo err >&2; exit 4" } });

        // More than is kept in memory.
        await host.ExecuteAsync(workspace, new { command = new[] { "sh", "-c", "head -c 9000000 /dev/zero | tr '\\0' x" }, limits = new { outputKb = 16_000 } });
        var replayed = await host.StreamAsync($"/api/v1/executions/{first["id"]}/events", null);
        Assert.Equal(["started", "stdout", "stderr", "result"], replayed.Select(e => e.Event));
        Assert.Equal(("out\n", 4), ((string)replayed[1].Data["text"]!, (int)replayed[3].Data["exitCode"]!));
    }

    [Fact]
    public async Task Execute_CancelledBeforeItsTurn_WasNeverStarted()
    {
        await using var narrow = await IdeHost.StartAsync("--Ide:Sandbox:Concurrency=1");
        var workspace = await narrow.NewWorkspaceAsync();
        await using var first = await narrow.OpenStreamAsync($"/api/v1/workspaces/{workspace}/executions", new { command = new[] { "sh", "-c", "echo begun; sleep 1000" } });
        var running = first.ReadAsync().GetAsyncEnumerator(Ending);
        while (running.Current.Event != "stdout") Assert.True(await running.MoveNextAsync());
        await using var second = await narrow.OpenStreamAsync($"/api/v1/workspaces/{workspace}/executions", new { command = new[] { "sh", "-c", "echo never" } });
        await foreach (var (name, data) in second.ReadAsync())
        {
            if (name == "started") (await narrow.Client.PostAsync($"/api/v1/executions/{data["id"]}/cancel", null, Ending)).EnsureSuccessStatusCode();
            if (name == "result") Assert.Equal(("notStarted", "cancelled", ""), ((string)data["status"]!, (string)data["reason"]!, (string)data["stdout"]!));
        }
    }

    [Theory]
    [InlineData("cpuSeconds", 1e9)]
    [InlineData("wallSeconds", 1e9)]
    [InlineData("idleSeconds", 1e9)]
    [InlineData("cpus", 1e6)]
    [InlineData("processes", 100_000)]
    [InlineData("diskMb", 100_000)]
    [InlineData("files", 100_000_000)]
    [InlineData("outputKb", 100_000_000)]
    [InlineData("diskWriteKbps", 10)]
    [InlineData("networkKbps", 10)]
    [InlineData("cpus", 0.001)]
    [InlineData("memoryMb", 1)]
    public async Task Execute_LimitThatCannotBeHeld_IsNamed(string name, double value)
    {
        var workspace = await host.NewWorkspaceAsync();
        var limits = new JsonObject { [name] = value == Math.Floor(value) ? JsonValue.Create((long)value) : JsonValue.Create(value) };
        var response = await host.Client.PostAsJsonAsync($"/api/v1/workspaces/{workspace}/executions", new { command = new[] { "true" }, limits }, Ending);
        var problem = (await response.Content.ReadFromJsonAsync<JsonObject>(Ending))!;
        Assert.Equal((HttpStatusCode.UnprocessableEntity, $"limits.{name}"), (response.StatusCode, (string)problem["field"]!));
    }

    [Fact]
    public async Task Execute_ManyTimes_LeavesNothingBehind()
    {
        var workspace = await host.NewWorkspaceAsync();
        await host.ExecuteAsync(workspace, new { command = new[] { "true" } });
        var before = Directory.GetFiles("/proc/self/fd").Length;
        var threads = Threads();
        await Parallel.ForEachAsync(Enumerable.Range(0, 100), new ParallelOptions { MaxDegreeOfParallelism = 6, CancellationToken = Ending },
            async (number, _) => await host.ExecuteAsync(workspace, new { command = new[] { "sh", "-c", number % 3 == 0 ? "(setsid sleep 1000 &); exit 1" : number % 3 == 1 ? "kill -9 -1" : "echo x" } }));
        Assert.InRange(Directory.GetFiles("/proc/self/fd").Length, 0, before + 60);
        Assert.InRange(Threads(), 0, threads + 40);
    }

    private static int Threads() =>
        int.Parse(File.ReadLines("/proc/self/status").Single(line => line.StartsWith("Threads:", StringComparison.Ordinal)).AsSpan(8), CultureInfo.InvariantCulture);
}
