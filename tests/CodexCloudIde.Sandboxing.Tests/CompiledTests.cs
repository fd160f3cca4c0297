namespace CodexCloudIde.Sandboxing.Tests;

/// <summary>Layers named by descriptor, where this kernel takes them so.</summary>
public sealed class CompiledTests(SandboxFixture fixture) : CompiledCases(fixture);

/// <summary>Layers attached at a path, as kernels before 6.13 want them.</summary>
public sealed class CompiledByPathTests(ByPathFixture fixture) : CompiledCases(fixture);

/// <summary>What runs leave for the next one to compile less.</summary>
public abstract class CompiledCases(SandboxFixture fixture)
{
    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task Keep_WhatARunMade_IsThereInTheNextAndMayBeChanged()
    {
        using var compiled = fixture.NewWorkspace();
        Assert.True((await RunAsync(compiled, "mkdir -p go/ab; echo one > go/ab/x; printf '#!/bin/sh\\necho ran\\n' > run; chmod +x run; echo 1 > gone; mkdir old; echo 2 > old/file")).Kept);
        Assert.True((await RunAsync(compiled, "cat go/ab/x; ./run; echo two > go/ab/x; rm gone; rm -r old; mkdir old; echo 3 > old/other; rm run; mkdir run")).Kept);
        var (output, _) = await RunAsync(compiled, "find . | sort; cat go/ab/x; id -un; touch go/ab/x && echo mine");
        Assert.Equal(".\n./go\n./go/ab\n./go/ab/x\n./old\n./old/other\n./run\ntwo\nuser\nmine\n", output);
    }

    [Fact]
    public async Task Keep_FilesNewerThanTheirSources_AreKeptAsOld()
    {
        using var compiled = fixture.NewWorkspace();
        var begun = Now;
        await RunAsync(compiled, "echo late > late; echo early > early; touch -d '2020-01-02 03:04:05 UTC' early", asOf: begun);
        Assert.Equal(begun.UtcDateTime, File.GetLastWriteTimeUtc(Path.Combine(compiled.Path, "late")));
        Assert.Equal(new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc), File.GetLastWriteTimeUtc(Path.Combine(compiled.Path, "early")));
    }

    [Fact]
    public async Task Keep_LinksAndPipes_AreLeftBehindAndNeverFollowed()
    {
        using var compiled = fixture.NewWorkspace().With("a/file", "x");
        var outside = Directory.CreateTempSubdirectory("outside-");
        try
        {
            await RunAsync(compiled, $"rm -r a; ln -s {outside.FullName} a; ln -s /etc/passwd passwd; mkfifo pipe; echo ok > plain");
            Assert.Equal(["plain"], Directory.EnumerateFileSystemEntries(compiled.Path).Select(Path.GetFileName));
            await RunAsync(compiled, "mkdir a; echo y > a/planted");
            Assert.Empty(outside.EnumerateFileSystemInfos());
        }
        finally
        {
            outside.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Keep_MoreThanAllowed_KeepsNothing()
    {
        using var compiled = fixture.NewWorkspace();
        Assert.False((await RunAsync(compiled, "head -c 3000000 /dev/zero > large", mostBytes: 1 << 20)).Kept);
        Assert.Empty(Directory.EnumerateFileSystemEntries(compiled.Path));
    }

    [Fact]
    public async Task Run_WithoutSuchADirectory_CannotWriteThere()
    {
        var (_, output) = await fixture.ShellAsync("ls /ide/compiled; touch /ide/compiled/x");
        Assert.Contains("Read-only file system", output.Stderr, StringComparison.Ordinal);
        Assert.Equal("", output.Stdout);
    }

    private async Task<(string Output, bool Kept)> RunAsync(Workspace compiled, string script, DateTimeOffset? asOf = null, long mostBytes = 64 << 20)
    {
        using var workspace = fixture.NewWorkspace();
        var output = new Recorder();
        var specification = new SandboxSpecification(workspace.Path, WorkspaceMode.Overlay, new SandboxLimits()) { CompiledPath = compiled.Path };
        await using var sandbox = await fixture.Runtime.CreateAsync(specification, TestContext.Current.CancellationToken);
        await sandbox.RunAsync(new SandboxCommand(["/bin/sh", "-c", script]) { WorkingDirectory = SandboxPaths.Compiled }, output, TestContext.Current.CancellationToken);
        Assert.Equal("", output.Stderr);
        var changes = await sandbox.CollectAsync(new CollectLimits(), TestContext.Current.CancellationToken);
        Assert.Empty(changes.Changes);
        return (output.Stdout, await sandbox.KeepCompiledAsync(asOf ?? Now, mostBytes, TestContext.Current.CancellationToken));
    }
}
