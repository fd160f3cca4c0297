using System.Diagnostics;
using System.Globalization;
using CodexCloudIde.Sandboxing.Linux;
using CodexCloudIde.Sandboxing.Oci;
using Microsoft.Extensions.Logging.Abstractions;

namespace CodexCloudIde.Sandboxing.Tests;

/// <summary>Ran by itself: it counts what the whole process holds.</summary>
[Collection(nameof(NothingLeftTests))]
[CollectionDefinition(nameof(NothingLeftTests), DisableParallelization = true)]
public sealed class NothingLeftTests(SandboxFixture fixture)
{
    [Fact]
    public async Task ManyRuns_LeaveNothing()
    {
        await fixture.ShellAsync("true");
        var before = Descriptors();
        // What a server that another test killed had just begun ends in its own time, and this program has inherited it.
        var inherited = Children().Select(IdOf).ToHashSet();
        await Parallel.ForEachAsync(Enumerable.Range(0, 300), new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = TestContext.Current.CancellationToken },
            async (number, _) => await fixture.ShellAsync(number % 2 == 0 ? "(setsid sleep 1000 &) ; echo ok" : "kill -9 $$"));
        await fixture.Runtime.WarmAsync();
        Assert.InRange(Descriptors(), 0, before + 25);
        Assert.Equal(fixture.Runtime.Parked, Groups().Count(path => !path.EndsWith('-')));
        Assert.DoesNotContain(File.ReadLines("/proc/self/mountinfo"), line => line.Contains("/workspace", StringComparison.Ordinal) || line.Contains("codex-cloud-ide", StringComparison.Ordinal));
        Assert.DoesNotContain(Zombies(), stat => !inherited.Contains(IdOf(stat)));
    }

    [Fact]
    public async Task Disposed_LeavesNoFolderAndNoGroup()
    {
        var data = Directory.CreateTempSubdirectory("sandbox-disposed-");
        string family;
        await using (var runtime = new OciRuntime(new SandboxOptions { DataDirectory = data.FullName, PoolSize = 2 }, NullLogger<OciRuntime>.Instance))
        {
            await runtime.WarmAsync();
            family = Path.GetDirectoryName(runtime.InstancePath)!;
            Assert.True(Directory.Exists(family));
        }

        Assert.False(Directory.Exists(family), family);
        Assert.DoesNotContain(Directory.EnumerateDirectories("/sys/fs/cgroup", "*", SearchOption.AllDirectories), path => path.Contains(Path.GetFileName(family), StringComparison.Ordinal));
        Assert.Empty(data.EnumerateFileSystemInfos());
        data.Delete();
    }

    [Fact]
    public async Task KilledServer_IsSweptByTheNext()
    {
        var data = Directory.CreateTempSubdirectory("sandbox-killed-");
        try
        {
            using var server = Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "CodexCloudIde.Sandboxing.Tests"), ["--victim", data.FullName]) { RedirectStandardOutput = true })!;
            var line = await server.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
            var pid = int.Parse(line!, CultureInfo.InvariantCulture);
            server.Kill();
            await server.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(Directory.Exists($"/proc/{pid}"), "The sandbox should outlive its server: else there is nothing to sweep.");

            await using var runtime = new OciRuntime(new SandboxOptions { DataDirectory = data.FullName, PoolSize = 0 }, NullLogger<OciRuntime>.Instance);
            var removed = await runtime.SweepAsync(TestContext.Current.CancellationToken);

            Assert.True(removed >= 1, $"{removed}");
            Assert.False(Alive(pid));
            var family = Path.GetFileName(Path.GetDirectoryName(runtime.InstancePath))!;
            Assert.Equal([runtime.InstancePath], Directory.GetDirectories(Path.GetDirectoryName(runtime.InstancePath)!));
            Assert.DoesNotContain(Directory.EnumerateDirectories("/sys/fs/cgroup", "*", SearchOption.AllDirectories), path => path.Contains(family, StringComparison.Ordinal) && Path.GetFileName(path).Length == 16);

            // This program is a subreaper, so the dead server's other children, which end by themselves, became its own.
            foreach (var stat in Zombies().ToList()) ProcessDescriptor.TryOpen(IdOf(stat))?.Reap();
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Dispose_WhileSandboxesAreTakenAndRefilled_LeavesNothing()
    {
        var data = Directory.CreateTempSubdirectory("sandbox-ending-");
        try
        {
            for (var round = 0; round < 8; round++)
            {
                var runtime = new OciRuntime(new SandboxOptions { DataDirectory = data.FullName, PoolSize = 3 }, NullLogger<OciRuntime>.Instance);
                using var workspace = fixture.NewWorkspace();
                var specification = new SandboxSpecification(workspace.Path, WorkspaceMode.Overlay, new SandboxLimits());
                await runtime.WarmAsync();
                var place = runtime.InstancePath;
                var takes = Enumerable.Range(0, 4).Select(_ => Task.Run(() => runtime.CreateAsync(specification, TestContext.Current.CancellationToken), TestContext.Current.CancellationToken)).ToList();
                await Task.WhenAny(takes);
                await runtime.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

                Assert.False(Directory.Exists(place));
                Assert.Empty(Directory.EnumerateDirectories("/sys/fs/cgroup", Path.GetFileName(place), new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 4 }));
                Assert.DoesNotContain(Directory.GetDirectories("/proc"), folder => Mentions(folder, place));
                foreach (var take in takes)
                {
                    try
                    {
                        await (await take).DisposeAsync();
                    }
                    catch (Exception refused) when (refused is ObjectDisposedException or IOException)
                    {
                        // Whoever came too late is told so.
                    }
                }
            }
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    private static bool Mentions(string process, string place)
    {
        try
        {
            return File.ReadAllText(process + "/cgroup").Contains(Path.GetFileName(place), StringComparison.Ordinal)
                || File.ReadAllText(process + "/cmdline").Contains(place, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static bool Alive(int pid) =>
        File.Exists($"/proc/{pid}/status") && !File.ReadAllText($"/proc/{pid}/status").Contains("State:\tZ", StringComparison.Ordinal);

    private IEnumerable<string> Groups()
    {
        var family = Path.GetFileName(Path.GetDirectoryName(fixture.Runtime.InstancePath))!;
        var folder = new[] { $"/sys/fs/cgroup/pids/codex-cloud-ide/{family}", $"/sys/fs/cgroup/codex-cloud-ide/{family}" }.First(Directory.Exists);
        return Directory.EnumerateDirectories(Path.Combine(folder, Path.GetFileName(fixture.Runtime.InstancePath)));
    }

    private static int Descriptors() => Directory.GetFiles("/proc/self/fd").Length;

    private static int IdOf(string stat) => int.Parse(stat.AsSpan(0, stat.IndexOf(' ', StringComparison.Ordinal)), CultureInfo.InvariantCulture);

    private static IEnumerable<string> Zombies() => Children().Where(stat => stat.Contains($") Z {Environment.ProcessId} ", StringComparison.Ordinal));

    private static IEnumerable<string> Children() =>
        Directory.GetDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _)).Select(folder =>
        {
            try
            {
                return File.ReadAllText(folder + "/stat");
            }
            catch (IOException)
            {
                return "";
            }
        }).Where(stat => stat.LastIndexOf(')') is var end and > 0 && stat[(end + 4)..].StartsWith($"{Environment.ProcessId} ", StringComparison.Ordinal));
}
