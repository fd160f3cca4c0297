using CodexCloudIde.Sandboxing.Linux;
using Microsoft.Win32.SafeHandles;

namespace CodexCloudIde.Sandboxing.Oci;

/// <summary>
/// What a sandbox's files are made of, as descriptors: the host's folders, mapped into the sandbox's ids; one capped file system for everything
/// that may be written; and the overlays, each over one of the former and a part of the latter. They outlive the sandbox's own mounts, so that what it left can be read afterwards.
/// </summary>
internal sealed class WorkspaceMounts : IDisposable
{
    private static readonly LayerFolders OfWorkspace = new("upper", "work");
    private static readonly LayerFolders OfCompiled = new("compiled", "compiled-work");

    private SafeFileHandle? overlay;
    private SafeFileHandle? compiled;
    private SafeFileHandle? again;

    private WorkspaceMounts(SafeFileHandle lower, SafeFileHandle scratch)
    {
        Lower = lower;
        Scratch = scratch;
    }

    /// <summary>The host's folder.</summary>
    public SafeFileHandle Lower { get; }

    /// <summary>Holds <c>upper</c>, <c>compiled</c>, <c>tmp</c>, <c>home</c>, <c>job</c> and <c>report</c>.</summary>
    public SafeFileHandle Scratch { get; }

    private static (string Folder, uint Mode)[] Folders =>
        [(OfWorkspace.Upper, 493), (OfWorkspace.Work, 448), (OfCompiled.Upper, 493), (OfCompiled.Work, 448), ("tmp", 1023), ("home", 493), ("job", 493), ("report", 493)];

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
                mounts.overlay = await mounts.LayAsync(lower, OfWorkspace, naming, visitor, folder).ConfigureAwait(false);
            }

            if (specification.CompiledPath is { } path)
            {
                using var kept = Mounts.Clone(path);
                Mounts.Restrict(kept, readOnly: true, users);
                mounts.compiled = await mounts.LayAsync(kept, OfCompiled, naming, visitor, folder).ConfigureAwait(false);
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
        if (compiled is not null)
        {
            Mounts.Attach(compiled, SandboxPaths.Compiled);
        }

        // Attached for a moment, so that its folders can be bound one by one; the layer's own folders are never visible inside.
        Mounts.Attach(again ?? Scratch, "/scratch");
        foreach (var (name, point) in new[] { ("tmp", "/tmp"), ("tmp", "/var/tmp"), ("home", SandboxPaths.Home), ("job", "/ide/job"), ("report", "/ide/report") })
        {
            using var bind = Mounts.Clone($"/scratch/{name}");
            Mounts.Attach(bind, point);
        }

        Mounts.Detach("/scratch");
        overlay?.Dispose();
        compiled?.Dispose();
        again?.Dispose();
    }

    public void Dispose()
    {
        overlay?.Dispose();
        compiled?.Dispose();
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
            if (folder is not ("work" or "compiled-work" or "job"))
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

    private async Task<SafeFileHandle> LayAsync(SafeFileHandle below, LayerFolders folders, LayerNaming naming, NamespaceThread visitor, string folder)
    {
        if (naming == LayerNaming.ByDescriptor)
        {
            return Overlays.OfDescriptors(below, Scratch, folders);
        }

        SafeFileHandle? made = null;
        await visitor.InOwnMountsAsync(() =>
        {
            // One that was attached once cannot be attached again: the second layer takes what the first has left.
            var before = again;
            (made, again) = Overlays.OfPaths(below, before ?? Scratch, folders, folder);
            before?.Dispose();
        }).ConfigureAwait(false);
        return made!;
    }
}
