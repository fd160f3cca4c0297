using System.Diagnostics;
using CodexCloudIde.Sandboxing.Oci;
using Microsoft.Extensions.Logging.Abstractions;

namespace CodexCloudIde.Sandboxing.Tests;

/// <summary>What a host is told that lacks something.</summary>
public sealed class ProbeTests(SandboxFixture fixture, ByPathFixture byPath)
{
    [Fact]
    public async Task Probe_SaysHowLayersAreNamed()
    {
        var first = await fixture.Runtime.ProbeAsync(TestContext.Current.CancellationToken);
        var second = await byPath.Runtime.ProbeAsync(TestContext.Current.CancellationToken);
        Assert.Contains(first.Layers, (string[])["descriptors", "paths"]);
        Assert.Equal("paths", second.Layers);
    }

    [Fact]
    public async Task Layers_ByPath_ShowNowhereInTheHostsMountTable()
    {
        var before = File.ReadAllLines("/proc/self/mountinfo").Length;
        var (result, _) = await byPath.ShellAsync("grep -c ' /workspace ' /proc/self/mountinfo");
        Assert.Equal(0, result.ExitCode);
        Assert.DoesNotContain(File.ReadLines("/proc/self/mountinfo"), line => line.Contains("codex-cloud-ide", StringComparison.Ordinal));
        Assert.InRange(File.ReadAllLines("/proc/self/mountinfo").Length, 0, before);
    }

    [Fact]
    public async Task DataDirectory_OnAFileSystemWithoutMappedMounts_IsNamedWithItsRemedy()
    {
        var folder = Directory.CreateTempSubdirectory("sandbox-overlay-");
        try
        {
            // An overlay of its own, as a container's image layers are: no kernel maps ids over one.
            foreach (var name in new[] { "lower", "upper", "work", "merged" }) folder.CreateSubdirectory(name);
            await ShellAsync($"mount -t tmpfs none {folder.FullName}/upper && mkdir {folder.FullName}/upper/u {folder.FullName}/upper/w && mount -t overlay overlay -o lowerdir={folder.FullName}/lower,upperdir={folder.FullName}/upper/u,workdir={folder.FullName}/upper/w {folder.FullName}/merged");
            await using var runtime = new OciRuntime(new SandboxOptions { DataDirectory = Path.Combine(folder.FullName, "merged"), PoolSize = 0 }, NullLogger<OciRuntime>.Instance);
            var probe = await runtime.ProbeAsync(TestContext.Current.CancellationToken);
            Assert.Equal((false, "none"), (probe.Usable, probe.Runtime));
            var missing = Assert.Single(probe.Missing);
            Assert.Contains("overlay", missing, StringComparison.Ordinal);
            Assert.Contains("put Ide:DataDirectory on ext4, xfs or btrfs", missing, StringComparison.Ordinal);
        }
        finally
        {
            await ShellAsync($"umount {folder.FullName}/merged {folder.FullName}/upper");
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Runtime_InstalledLater_IsFoundWithoutARestart()
    {
        var folder = Directory.CreateTempSubdirectory("sandbox-late-");
        try
        {
            var program = Path.Combine(folder.FullName, "runc");
            await using var runtime = new OciRuntime(new SandboxOptions { DataDirectory = folder.FullName, PoolSize = 0, RuntimePrograms = [program] }, NullLogger<OciRuntime>.Instance);
            var before = await runtime.ProbeAsync(TestContext.Current.CancellationToken);
            Assert.Contains("apt-get install runc", Assert.Single(before.Missing), StringComparison.Ordinal);

            File.CreateSymbolicLink(program, RuntimeProgram.Find("runc")!);
            var deadline = Stopwatch.StartNew();
            SandboxProbe after;
            do
            {
                after = await runtime.ProbeAsync(TestContext.Current.CancellationToken);
            }
            while (!after.Usable && deadline.Elapsed < TimeSpan.FromSeconds(30) && await PauseAsync());
            Assert.True(after.Usable, string.Join('\n', after.Missing));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<bool> PauseAsync()
    {
        await Task.Delay(100, TestContext.Current.CancellationToken);
        return true;
    }

    private static async Task ShellAsync(string script)
    {
        using var shell = Process.Start("/bin/sh", ["-c", script]);
        await shell.WaitForExitAsync();
        Assert.Equal(0, shell.ExitCode);
    }
}
