using System.Diagnostics;

namespace CodexCloudIde.Sandboxing.Oci;

/// <summary>The OCI runtime's program on this host.</summary>
internal static class RuntimeProgram
{
    /// <summary>The server's own path and the folders of administrators, which some users' path lacks and where Debian keeps runc.</summary>
    public static string SearchPath =>
        string.Join(':', new[] { Environment.GetEnvironmentVariable("PATH"), "/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin" }.Where(part => !string.IsNullOrEmpty(part)));

    /// <returns>Its full path; null when it is not installed.</returns>
    public static string? Find(string name) => name.Contains('/', StringComparison.Ordinal)
        ? File.Exists(name) ? name : null
        : SearchPath.Split(':').Where(Path.IsPathRooted).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>Its own words, the first line; null when it cannot be run.</summary>
    public static async Task<string?> VersionAsync(string path)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(path, "--version") { RedirectStandardOutput = true, RedirectStandardError = true });
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
