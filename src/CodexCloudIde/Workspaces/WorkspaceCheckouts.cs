using CodexCloudIde.Api;
using CodexCloudIde.Workspaces.Disk;

namespace CodexCloudIde.Workspaces;

/// <summary>
/// Checkouts beside the live one: whole copies of a checkout as it is on disk, links as links, owned as all of the workspace is. A copy is made aside and
/// put into place whole, so one that a crash broke off was never there. They go with the workspace.
/// </summary>
internal sealed class WorkspaceCheckouts(WorkspaceFolder folder, WorkspaceUsage usage)
{
    private const string Aside = "copy";

    public bool Exists(WorkspaceRef checkout)
    {
        var root = folder.RootOf(checkout);
        return Directory.Exists(root) && Directory.EnumerateFileSystemEntries(root).Any();
    }

    /// <summary>Copies; a refusal when it does not fit into the workspace's quota.</summary>
    public Refusal? Copy(WorkspaceRef from, WorkspaceRef to, CancellationToken cancellationToken)
    {
        var room = usage.RoomLeft(from, folder);
        if (usage.Used(from, folder) > room) return DoesNotFit;
        try
        {
            using var staging = folder.Stage(from);
            staging.Folder.MakeFolder(Aside);
            using (var source = folder.OpenRoot(from))
            using (var target = staging.Folder.Folder(Aside))
            {
                Fill(source, target, room, cancellationToken);
            }

            folder.Create(to);
            folder.Replace(to, staging.Folder, Aside);
            return null;
        }
        catch (TooLargeException)
        {
            // A program wrote on while it was measured and copied.
            return DoesNotFit;
        }
        catch (IOException failure) when (DiskRefusals.Of(failure) is { } refusal)
        {
            return refusal;
        }
    }

    private static Refusal DoesNotFit { get; } =
        new(413, "workspace-full", "A second checkout of this workspace does not fit into its quota. Delete what is not needed, or let the task run live.", "checkout");

    private static void Fill(DiskFolder from, DiskFolder to, long room, CancellationToken cancellationToken)
    {
        foreach (var node in DiskTree.Walk(from, "", int.MaxValue, _ => true))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var parent = node.Path.LastIndexOf('/') is > 0 and var slash ? node.Path[..slash] : "";
            using var into = to.Folder(parent);
            switch (node.Stat.Kind)
            {
                case DiskKind.Folder:
                    into.MakeFolder(node.Entry.Name);
                    break;
                case DiskKind.Link:
                    into.MakeLink(node.Entry.Name, node.Parent.LinkTarget(node.Entry));
                    break;
                default:
                    using (var source = node.Parent.FileToRead(node.Entry.Name))
                    using (var target = into.NewFile(node.Entry.Name, node.Stat.Mode & 0x1ff))
                    {
                        room -= SparseFile.Copy(source, target, room, cancellationToken);
                    }

                    break;
            }
        }
    }
}
