using CodexCloudIde.Sandboxing.Linux;
using Microsoft.Win32.SafeHandles;

namespace CodexCloudIde.Sandboxing.Oci;

/// <summary>
/// What a sandbox's files are made of, as descriptors: the host's folder, mapped into the sandbox's ids; one capped file system for everything
/// that may be written; and, over both, the overlay. They outlive the sandbox's own mounts, so that what it left can be read afterwards.
/// </summary>
internal sealed class WorkspaceMounts : IDisposable
{
    private SafeFileHandle? overlay;
    private SafeFileHandle? again;

    private WorkspaceMounts(SafeFileHandle lower, SafeFileHandle scratch)
    {
        Lower = lower;
        Scratch = scratch;
    }

    /// <summary>The host's folder.</summary>
    public SafeFileHandle Lower { get; }

    /// <summary>Holds <c>upper</c>, <c>tmp</c>, <c>home</c>, <c>job</c> and <c>report</c>.</summary>
    public SafeFileHandle Scratch { get; }

    private static (string Folder, uint Mode)[] Folders =>
        [("upper", 493), ("work", 448), ("tmp", 1023), ("home", 493), ("job", 493), ("report", 493)];

    /// <param name="users">The sandbox's user namespace.</param>
    /// <param name="owner">Host id of the sandbox's user.</param>
    /// <param name="folder">Where layers may be attached for a moment, in the visitor's own namespace.</param>
    public static async Task<WorkspaceMounts> MakeAsync(
        SandboxSpecification specification, SafeFileHandle users, uint owner, LayerNaming naming, NamespaceThread visitor, string folder)
    {
        var isLayered = specification.Mode == WorkspaceMode.Overlay;
        var lower = Mounts.Clone(specification.WorkspacePath);
        WorkspaceMounts? mounts = null;
        try
        {
            Mounts.Restrict(lower, readOnly: isLayered, users);
            mounts = new WorkspaceMounts(lower, MakeScratch(specification.Limits, owner));
            if (isLayered)
            {
                await mounts.LayAsync(naming, visitor, folder).ConfigureAwait(false);
            }

            return mounts;
        }
        catch
        {
            mounts?.Dispose();
            lower.Dispose();
            throw;
        }
    }

    /// <summary>Attaches everything in the calling thread's mount namespace, which is the sandbox's.</summary>
    public void AttachInside()
    {
        Mounts.Attach(overlay ?? Lower, SandboxPaths.Workspace);

        // Attached for a moment, so that its folders can be bound one by one; the layer's own folders are never visible inside.
        Mounts.Attach(again ?? Scratch, "/scratch");
        foreach (var (name, point) in new[] { ("tmp", "/tmp"), ("tmp", "/var/tmp"), ("home", SandboxPaths.Home), ("job", "/ide/job"), ("report", "/ide/report") })
        {
            using var bind = Mounts.Clone($"/scratch/{name}");
            Mounts.Attach(bind, point);
        }

        Mounts.Detach("/scratch");
        overlay?.Dispose();
        again?.Dispose();
    }

    public void Dispose()
    {
        overlay?.Dispose();
        again?.Dispose();
        Scratch.Dispose();
        Lower.Dispose();
    }

    private static SafeFileHandle MakeScratch(SandboxLimits limits, uint owner)
    {
        var scratch = Mounts.MemoryFileSystem(limits.DiskMb, limits.Files + 16);
        foreach (var (folder, mode) in Folders)
        {
            Check(Libc.MakeDirectoryAt(scratch.Number(), folder, 448), "mkdir");
            Check(Libc.ChangeModeAt(scratch.Number(), folder, mode, 0), "chmod");
            if (folder is not ("work" or "job"))
            {
                Check(Libc.ChangeOwnerAt(scratch.Number(), folder, owner, owner, 0), "chown");
            }
        }

        return scratch;
    }

    private static void Check(int answer, string what)
    {
        if (answer != 0)
        {
            throw Libc.Failure(what);
        }
    }

    private async Task LayAsync(LayerNaming naming, NamespaceThread visitor, string folder)
    {
        if (naming == LayerNaming.ByDescriptor)
        {
            overlay = Overlays.OfDescriptors(Lower, Scratch);
        }
        else
        {
            await visitor.InOwnMountsAsync(() => (overlay, again) = Overlays.OfPaths(Lower, Scratch, folder)).ConfigureAwait(false);
        }
    }
}
