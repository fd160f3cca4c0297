using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CodexCloudIde.Tests.Hosting;

namespace CodexCloudIde.Tests.Executions;

/// <summary>The project's own runner in a real sandbox, read by its own report.</summary>
public sealed class TestRunTests(IdeHost host) : IClassFixture<IdeHost>
{
    private const string Mixed = """
        import time
        import pytest
        from shop import price

        def test_good():
            assert price({"net": 2}) == 2

        def test_bad():
            assert price({"net": 2}) == 3

        def test_breaks():
            price({})

        @pytest.mark.skip(reason="later")
        def test_skipped():
            pass

        @pytest.fixture
        def broken():
            raise OSError("no")

        def test_setup(broken):
            pass

        @pytest.mark.parametrize("n", [1, 2])
        def test_many(n):
            assert n
        """;

    [Fact]
    public async Task List_WhileOneRuns_HasItAsRunning_AndEverybodyIsTold()
    {
        var workspace = await host.NewWorkspaceAsync(("test_a.py", "import time\n\n\ndef test_quick():\n    assert True\n\n\ndef test_waits():\n    time.sleep(600)\n"));
        await using var told = await host.OpenStreamAsync($"/api/v1/workspaces/{workspace}/events", null);
        await using var first = await host.OpenStreamAsync($"/api/v1/workspaces/{workspace}/test-runs", new { filter = new[] { "test_a.py::test_waits" } });
        var began = await told.ReadAsync().FirstAsync(happened => happened.Event == "testRun.changed", TestContext.Current.CancellationToken);
        var id = (string)began.Data["id"]!;
        Assert.True((bool)began.Data["running"]!);

        var listed = (await host.Client.GetFromJsonAsync<JsonObject>($"/api/v1/workspaces/{workspace}/test-runs", TestContext.Current.CancellationToken))!["items"]!.AsArray();
        Assert.Equal([(id, "running", "test_a.py::test_waits", "owner")], listed.Select(run => ((string)run!["id"]!, (string)run["status"]!, (string)run["filter"]![0]!, (string)run["startedBy"]!)));
        await using var joined = await host.OpenStreamAsync($"/api/v1/test-runs/{id}/events", null);
        JsonNode? result = null;
        await foreach (var (name, data) in joined.ReadAsync())
        {
            if (name == "case" && (string?)data["status"] == "running")
            {
                using var cancelled = await host.Client.PostAsJsonAsync($"/api/v1/test-runs/{id}/cancel", new { }, TestContext.Current.CancellationToken);
            }

            result = name == "result" ? data : result;
        }

        Assert.Equal("cancelled", (string)result!["execution"]!["reason"]!);
    }

    [Fact]
    public async Task Run_Mixed_HasEveryCaseWithItsFrames()
    {
        var workspace = await host.NewWorkspaceAsync(("shop.py", "def price(item):\n    return item['net']\n"), ("tests/test_shop.py", Mixed), ("conftest.py", ""));
        var run = await host.TestAsync(workspace, new { });
        Assert.Equal(("pytest", "failed", 7, 3, 2, 1, 1), ((string)run["framework"]!, (string)run["status"]!, (int)run["total"]!, (int)run["passed"]!, (int)run["failed"]!, (int)run["errors"]!, (int)run["skipped"]!));

        var cases = run["cases"]!.AsArray().ToDictionary(c => (string)c!["id"]!, c => c!);
        Assert.Equal("passed", (string?)cases["tests/test_shop.py::test_many[2]"]["status"]);
        Assert.Equal("skipped", (string?)cases["tests/test_shop.py::test_skipped"]["status"]);
        Assert.Equal("error", (string?)cases["tests/test_shop.py::test_setup"]["status"]);
        var broken = cases["tests/test_shop.py::test_breaks"];
        Assert.Equal(("failed", "KeyError: 'net'", "tests/test_shop.py", 11), ((string)broken["status"]!, (string)broken["message"]!, (string)broken["path"]!, (int)broken["line"]!));
        Assert.Equal(["tests/test_shop.py:12:test_breaks", "shop.py:2:price"], broken["frames"]!.AsArray().Select(f => $"{f!["path"]}:{f["line"]}:{f["function"]}"));
        Assert.Contains("assert 2 == 3", (string)cases["tests/test_shop.py::test_bad"]["message"]!, StringComparison.Ordinal);
        Assert.Empty(run["execution"]!["changes"]!.AsArray());

        var again = await host.Client.GetFromJsonAsync<JsonObject>($"/api/v1/test-runs/{run["id"]}", TestContext.Current.CancellationToken);
        Assert.True(JsonNode.DeepEquals(run, again));
    }

    [Fact]
    public async Task Run_Filtered_RunsOnlyThose()
    {
        var workspace = await host.NewWorkspaceAsync(("shop.py", "def price(item):\n    return item['net']\n"), ("tests/test_shop.py", Mixed), ("conftest.py", ""));
        var run = await host.TestAsync(workspace, new { filter = new[] { "tests/test_shop.py::test_good", "tests/test_shop.py::test_many[1]" } });
        Assert.Equal(("passed", 2, 2), ((string)run["status"]!, (int)run["total"]!, (int)run["passed"]!));
    }

