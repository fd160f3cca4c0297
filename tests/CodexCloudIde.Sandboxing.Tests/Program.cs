using CodexCloudIde.Sandboxing.Oci;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace CodexCloudIde.Sandboxing.Tests;

/// <summary>The tests; or, with <c>--victim DIR</c>, a server with one running sandbox, to be killed by a test.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        if (args is ["--victim", var data])
        {
            await ServeAsync(data);
            return 0;
        }

        return args.Any(arg => arg is "-automated" or "@@")
            ? await ConsoleRunner.Run(args)
            : await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
    }

    private static async Task ServeAsync(string data)
    {
        var folder = Directory.CreateDirectory(Path.Combine(data, "workspace"));
        await using var runtime = new OciRuntime(new SandboxOptions { DataDirectory = data, PoolSize = 1 }, NullLogger<OciRuntime>.Instance);
        await using var sandbox = await runtime.CreateAsync(new SandboxSpecification(folder.FullName, WorkspaceMode.Overlay, new SandboxLimits(IdleSeconds: 0)), CancellationToken.None);
        await sandbox.RunAsync(new SandboxCommand(["/bin/sh", "-c", "echo begun; sleep 1000"]), new Announcer(((OciSandbox)sandbox).Pid), CancellationToken.None);
    }

    private sealed class Announcer(int pid) : ISandboxObserver
    {
        public void Wrote(OutputStream stream, ReadOnlySpan<byte> bytes) => Console.WriteLine(pid);

        public void Used(SandboxUsage usage)
        {
        }

        public void Labelled(SandboxLabel label)
        {
        }
    }
}
