using System.Diagnostics;
using CodexCloudIde.Sandboxing.Linux;

namespace CodexCloudIde.Sandboxing.Oci;

public sealed partial class OciRuntime
{
    private static readonly string[] Isolation = ["user", "pid", "mount", "ipc", "uts", "net", "cgroup", "seccomp", "noNewPrivileges", "noCapabilities", "readOnlyRoot"];

    private static readonly Dictionary<string, string> NotHeldYet = new()
    {
        ["diskReadKbps"] = "Disk rates are not held by this runtime yet.",
        ["diskWriteKbps"] = "Disk rates are not held by this runtime yet.",
        ["networkKbps"] = "Sandboxes have no network here, so there is no rate to hold.",
    };

    /// <summary>Looks at what can be seen, then makes one real sandbox: only that shows that all of it works together.</summary>
    private async Task<SandboxProbe> LookAsync()
    {
        var missing = new List<string>();
        if (!OperatingSystem.IsLinux())
        {
            return new SandboxProbe("none", false, "", [], NotHeldYet, ["Sandboxes need Linux."]);
        }

        if (Libc.EffectiveUser() != 0)
        {
            missing.Add("The server must run as root (in a container: --privileged) to map ids and mount workspaces for sandboxes.");
        }

        var version = await VersionAsync().ConfigureAwait(false);
        if (version is null)
        {
            missing.Add($"{options.RuntimeProgram} is not installed: apt-get install runc.");
        }

        if (mounts.Missing is { Count: > 0 } controllers)
        {
            missing.Add($"Control groups lack the controllers {string.Join(", ", controllers)}: mount them or boot with cgroup v2.");
        }

        if (Environment.OSVersion.Version < new Version(6, 13))
        {
            missing.Add($"Kernel 6.13 or newer is needed for overlays of mapped workspaces; this is {Environment.OSVersion.Version}.");
        }

        if (missing.Count == 0)
        {
            missing.AddRange(await TryOneAsync().ConfigureAwait(false));
        }

        return missing.Count == 0
            ? new SandboxProbe(Name, true, version ?? "", Isolation, NotHeldYet, [])
            : new SandboxProbe("none", false, version ?? "", [], NotHeldYet, missing);
    }

    private async Task<IReadOnlyList<string>> TryOneAsync()
    {
        var folder = Directory.CreateTempSubdirectory("sandbox-probe-");
        try
        {
            _ = Libc.ChangeOwnerAt(Libc.AtFdCwd, folder.FullName, SandboxUser.UserId, SandboxUser.GroupId, 0);
            var sandbox = await CreateAsync(
                new SandboxSpecification(folder.FullName, WorkspaceMode.Overlay, new SandboxLimits(WallSeconds: 20)), CancellationToken.None).ConfigureAwait(false);
            await using (sandbox.ConfigureAwait(false))
            {
                var result = await sandbox.RunAsync(new SandboxCommand(["/bin/sh", "-c", "echo x > /workspace/x"]), SilentObserver.Instance, CancellationToken.None).ConfigureAwait(false);
                return result.ExitCode == 0 ? [] : [$"A sandbox could be made but a command in it ended with {result.ExitCode} ({result.Cause})."];
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [$"A sandbox cannot be made here: {failure.Message}"];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task<string?> VersionAsync()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(options.RuntimeProgram, "--version") { RedirectStandardOutput = true });
            if (process is null)
            {
                return null;
            }

            var words = await process.StandardOutput.ReadLineAsync().ConfigureAwait(false);
            await process.WaitForExitAsync().ConfigureAwait(false);
            return words;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
