using CodexCloudIde.Sandboxing.Cgroups;

namespace CodexCloudIde.Sandboxing.Oci;

/// <summary>Removes what killed processes left: their sandboxes' processes first, then control groups, then folders.</summary>
internal static class Sweep
{
    public static async Task<int> RunAsync(InstanceFolder instance, string dataDirectory, CgroupMounts mounts, CancellationToken cancellationToken)
    {
        var removed = 0;
        foreach (var (name, held) in instance.Dead())
        {
            using (held)
            {
                var boxes = Path.Combine(instance.Family, name, "boxes");
                var ids = Directory.Exists(boxes) ? Directory.GetDirectories(boxes).Select(Path.GetFileName).OfType<string>() : [];
                foreach (var id in ids)
                {
                    if (!await GroupEnd.RunAsync(mounts.Group($"{instance.CgroupPathOf(name)}/{id}"), cancellationToken).ConfigureAwait(false))
                    {
                        throw new SandboxException("Processes of a dead sandbox do not end.");
                    }

                    removed++;
                }

                CgroupFiles.RemoveEverywhere(mounts.Roots, instance.CgroupPathOf(name));
                Delete(InstanceFolder.ProbeFolder(dataDirectory, name));
                Delete(Path.Combine(instance.Family, name));
            }
        }

        return removed;
    }

    private static void Delete(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
