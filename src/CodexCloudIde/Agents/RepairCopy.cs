using CodexCloudIde.Workspaces.Disk;

namespace CodexCloudIde.Agents;

/// <summary>Copies a project as workspaces are stored: links and what others generate left out, owned by the account inside sandboxes.</summary>
internal static class RepairCopy
{
    private const long LargestFile = 16 << 20;
    private static readonly HashSet<string> LeftOut = [".git", ".hg", "node_modules", ".venv", "venv", "__pycache__", ".tox", ".pytest_cache", ".mypy_cache", ".ruff_cache"];

    public static void Make(string from, string parent, string name)
    {
        using var folder = DiskFolder.Open(parent);
        folder.MakeFolder(name);
        Fill(from, Path.Combine(parent, name));
    }

    private static void Fill(string from, string to)
    {
        using var folder = DiskFolder.Open(to);
        foreach (var entry in new DirectoryInfo(from).EnumerateFileSystemInfos().Where(entry => entry.LinkTarget is null && !LeftOut.Contains(entry.Name)))
        {
            if (entry is DirectoryInfo)
            {
                folder.MakeFolder(entry.Name);
                Fill(entry.FullName, Path.Combine(to, entry.Name));
            }
            else if (entry is FileInfo { Length: <= LargestFile } && (entry.Attributes & FileAttributes.Device) == 0)
            {
                using var source = File.OpenRead(entry.FullName);
                using var target = new FileStream(folder.NewFile(entry.Name), FileAccess.Write);
                source.CopyTo(target);
            }
        }
    }
}
