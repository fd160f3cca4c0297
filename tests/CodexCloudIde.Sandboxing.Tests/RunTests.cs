using System.Text;

namespace CodexCloudIde.Sandboxing.Tests;

/// <summary>Layers named by descriptor, where this kernel takes them so.</summary>
public sealed class RunTests(SandboxFixture fixture) : RunCases(fixture);

/// <summary>Layers attached at a path, as kernels before 6.13 want them.</summary>
public sealed class RunByPathTests(ByPathFixture fixture) : RunCases(fixture);

public abstract class RunCases(SandboxFixture fixture)
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

    [Theory]
    [InlineData("no-such-program", StartRefusal.NotFound, 127)]
    [InlineData("./missing", StartRefusal.NotFound, 127)]
    [InlineData("-x", StartRefusal.NotFound, 127)]
    [InlineData("./no-interpreter", StartRefusal.NotFound, 127)]
    [InlineData("./plain", StartRefusal.NotExecutable, 126)]
    [InlineData("/tmp", StartRefusal.NotExecutable, 126)]
    public async Task Run_WhatCannotBeStarted_IsToldApartFromAnExit(string program, StartRefusal refusal, int exitCode)
    {
        using var workspace = fixture.NewWorkspace().With("plain", "echo x").With("no-interpreter", "#!/no/such/interpreter\n");
        File.SetUnixFileMode(Path.Combine(workspace.Path, "no-interpreter"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var (result, output) = await fixture.CommandAsync([program, "argument"], workspace: workspace);
        Assert.Equal((refusal, exitCode, null), (result.Refusal, result.ExitCode!.Value, result.Signal));
        Assert.Contains(program, output.Stderr, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/workspace/none")]
    [InlineData("/workspace/file")]
    [InlineData("/workspace/file/")]
    public async Task Run_WorkingDirectoryThatCannotBeEntered_IsRefused(string directory)
    {
        using var workspace = fixture.NewWorkspace().With("file", "");
        var output = new Recorder();
        await using var sandbox = await fixture.Runtime.CreateAsync(
            new SandboxSpecification(workspace.Path, WorkspaceMode.Overlay, new SandboxLimits()), TestContext.Current.CancellationToken);
        var result = await sandbox.RunAsync(new SandboxCommand(["echo", "ran"]) { WorkingDirectory = directory }, output, TestContext.Current.CancellationToken);
        Assert.Equal((StartRefusal.WorkingDirectory, ""), (result.Refusal, output.Stdout));
        Assert.Contains(directory, output.Stderr, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exit 127", 127, null)]
    [InlineData("exit 126", 126, null)]
    [InlineData("exit 137", 137, null)]
    [InlineData("exit 159", 159, null)]
    [InlineData("echo cd >&2; echo 127 >/proc/1/fd/2; exit 127", 127, null)]
    [InlineData("echo Killed >&2; chmod 666 /proc/1/fd/2; echo Killed >/proc/1/fd/2; exit 137", 137, null)]
    [InlineData("kill -9 $$", 137, 9)]
    [InlineData("kill -SEGV $$", 139, 11)]
    [InlineData("kill -INT $$", 130, 2)]
    public async Task Run_Ends_AsTheKernelSaidAndNotAsTheCodeSuggests(string script, int exitCode, int? signal)
    {
        var (result, _) = await fixture.ShellAsync(script);
        Assert.Equal((exitCode, signal, KillCause.None, StartRefusal.None), (result.ExitCode!.Value, result.Signal, result.Cause, result.Refusal));
    }

    [Fact]
    public async Task Run_NamesThatShellsKeep_ReachTheProgram()
    {
        using var workspace = fixture.NewWorkspace();
        var output = new Recorder();
        await using var sandbox = await fixture.Runtime.CreateAsync(
            new SandboxSpecification(workspace.Path, WorkspaceMode.Overlay, new SandboxLimits()), TestContext.Current.CancellationToken);
        var variables = new Dictionary<string, string>
        {
            ["OPTIND"] = "abc", ["IFS"] = "x", ["UID"] = "7", ["LINENO"] = "n", ["PPID"] = "p", ["a"] = "it's\n$HOME `id` \\", ["l"] = "", ["N"] = "\U0001F600",
        };
        const string Script = "import os, sys; sys.stdout.buffer.write('|'.join(os.environ[n] for n in ['OPTIND','IFS','UID','LINENO','PPID','a','l','N']).encode())";
        var result = await sandbox.RunAsync(new SandboxCommand(["/usr/bin/python3", "-c", Script]) { Environment = variables }, output, TestContext.Current.CancellationToken);
        Assert.Equal((0, string.Join('|', variables.Values)), (result.ExitCode!.Value, output.Stdout));
    }

    [Fact]
    public async Task Run_StandardStreams_CanBeOpenedByName()
    {
        var (result, output) = await fixture.ShellAsync("echo out > /dev/stdout && echo err > /dev/stderr && cat /dev/stdin");
        Assert.Equal((0, "out\n", "err\n"), (result.ExitCode!.Value, output.Stdout, output.Stderr));
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
