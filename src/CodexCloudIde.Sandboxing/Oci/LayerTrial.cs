using CodexCloudIde.Sandboxing.Linux;

namespace CodexCloudIde.Sandboxing.Oci;

/// <summary>
/// Finds out by trying, on the data directory's own file system, what this kernel lets a workspace be made of: the version number says little
/// (mapped mounts depend on the file system, and distributions carry changes back).
/// </summary>
internal static class LayerTrial
{
    private const int NotPermitted = 1;
    private const int NotImplemented = 38;

    /// <returns>The first way that works; or what is missing and what to do about it.</returns>
    public static async Task<(LayerNaming? Naming, string? Missing)> RunAsync(
        OciBox box, SandboxSpecification specification, IEnumerable<LayerNaming> ways, NamespaceThread visitor, string layers)
    {
        using var users = box.OpenUserNamespace();
        try
        {
            using var folder = Mounts.Clone(specification.WorkspacePath);
            Mounts.Restrict(folder, readOnly: true, users);
        }
        catch (SandboxException failure)
        {
            return (null, Explain(failure, specification.WorkspacePath));
        }

        var failures = new List<string>();
        foreach (var naming in ways)
        {
            try
            {
                var mounts = await WorkspaceMounts.MakeAsync(specification, users, box.FirstId + SandboxUser.UserId, naming, visitor, layers).ConfigureAwait(false);
                mounts.Dispose();
                return (naming, null);
            }
            catch (SandboxException failure)
            {
                failures.Add(failure.Message);
            }
        }

        return (null, $"An overlay over a mapped folder cannot be made: Linux 5.19 or newer with overlayfs is needed, this is {Environment.OSVersion.Version} ({string.Join("; ", failures)}).");
    }

    private static string Explain(SandboxException failure, string path) => failure.ErrorNumber switch
    {
        NotPermitted => $"The kernel permits no mounts here: run the server as root, in a container with --privileged ({failure.Message}).",
        NotImplemented => $"Linux 5.19 or newer is needed to map workspace files into sandboxes; this is {Environment.OSVersion.Version}.",
        _ => $"The data directory lies on a file system ({FileSystemOf(path)}) that Linux {Environment.OSVersion.Version} cannot mount with mapped ids: "
            + $"put Ide:DataDirectory on ext4, xfs or btrfs; in a container, on a volume ({failure.Message}).",
    };

    private static string FileSystemOf(string path)
    {
        try
        {
            return new DriveInfo(path).DriveFormat;
        }
        catch (IOException)
        {
            return "unknown";
        }
    }
}
