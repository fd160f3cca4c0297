using System.Diagnostics;
using System.Text;
using CodexCloudIde.Sandboxing.Linux;
using CodexCloudIde.Sandboxing.Oci;
using Microsoft.Extensions.Logging.Abstractions;

[assembly: AssemblyFixture(typeof(CodexCloudIde.Sandboxing.Tests.SandboxFixture))]
[assembly: AssemblyFixture(typeof(CodexCloudIde.Sandboxing.Tests.ByPathFixture))]

namespace CodexCloudIde.Sandboxing.Tests;

/// <summary>A real runtime that names layers as older kernels want them.</summary>
public sealed class ByPathFixture() : SandboxFixture(LayerNaming.ByPath);

/// <summary>One real runtime for the whole program, over a data directory of its own.</summary>
public class SandboxFixture : IAsyncLifetime
{
    private readonly LayerNaming? layers;

    private readonly DirectoryInfo data = Directory.CreateTempSubdirectory("sandbox-tests-");

    public SandboxFixture()
    {
    }

    private protected SandboxFixture(LayerNaming layers) => this.layers = layers;

    public OciRuntime Runtime { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Runtime = new OciRuntime(new SandboxOptions { DataDirectory = data.FullName, PoolSize = 2, Layers = layers }, NullLogger<OciRuntime>.Instance);
        var probe = await Runtime.ProbeAsync(CancellationToken.None);
        Assert.True(probe.Usable, string.Join('\n', probe.Missing));
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Runtime.DisposeAsync();
        data.Delete(recursive: true);
    }

    public Workspace NewWorkspace() => new(Directory.CreateTempSubdirectory("workspace-"));
}

/// <summary>A folder stored as workspaces are.</summary>
public sealed class Workspace : IDisposable
{
    private readonly DirectoryInfo folder;

    internal Workspace(DirectoryInfo folder)
    {
        this.folder = folder;
        Own(folder.FullName);
    }

    public string Path => folder.FullName;

    public Workspace With(string path, string text)
    {
        var full = System.IO.Path.Combine(Path, path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        Own(Path);
        return this;
    }

    public void Dispose() => folder.Delete(recursive: true);

    private static void Own(string path)
    {
        using var chown = Process.Start("chown", ["-R", "1000:1000", path]);
        chown.WaitForExit();
    }
}

/// <summary>Keeps what it hears.</summary>
internal sealed class Recorder : ISandboxObserver
{
    private readonly Lock gate = new();
    private readonly MemoryStream stdout = new();
    private readonly MemoryStream stderr = new();
    private readonly TaskCompletionSource wrote = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task FirstOutput => wrote.Task;

    public List<SandboxLabel> Labels { get; } = [];

    public string Stdout => Text(stdout);

    public string Stderr => Text(stderr);

    public void Wrote(OutputStream stream, ReadOnlySpan<byte> bytes)
    {
        lock (gate)
        {
            (stream == OutputStream.Stdout ? stdout : stderr).Write(bytes);
        }

        wrote.TrySetResult();
    }

    public void Used(SandboxUsage usage)
    {
    }

    public void Labelled(SandboxLabel label)
    {
        lock (gate)
        {
            Labels.Add(label);
        }
    }

    private string Text(MemoryStream stream)
    {
        lock (gate)
        {
            return Encoding.UTF8.GetString(stream.ToArray());
        }
    }
}

internal static class Running
{
    /// <summary>Runs a shell script in a fresh sandbox over the workspace.</summary>
    public static async Task<(SandboxResult Result, Recorder Output)> ShellAsync(
        this SandboxFixture fixture, string script, SandboxLimits? limits = null, Workspace? workspace = null, WorkspaceMode mode = WorkspaceMode.Overlay) =>
        await fixture.CommandAsync(["/bin/sh", "-c", script], limits, workspace, mode);

    public static async Task<(SandboxResult Result, Recorder Output)> PythonAsync(this SandboxFixture fixture, string script, SandboxLimits? limits = null) =>
        await fixture.CommandAsync(["/usr/bin/python3", "-c", script], limits);

    public static async Task<(SandboxResult Result, Recorder Output)> CommandAsync(
        this SandboxFixture fixture, string[] command, SandboxLimits? limits = null, Workspace? workspace = null, WorkspaceMode mode = WorkspaceMode.Overlay)
    {
        using var own = workspace is null ? fixture.NewWorkspace() : null;
        var output = new Recorder();
        await using var sandbox = await fixture.Runtime.CreateAsync(
            new SandboxSpecification((workspace ?? own)!.Path, mode, limits ?? new SandboxLimits()), TestContext.Current.CancellationToken);
        var result = await sandbox.RunAsync(new SandboxCommand(command), output, TestContext.Current.CancellationToken);
        return (result, output);
    }
}
