using System.Text;

namespace CodexCloudIde.Sandboxing.Tests;

public sealed class RunTests(SandboxFixture fixture)
{
    [Fact]
    public async Task Run_Print_ReturnsOutputAndExitCode()
    {
        var (result, output) = await fixture.ShellAsync("echo out; echo err >&2; exit 3");
        Assert.Equal(("out\n", "err\n", 3, KillCause.None), (output.Stdout, output.Stderr, result.ExitCode!.Value, result.Cause));
    }

    [Fact]
    public async Task Run_ArgumentsWithQuotesAndNewlines_ArriveAsTheyAre()
    {
        string[] words = ["a'b", "c\nd", "$HOME `id`", "", "é\U0001F600"];
        var (_, output) = await fixture.CommandAsync(["/usr/bin/printf", "%s|", .. words]);
        Assert.Equal(string.Concat(words.Select(word => word + "|")), output.Stdout);
    }

    [Fact]
    public async Task Run_Input_IsReadToItsEnd()
    {
        using var workspace = fixture.NewWorkspace();
        var output = new Recorder();
        await using var sandbox = await fixture.Runtime.CreateAsync(
            new SandboxSpecification(workspace.Path, WorkspaceMode.Overlay, new SandboxLimits()), TestContext.Current.CancellationToken);
        var input = Encoding.ASCII.GetBytes(new string('x', 200_000));
        var result = await sandbox.RunAsync(new SandboxCommand(["wc", "-c"]) { Input = input }, output, TestContext.Current.CancellationToken);
        Assert.Equal((0, "200000\n"), (result.ExitCode!.Value, output.Stdout));
    }

    [Fact]
    public async Task Run_MissingProgram_Exits127()
    {
        var (result, output) = await fixture.CommandAsync(["no-such-program"]);
        Assert.Equal(127, result.ExitCode);
        Assert.Contains("not found", output.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Overlay_LeavesTheHostsFilesAlone()
    {
        using var workspace = fixture.NewWorkspace().With("a.txt", "before");
        var (result, _) = await fixture.ShellAsync("echo after > a.txt && echo new > b.txt", workspace: workspace);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal("before", File.ReadAllText(Path.Combine(workspace.Path, "a.txt")));
        Assert.False(File.Exists(Path.Combine(workspace.Path, "b.txt")));
    }

    [Fact]
    public async Task Run_ReadWrite_WritesAsTheUserOfWorkspaces()
    {
        using var workspace = fixture.NewWorkspace();
        var (result, _) = await fixture.ShellAsync("echo new > b.txt", workspace: workspace, mode: WorkspaceMode.ReadWrite);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal("new\n", File.ReadAllText(Path.Combine(workspace.Path, "b.txt")));
        using var stat = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("stat", ["-c", "%u:%g", Path.Combine(workspace.Path, "b.txt")]) { RedirectStandardOutput = true })!;
        Assert.Equal("1000:1000\n", await stat.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Run_GrandchildKeepsOutputOpen_StillReturns()
    {
        var (result, output) = await fixture.ShellAsync("setsid sleep 1000 & echo done");
        Assert.Equal((0, "done\n"), (result.ExitCode!.Value, output.Stdout));
    }

    [Fact]
    public async Task Run_ForgedExitCode_IsNoKill()
    {
        var (result, _) = await fixture.ShellAsync("exit 137");
        Assert.Equal((137, KillCause.None), (result.ExitCode!.Value, result.Cause));
    }

    [Fact]
    public async Task Run_KillsEverything_EndsBySignalOnly()
    {
        var (result, _) = await fixture.ShellAsync("kill -9 -1; kill -9 1; kill -9 $$");
        Assert.Equal((9, KillCause.None), (result.Signal!.Value, result.Cause));
    }

    [Fact]
    public async Task Run_Usage_CountsCpuOfChildren()
    {
        var (result, _) = await fixture.ShellAsync("for i in 1 2 3; do (i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done) & done; wait");
        Assert.Equal(0, result.ExitCode);
        Assert.True(result.Usage.CpuMs > 100, $"{result.Usage}");
        Assert.True(result.Usage.PeakMemoryBytes > 100_000, $"{result.Usage}");
    }
}
