using CodexCloudIde.Executions.Compiled;
using CodexCloudIde.Tests.Hosting;
using CodexCloudIde.Workspaces;
using Microsoft.Extensions.DependencyInjection;

namespace CodexCloudIde.Tests.Executions;

/// <summary>The second run compiles only what has changed, and nobody else's is ever used.</summary>
public sealed class CompiledResultsTests(IdeHost host) : IClassFixture<IdeHost>
{
    private static readonly (string, string)[] Go =
    [
        ("go.mod", "module example.org/shop\n\ngo 1.19\n"), ("main.go", "package main\n\nfunc main() { println(price()) }\n"), ("price.go", "package main\n\nfunc price() int { return 2 }\n"),
    ];

    /// <summary>How many packages are compiled.</summary>
    private static readonly string[] Counting = ["sh", "-c", "go build -x -o /tmp/shop . 2>&1 | grep -c '/compile '; /tmp/shop 2>&1"];

    private static readonly object Patient = new { wallSeconds = 900, cpuSeconds = 600, idleSeconds = 300, memoryMb = 2048, diskMb = 1024 };

    [Fact]
    public async Task Run_GoAgain_CompilesOnlyWhatChanged()
    {
        var workspace = await host.NewWorkspaceAsync(Go);
        Assert.True((await CountAsync(workspace)).Compiled > 0);
        Assert.Equal((0, "2"), await CountAsync(workspace));

        await host.Client.PutAsync($"/api/v1/workspaces/{workspace}/files/price.go", new StringContent("package main\n\nfunc price() int { return 3 }\n"), TestContext.Current.CancellationToken);
        Assert.Equal((1, "3"), await CountAsync(workspace));
        Assert.True((await CountAsync(await host.NewWorkspaceAsync(Go))).Compiled > 0);
    }

    [Fact]
    public async Task Run_RustTestsAgain_CompilesOnlyWhatChanged()
    {
        var workspace = await host.NewWorkspaceAsync(
            ("Cargo.toml", "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2021\"\n"), ("src/lib.rs", "#[test]\nfn two() {\n    assert_eq!(1 + 1, 2);\n}\n"));
        Assert.Equal(("passed", true), await RustAsync(workspace));
        Assert.Equal(("passed", false), await RustAsync(workspace));
        await host.Client.PutAsync($"/api/v1/workspaces/{workspace}/files/src/lib.rs", new StringContent("#[test]\nfn two() {\n    assert_eq!(1 + 1, 3);\n}\n"), TestContext.Current.CancellationToken);
        Assert.Equal(("failed", true), await RustAsync(workspace));
    }

    [Fact]
    public async Task Take_WhileAnotherRunUsesIt_KeepsOnlyTheLastOnesAndWhatACrashBrokeOffIsEmptied()
    {
        var results = host.Services.GetRequiredService<CompiledResults>();
        var workspace = new WorkspaceRef(host.Owner.Tenant, WorkspaceId.Parse(await host.NewWorkspaceAsync(Go)));
        string directory;
        using (var other = results.Take(workspace, builds: false))
        {
            directory = other!.Directory;
            Assert.True((await CountAsync(workspace.Workspace.ToString())).Compiled > 0);
            Assert.Empty(Directory.EnumerateFileSystemEntries(directory));
        }

        await CountAsync(workspace.Workspace.ToString());
        Assert.NotEmpty(Directory.EnumerateFileSystemEntries(directory));

        await File.WriteAllTextAsync(directory + ".lock", "", TestContext.Current.CancellationToken);
        using var after = results.Take(workspace, builds: false);
        Assert.NotNull(after);
        Assert.Empty(Directory.EnumerateFileSystemEntries(directory));
    }

    [Fact]
    public async Task Run_MoreThanMayBeKept_BeginsAnew()
    {
        await using var narrow = await IdeHost.StartAsync("--Ide:Sandbox:CompiledMb=1");
        var workspace = await narrow.NewWorkspaceAsync(Go);
        Assert.Equal("", await PrintedAsync("cd /ide/compiled; ls; echo kept > small"));
        Assert.Equal("small\n", await PrintedAsync("cd /ide/compiled; ls; head -c 2000000 /dev/zero > large"));
        Assert.Equal("", await PrintedAsync("ls /ide/compiled"));

        async Task<string> PrintedAsync(string script) =>
            (string)(await narrow.ExecuteAsync(workspace, new { command = new[] { "sh", "-c", script } }))["stdout"]!;
    }

    [Fact]
    public async Task Take_ProjectThatCompilesNothing_HasNone()
    {
        var workspace = new WorkspaceRef(host.Owner.Tenant, WorkspaceId.Parse(await host.NewWorkspaceAsync(("main.py", "print(1)\n"))));
        Assert.Null(host.Services.GetRequiredService<CompiledResults>().Take(workspace, builds: false));
    }

    private async Task<(int Compiled, string Printed)> CountAsync(string workspace)
    {
        var run = await host.ExecuteAsync(workspace, new { command = Counting, limits = Patient });
        var lines = ((string)run["stdout"]!).TrimEnd().Split('\n');
        Assert.True(lines.Length == 2, (string)run["stdout"]! + (string)run["stderr"]!);
        return (int.Parse(lines[0], System.Globalization.CultureInfo.InvariantCulture), lines[1]);
    }

    private async Task<(string Status, bool Compiled)> RustAsync(string workspace)
    {
        var run = await host.TestAsync(workspace, new { limits = Patient });
        return ((string)run["status"]!, ((string)run["execution"]!["stderr"]!).Contains("Compiling", StringComparison.Ordinal));
    }
}
