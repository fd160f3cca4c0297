using System.Globalization;
using CodexCloudIde.Sandboxing.Cgroups;
using CodexCloudIde.Sandboxing.Linux;

namespace CodexCloudIde.Sandboxing.Oci;

/// <summary>Removes what killed processes left: their sandboxes' processes first, then control groups, then folders.</summary>
internal static class Sweep
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private const int Attempts = 250;

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
                    await EndAsync(mounts.Group($"{instance.CgroupPathOf(name)}/{id}"), cancellationToken).ConfigureAwait(false);
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

    private static async Task EndAsync(ICgroup group, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            foreach (var pid in group.Members)
            {
                ProcessDescriptor.KillByNumber(pid);
            }

            if (group.Members.Count == 0 && group.Remove())
            {
                return;
            }

            await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
        }

        throw new SandboxException(string.Create(CultureInfo.InvariantCulture, $"{group.Members.Count} processes of a dead sandbox do not end."));
    }
}
