using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CodexCloudIde.Tests.Hosting;

namespace CodexCloudIde.Tests.Executions;

/// <summary>Projects as strangers have them.</summary>
public sealed class UnusualProjectTests(IdeHost host) : IClassFixture<IdeHost>
{
    private const string Failing = "def test_a(): assert 1\n";

    [Theory]
    [InlineData("pytest.ini", "[pytest]\npython_files = check_*.py\n", "checks/check_a.py")]
    [InlineData("pyproject.toml", "[tool.pytest.ini_options]\npython_files = ['check_*.py']\n", "check_a.py")]
    [InlineData("setup.cfg", "[tool:pytest]\npython_files = check_*.py\n", "a/b/check_a.py")]
    [InlineData("tox.ini", "[pytest]\npython_files = check_*.py\n", "check_a.py")]
    public async Task Run_PytestByItsConfiguration_IsFound(string configuration, string text, string tests)
    {
        var workspace = await host.NewWorkspaceAsync((configuration, text), (tests, Failing));
        var run = await host.TestAsync(workspace, new { });
        Assert.Equal(("pytest", "passed", 1, tests), ((string)run["framework"]!, (string)run["status"]!, (int)run["total"]!, (string)run["cases"]![0]!["path"]!));
    }

    [Fact]
    public async Task Run_ConfigurationsOfOtherTools_AreNoTestRunner()
    {
        var workspace = await host.NewWorkspaceAsync(("pyproject.toml", "[project]\nname = 'x'\n"), ("tox.ini", "[flake8]\n"), ("testing.py", "x = 1\n"), ("node_modules/a/test_x.py", Failing));
        var response = await host.Client.PostAsJsonAsync($"/api/v1/workspaces/{workspace}/test-runs", new { }, TestContext.Current.CancellationToken);
        var problem = (await response.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!;
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "no-test-runner"), (response.StatusCode, (string)problem["type"]!));
    }

    [Fact]
    public async Task Run_SourceLayout_FindsItsPackage()
    {
        var workspace = await host.NewWorkspaceAsync(("src/shop/__init__.py", "def price(): return 1\n"), ("tests/test_shop.py", "from shop import price\ndef test_a(): assert price() == 1\n"));
        var run = await host.TestAsync(workspace, new { });
        Assert.Equal(("passed", 1), ((string)run["status"]!, (int)run["total"]!));
    }

    [Fact]
    public async Task Run_UnittestOnly_IsFoundInFoldersThatAreNoPackages()
    {
        const string Text = "import unittest\nclass T(unittest.TestCase):\n    def test_a(self): pass\n    def test_b(self): self.fail('no')\n";
        var workspace = await host.NewWorkspaceAsync(("tests.py", Text), ("more/testsmore.py", Text), ("pkg/__init__.py", ""), ("pkg/tests.py", Text));
        var run = await host.TestAsync(workspace, new { });
        Assert.Equal(("unittest", "failed", 6, 3, 3), ((string)run["framework"]!, (string)run["status"]!, (int)run["total"]!, (int)run["passed"]!, (int)run["failed"]!));
        var again = await host.TestAsync(workspace, new { filter = run["cases"]!.AsArray().Where(found => (string)found!["status"]! == "failed").Select(found => (string)found!["id"]!) });
        Assert.Equal((3, 3), ((int)again["total"]!, (int)again["failed"]!));
    }

    [Fact]
    public async Task Run_BrokenConftest_SaysWhatBroke()
    {
        var workspace = await host.NewWorkspaceAsync(("conftest.py", "import no_such_module\n"), ("test_a.py", Failing));
        var run = await host.TestAsync(workspace, new { });
        Assert.Equal(("error", 0), ((string)run["status"]!, (int)run["total"]!));
        Assert.Contains("no_such_module", (string)run["summary"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OptionOfAMissingPlugin_SaysWhichOption()
    {
        var workspace = await host.NewWorkspaceAsync(("pytest.ini", "[pytest]\naddopts = --no-such-option\n"), ("test_a.py", Failing));
        var run = await host.TestAsync(workspace, new { });
        Assert.Equal("error", (string)run["status"]!);
        Assert.Contains("--no-such-option", (string)run["summary"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_IdsWithOddCharacters_CanBeRunAgain()
    {
        var workspace = await host.NewWorkspaceAsync(("tests/test_a.py", "import pytest\n@pytest.mark.parametrize('s', ['a b', 'x::y', '[z]', 'é\\n', \"it's $HOME\", '-x', ''])\ndef test_s(s): assert False\n"));
        var run = await host.TestAsync(workspace, new { });
        var ids = run["cases"]!.AsArray().Select(found => (string)found!["id"]!).ToList();
        Assert.Equal((7, 7), ((int)run["total"]!, (int)run["failed"]!));
        var again = await host.TestAsync(workspace, new { filter = ids });
        Assert.Equal(ids.Order(), again["cases"]!.AsArray().Select(found => (string)found!["id"]!).Order());
        Assert.Equal(7, (int)again["failed"]!);
    }

    [Theory]
    [InlineData("import os; os._exit(0)")]
    [InlineData("import os; os._exit(3)")]
    [InlineData("import ctypes; ctypes.string_at(0)")]
    public async Task Run_InterpreterDies_OthersKeepTheirResults(string death)
    {
        var workspace = await host.NewWorkspaceAsync(("test_die.py", $"def test_a(): pass\ndef test_dies():\n    {death}\ndef test_z(): pass\n"));
        var run = await host.TestAsync(workspace, new { });
        Assert.Equal(("failed", "passed error skipped"), ((string)run["status"]!, string.Join(' ', run["cases"]!.AsArray().Select(found => (string)found!["status"]!))));
    }

    [Fact]
    public async Task Run_OutputOfTenMegabytes_KeepsTheResultsBeforeIt()
    {
        var workspace = await host.NewWorkspaceAsync(("test_loud.py", "import sys\ndef test_a(): pass\ndef test_loud(): sys.__stdout__.write('x' * 10_000_000 + '\\n')\ndef test_z(): pass\n"));
        var quiet = await host.TestAsync(workspace, new { });
        Assert.Equal(("passed", 3), ((string)quiet["status"]!, (int)quiet["passed"]!));
        var loud = await host.TestAsync(workspace, new { command = new[] { "/usr/bin/python3", "-m", "pytest", "-s" } });
        Assert.Equal(("killed", "output", "passed"), ((string)loud["execution"]!["status"]!, (string)loud["execution"]!["reason"]!, (string)loud["cases"]![0]!["status"]!));
    }

    [Fact]
    public async Task Run_CommandThatDoesNotExist_IsNotStarted()
    {
        var workspace = await host.NewWorkspaceAsync(("test_a.py", Failing));
        var run = await host.TestAsync(workspace, new { command = new[] { "no-such-runner" } });
        Assert.Equal(("error", 0, "notStarted", "commandNotFound"), ((string)run["status"]!, (int)run["total"]!, (string)run["execution"]!["status"]!, (string)run["execution"]!["reason"]!));
        Assert.StartsWith("No tests ran. Not started: 'no-such-runner'", (string)run["summary"]!, StringComparison.Ordinal);
    }
}
