using System.Globalization;
using CodexCloudIde.Sandboxing.Cgroups;

namespace CodexCloudIde.Sandboxing.Tests;

/// <summary>Each limit is breached by code that wants to; the cause that is reported is the true one.</summary>
public sealed class LimitTests(SandboxFixture fixture)
{
    [Fact]
    public async Task Memory_Touched_IsKilledForMemory()
    {
        var (result, _) = await fixture.PythonAsync("x = []\nwhile True: x.append(bytearray(1 << 20))", new SandboxLimits(MemoryMb: 64));
        Assert.Equal((null, KillCause.Memory), (result.ExitCode, result.Cause));
    }

    [Fact]
    public async Task Memory_HiddenInChildThatIsKilled_StillCounts()
    {
        var (result, _) = await fixture.ShellAsync(
            "/usr/bin/python3 -c 'x=[]\nwhile True: x.append(bytearray(1<<20))' 2>/dev/null; sleep 0.5; exit 0", new SandboxLimits(MemoryMb: 64));
        Assert.Equal(KillCause.Memory, result.Cause);
    }

    [Fact]
    public async Task Memory_InSharedMemory_IsCounted()
    {
        var (result, _) = await fixture.PythonAsync(
            "import os\nf = os.memfd_create('x')\nwhile True: os.write(f, b'x' * (1 << 20))", new SandboxLimits(MemoryMb: 64));
        Assert.Equal(KillCause.Memory, result.Cause);
    }

    [Fact]
    public async Task Cpu_SpunByChildren_IsSummed()
    {
        var (result, _) = await fixture.ShellAsync("for i in 1 2 3 4; do (while :; do :; done) & done; wait", new SandboxLimits(CpuSeconds: 1, Cpus: 2));
        Assert.Equal(KillCause.Cpu, result.Cause);
        Assert.InRange(result.Usage.CpuMs, 1000, 3000);
    }

    [Fact]
    public async Task Cpu_WantedByTheServerToo_IsTheServersFirst()
    {
        var (result, _) = await fixture.ShellAsync("exit 0");
        Assert.Equal(0, result.ExitCode);
        var mounts = CgroupMounts.Read();
        var (file, own) = mounts.IsUnified
            ? (Path.Combine(mounts.Roots.Single(), "codex-cloud-ide", "cpu.weight"), 100)
            : (Path.Combine(mounts.FolderOf("cpu", "/codex-cloud-ide"), "cpu.shares"), 1024);
        Assert.InRange(int.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), CultureInfo.InvariantCulture), 1, own / 8);
    }

    [Fact]
    public async Task Wall_StopsItself_IsKilledByTheClock()
    {
        var (result, _) = await fixture.ShellAsync("kill -STOP $$", new SandboxLimits(WallSeconds: 0.5));
        Assert.Equal(KillCause.Wall, result.Cause);
    }

    [Fact]
    public async Task Wall_IgnoresTerm_IsKilled()
    {
        var (result, _) = await fixture.ShellAsync("trap '' TERM INT HUP; while :; do echo x; sleep 0.05; done", new SandboxLimits(WallSeconds: 0.6));
        Assert.Equal(KillCause.Wall, result.Cause);
    }

    [Fact]
    public async Task Idle_Sleeps_IsKilledForIdleness()
    {
        var (result, _) = await fixture.ShellAsync("echo begun; sleep 1000", new SandboxLimits(IdleSeconds: 0.5));
        Assert.Equal(KillCause.Idle, result.Cause);
    }

    [Fact]
    public async Task Idle_WakesNowAndThen_IsIdleAllTheSame()
    {
        var (result, _) = await fixture.PythonAsync("import time\nwhile True: time.sleep(0.05)", new SandboxLimits(IdleSeconds: 1.5, WallSeconds: 60));
        Assert.Equal(KillCause.Idle, result.Cause);
    }

    [Fact]
    public async Task Processes_Bomb_IsCappedThenKilled()
    {
        var (result, output) = await fixture.PythonAsync("import os\nwhile True:\n  try: os.fork()\n  except OSError: pass", new SandboxLimits(Processes: 32, WallSeconds: 20));
        Assert.Equal(KillCause.Processes, result.Cause);
        Assert.Contains(SandboxLabel.ProcessLimit, output.Labels);
        Assert.True(result.Usage.PeakProcesses <= 33, $"{result.Usage}");
    }

    [Fact]
    public async Task Processes_ThreadBomb_IsRefusedAndLabelled()
    {
        var (result, output) = await fixture.PythonAsync(
            "import threading, time\ntry:\n  for i in range(1000): threading.Thread(target=time.sleep, args=(1,), daemon=True).start()\nexcept RuntimeError: print('refused')",
            new SandboxLimits(Processes: 24));
        Assert.Equal(("refused\n", KillCause.None), (output.Stdout, result.Cause));
        Assert.Contains(SandboxLabel.ProcessLimit, result.Labels);
    }

    [Fact]
    public async Task Output_Endless_IsCappedAndKilled()
    {
        var (result, output) = await fixture.ShellAsync("yes", new SandboxLimits(OutputKb: 64));
        Assert.Equal((KillCause.Output, 65_536), (result.Cause, output.Stdout.Length));
    }

    [Fact]
    public async Task Disk_Filled_IsRefusedInsideAndLabelled()
    {
        var (result, output) = await fixture.ShellAsync("dd if=/dev/zero of=big bs=1M count=64 2>/dev/null; stat -c %s big", new SandboxLimits(DiskMb: 16));
        Assert.Equal((0, KillCause.None), (result.ExitCode!.Value, result.Cause));
        Assert.True(long.Parse(output.Stdout) <= 16 << 20, output.Stdout);
        Assert.Contains(SandboxLabel.DiskFull, result.Labels);
    }

    [Fact]
    public async Task Disk_SpreadOverTmpAndHome_IsOneCap()
    {
        var (_, output) = await fixture.ShellAsync(
            "for d in . /tmp $HOME; do dd if=/dev/zero of=$d/big bs=1M count=64 2>/dev/null; done; cat big /tmp/big $HOME/big | wc -c", new SandboxLimits(DiskMb: 16));
        Assert.True(long.Parse(output.Stdout) <= 16 << 20, output.Stdout);
    }

    [Fact]
    public async Task Files_Many_AreRefusedAtTheCap()
    {
        var (result, output) = await fixture.ShellAsync("i=0; while [ $i -lt 200 ]; do touch /tmp/$i 2>/dev/null; i=$((i+1)); done; ls /tmp | wc -l", new SandboxLimits(Files: 100));
        Assert.InRange(int.Parse(output.Stdout), 50, 116);
        Assert.Equal(KillCause.None, result.Cause);
    }

    [Fact]
    public async Task Cancel_WhileRunning_EndsWithTheCause()
    {
        using var workspace = fixture.NewWorkspace();
        using var cancel = new CancellationTokenSource();
        var output = new Recorder();
        await using var sandbox = await fixture.Runtime.CreateAsync(
            new SandboxSpecification(workspace.Path, WorkspaceMode.Overlay, new SandboxLimits()), TestContext.Current.CancellationToken);
        var running = sandbox.RunAsync(new SandboxCommand(["/bin/sh", "-c", "echo begun; while :; do :; done"]), output, cancel.Token);
        await output.FirstOutput;
        await cancel.CancelAsync();
        var result = await running;
        Assert.Equal((null, KillCause.Cancelled), (result.ExitCode, result.Cause));
    }
}
