using System.Diagnostics;

namespace CodexCloudIde.Tests.Workspaces;

/// <summary>A command of this machine, for arranging what the product must then cope with.</summary>
internal static class Shell
{
    /// <summary>Its output, lines joined by a space; fails the test when it fails.</summary>
    public static async Task<string> RunAsync(string command, params IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{command}: {error}");
        return string.Join(' ', output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
