using System.Text;
using CodexCloudIde.Tests.Executions;
using CodexCloudIde.Tests.Hosting;
using CodexCloudIde.Workspaces;
using Microsoft.Extensions.DependencyInjection;

namespace CodexCloudIde.Tests.Workspaces;

/// <summary>Copies of a checkout.</summary>
public sealed class CheckoutTests
{
    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Copy_FileWithAHole_TakesNoMoreRoomThanTheFile()
    {
        await using var host = await IdeHost.StartAsync();
        var (live, folder) = await NewAsync(host);
        const long Apparent = 1L << 40;
        await using (var file = File.Create(Path.Combine(folder.RootOf(live), "holes.bin")))
        {
            await file.WriteAsync("begin"u8.ToArray(), Ending);
            file.Position = Apparent - 3;
            await file.WriteAsync("end"u8.ToArray(), Ending);
        }

        var branch = live with { Checkout = "branch" };
        Assert.Null(host.Services.GetRequiredService<WorkspaceCheckouts>().Copy(live, branch, Ending));
        await using var copied = File.OpenRead(Path.Combine(folder.RootOf(branch), "holes.bin"));
        var ends = new byte[8];
        await copied.ReadExactlyAsync(ends.AsMemory(0, 5), Ending);
        copied.Position = Apparent - 3;
        await copied.ReadExactlyAsync(ends.AsMemory(5, 3), Ending);
        Assert.Equal((Apparent, "beginend"), (copied.Length, Encoding.ASCII.GetString(ends)));
        using var root = folder.OpenRoot(branch);
        Assert.InRange(root.Find("holes.bin")!.Value.Blocks, 1, 1 << 20);
    }

    [Fact]
    public async Task Copy_MoreThanWasMeasured_IsRefusedAndLeavesNothing()
    {
        await using var host = await IdeHost.StartAsync("--Ide:Workspaces:Quota=1048576");
        var (live, folder) = await NewAsync(host);
        // Measured while it was small; a program has written since.
        Assert.InRange(host.Services.GetRequiredService<WorkspaceUsage>().Used(live, folder), 0, 1 << 20);
        await File.WriteAllBytesAsync(Path.Combine(folder.RootOf(live), "grown.bin"), Enumerable.Repeat((byte)1, 3 << 20).ToArray(), Ending);

        var branch = live with { Checkout = "branch" };
        Assert.Equal("workspace-full", host.Services.GetRequiredService<WorkspaceCheckouts>().Copy(live, branch, Ending)?.Type);
        Assert.False(Directory.Exists(folder.RootOf(branch)));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(Path.GetDirectoryName(folder.RootOf(live))!, "staging")));
    }

    private static async Task<(WorkspaceRef Live, WorkspaceFolder Folder)> NewAsync(IdeHost host) =>
        (new WorkspaceRef(host.Owner.Tenant, WorkspaceId.Parse(await host.NewWorkspaceAsync())), host.Services.GetRequiredService<WorkspaceFolder>());
}