    [Fact]
    public async Task Run_HangingCase_IsNamedAndTheOthersKeepTheirResults()
    {
        var workspace = await host.NewWorkspaceAsync(("test_hang.py", "import time\ndef test_a(): pass\ndef test_hangs(): time.sleep(1000)\ndef test_c(): pass\n"));
        var events = await host.StreamAsync($"/api/v1/workspaces/{workspace}/test-runs", new { limits = new { idleSeconds = 1.5 } });
        var run = events[^1].Data;
        Assert.Equal(["passed", "timedOut", "skipped"], run["cases"]!.AsArray().Select(c => (string)c!["status"]!));
        Assert.Equal(("failed", 3, 1, "idle"), ((string)run["status"]!, (int)run["total"]!, (int)run["failed"]!, (string)run["execution"]!["reason"]!));
        Assert.Contains(events, e => e.Event == "case" && (string?)e.Data["status"] == "running" && (string?)e.Data["name"] == "test_hangs");
    }

    [Fact]
    public async Task Run_Coverage_IsByLineAndCase()
    {
        var workspace = await host.NewWorkspaceAsync(
            ("sign.py", "def sign(n):\n    if n < 0:\n        return -1\n    return 1\n"), ("test_sign.py", "from sign import sign\ndef test_plus():\n    assert sign(2) == 1\n"));
        var run = await host.TestAsync(workspace, new { coverage = true, coveragePerCase = true });
        var file = run["coverage"]!["files"]!.AsArray().Single(f => (string)f!["path"]! == "sign.py")!;
        Assert.Equal("[1,2,4]", file["covered"]!.ToJsonString());
        Assert.Equal("[3]", file["uncovered"]!.ToJsonString());
        Assert.Equal("[2,4]", new JsonArray([.. file["byCase"]!["test_sign.py::test_plus"]!.AsArray().Where(n => (int)n! > 1).Select(n => n!.DeepClone())]).ToJsonString());
    }

    [Fact]
    public async Task Run_CollectionError_IsACaseInError()
    {
        var workspace = await host.NewWorkspaceAsync(("test_syntax.py", "def test_x(:\n"), ("test_fine.py", "def test_y(): pass\n"));
        var run = await host.TestAsync(workspace, new { });
        Assert.Equal(("failed", 1), ((string)run["status"]!, (int)run["errors"]!));
        Assert.Contains(run["cases"]!.AsArray(), c => (string)c!["path"]! == "test_syntax.py" && (string)c["status"]! == "error");
    }

    [Fact]
    public async Task Run_ProcessDies_NamesTheCase()
    {
        var workspace = await host.NewWorkspaceAsync(("test_die.py", "import os\ndef test_a(): pass\ndef test_dies(): os.kill(os.getpid(), 11)\n"));
        var run = await host.TestAsync(workspace, new { });
        Assert.Equal(["passed", "error"], run["cases"]!.AsArray().Select(c => (string)c!["status"]!));
    }

    [Fact]
    public async Task Run_OwnCommand_StillReports()
    {
        var workspace = await host.NewWorkspaceAsync(("test_a.py", "def test_a(): pass\n"), ("run.sh", "exec /usr/bin/python3 -m pytest -q\n"));
        var run = await host.TestAsync(workspace, new { command = new[] { "sh", "run.sh" } });
        Assert.Equal(("passed", 1), ((string)run["status"]!, (int)run["total"]!));
    }

    [Fact]
    public async Task Run_Unittest_ReportsTheSameShape()
    {
        var workspace = await host.NewWorkspaceAsync(("test_u.py", "import unittest\nclass T(unittest.TestCase):\n    def test_a(self): self.assertEqual(1, 1)\n    def test_b(self): self.assertEqual(1, 2)\n"));
        var run = await host.TestAsync(workspace, new { command = new[] { "/usr/bin/python3", "/ide/tools/ide_unittest.py" } });
        Assert.Equal(("unittest", "failed", 2, 1, 1), ((string)run["framework"]!, (string)run["status"]!, (int)run["total"]!, (int)run["passed"]!, (int)run["failed"]!));
    }

    [Fact]
    public async Task Run_ProjectWithAVirtualEnvironment_PrefersItsPackages()
    {
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", "import sys; print('python%d.%d' % sys.version_info[:2], end='')"]) { RedirectStandardOutput = true })!;
        var packages = $".venv/lib/{await python.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)}/site-packages";
        var workspace = await host.NewWorkspaceAsync(
            (".venv/pyvenv.cfg", "home = /usr/bin\n"), ($"{packages}/greet.py", "def hello():\n    return 'hello'\n"),
            ($"{packages}/test_foreign.py", "def test_foreign(): pass\n"),
            ("test_a.py", "import greet, sys\ndef test_a(): assert greet.hello() == 'hello' and next(path for path in sys.path if 'packages' in path).startswith('/workspace/.venv/')\n"));
        var run = await host.TestAsync(workspace, new { });
        Assert.Equal(("pytest", "passed", 1), ((string)run["framework"]!, (string)run["status"]!, (int)run["total"]!));
    }

    [Fact]
    public async Task Run_MissingCommand_IsAnError()
    {
        var workspace = await host.NewWorkspaceAsync(("test_a.py", "def test_a(): pass\n"));
        var run = await host.TestAsync(workspace, new { command = new[] { "no-such-runner" } });
        Assert.Equal(("error", 0, 127), ((string)run["status"]!, (int)run["total"]!, (int)run["execution"]!["exitCode"]!));
    }

    [Fact]
    public async Task Run_NoTests_IsRefused()
    {
        var workspace = await host.NewWorkspaceAsync(("a.txt", "x"));
        var response = await host.Client.PostAsJsonAsync($"/api/v1/workspaces/{workspace}/test-runs", new { }, TestContext.Current.CancellationToken);
        var problem = (await response.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!;
        Assert.Equal((422, "no-test-runner"), ((int)response.StatusCode, (string)problem["type"]!));
    }
}
