using System.Text;

namespace CodexCloudIde.Sandboxing.Tests;

/// <summary>Layers named by descriptor, where this kernel takes them so.</summary>
public sealed class CollectTests(SandboxFixture fixture) : CollectCases(fixture);

/// <summary>Layers attached at a path, as kernels before 6.13 want them.</summary>
public sealed class CollectByPathTests(ByPathFixture fixture) : CollectCases(fixture);

public abstract class CollectCases(SandboxFixture fixture)
{
    [Fact]
    public async Task Collect_AddedModifiedDeleted_AreListedWithContent()
    {
        using var workspace = fixture.NewWorkspace().With("keep.txt", "k").With("edit.txt", "old").With("gone.txt", "g").With("dir/a", "1").With("dir/b", "2");
        var changes = await RunAsync(workspace, "echo -n new > edit.txt; rm gone.txt; mkdir fresh; echo -n x > fresh/y; rm -r dir; touch keep.txt");
        Assert.Equal(
            ["Deleted dir/a ", "Deleted dir/b ", "Modified edit.txt new", "Added fresh/y x", "Deleted gone.txt "],
            changes.Changes.Select(change => $"{change.Kind} {change.Path} {Encoding.UTF8.GetString(change.Content ?? [])}"));
    }

    [Fact]
    public async Task Collect_FolderReplaced_HidesWhatWasBelow()
    {
        using var workspace = fixture.NewWorkspace().With("dir/a", "1").With("dir/b", "2");
        var changes = await RunAsync(workspace, "rm -r dir; mkdir dir; echo -n 3 > dir/c");
        Assert.Equal(["Deleted dir/a", "Deleted dir/b", "Added dir/c"], changes.Changes.Select(change => $"{change.Kind} {change.Path}"));
    }

    [Fact]
    public async Task Collect_SameContent_IsNoChange()
    {
        using var workspace = fixture.NewWorkspace().With("a.txt", "same");
        var changes = await RunAsync(workspace, "echo -n same > a.txt");
        Assert.Empty(changes.Changes);
    }

    [Fact]
    public async Task Collect_PlantedLinksAndPipes_AreLeftBehind()
    {
        using var workspace = fixture.NewWorkspace().With("real/file", "x");
        var changes = await RunAsync(
            workspace, "ln -s /etc/shadow shadow; ln -s /root root; mkfifo pipe; rm -r real; ln -s /etc real; ln -s .. up; printf x > \"$(printf 'bad\\377name')\"; echo -n ok > 'new\nline'");
        Assert.Equal(["Added new\nline", "Deleted real/file"], changes.Changes.Select(change => $"{change.Kind} {change.Path}"));
        Assert.True(changes.Skipped >= 6, $"{changes.Skipped}");
    }

    [Fact]
    public async Task Collect_LinkInTheWorkspaceOnTheHost_IsNotFollowed()
    {
        using var workspace = fixture.NewWorkspace().With("a", "1");
        File.CreateSymbolicLink(Path.Combine(workspace.Path, "link"), "/etc");
        var changes = await RunAsync(workspace, "rm link; mkdir link; echo -n x > link/hostname; ls -d link");
        Assert.Equal(["Deleted link", "Added link/hostname"], changes.Changes.Select(change => $"{change.Kind} {change.Path}"));
    }

    [Fact]
    public async Task Collect_MoreThanTheCap_IsTruncated()
    {
        using var workspace = fixture.NewWorkspace();
        var changes = await RunAsync(workspace, "i=0; while [ $i -lt 50 ]; do echo > f$i; i=$((i+1)); done", new CollectLimits(Files: 10, Contents: true));
        Assert.Equal((10, true), (changes.Changes.Count, changes.Truncated));
    }

    [Fact]
    public async Task Collect_SparseTerabyte_IsListedWithoutContent()
    {
        using var workspace = fixture.NewWorkspace();
        var changes = await RunAsync(workspace, "truncate -s 1T huge");
        var change = Assert.Single(changes.Changes);
        Assert.Equal(("huge", null, true), (change.Path, change.Content, changes.Truncated));
    }

    [Fact]
    public async Task Collect_VeryDeepFolders_EndAtTheCap()
    {
        using var workspace = fixture.NewWorkspace();
        var changes = await RunAsync(workspace, "i=0; while [ $i -lt 200 ]; do mkdir d && cd d; i=$((i+1)); done; echo > x");
        Assert.Equal((0, true), (changes.Changes.Count, changes.Truncated));
    }

    private async Task<CollectedChanges> RunAsync(Workspace workspace, string script, CollectLimits? limits = null)
    {
        await using var sandbox = await fixture.Runtime.CreateAsync(
            new SandboxSpecification(workspace.Path, WorkspaceMode.Overlay, new SandboxLimits()), TestContext.Current.CancellationToken);
        await sandbox.RunAsync(new SandboxCommand(["/bin/bash", "-c", script]), SilentObserver.Instance, TestContext.Current.CancellationToken);
        return await sandbox.CollectAsync(limits ?? new CollectLimits(Contents: true), TestContext.Current.CancellationToken);
    }
}
