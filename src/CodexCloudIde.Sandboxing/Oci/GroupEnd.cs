using CodexCloudIde.Sandboxing.Cgroups;
using CodexCloudIde.Sandboxing.Linux;

namespace CodexCloudIde.Sandboxing.Oci;

/// <summary>The end of a control group whose processes nobody holds any more: half-made containers, and what a killed server left.</summary>
internal static class GroupEnd
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    private const int Attempts = 500;

    /// <summary>Kills every member and removes the group; false when they do not end within some seconds.</summary>
    public static async Task<bool> RunAsync(ICgroup group, CancellationToken cancellationToken)
    {
        var killed = new Dictionary<int, ProcessDescriptor>();
        try
        {
            for (var attempt = 0; attempt < Attempts; attempt++)
            {
                foreach (var pid in group.Members.Where(pid => !killed.ContainsKey(pid)))
                {
                    if (ProcessDescriptor.TryOpen(pid) is { } found)
                    {
                        killed[pid] = found;
                        found.Kill();
                    }
                }

                // The kernel frees a group a moment after its last member.
                if (group.Members.Count == 0 && group.Remove())
                {
                    return true;
                }

                await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
            }

            return false;
        }
        finally
        {
            foreach (var process in killed.Values)
            {
                // Orphans of a killed server may have become this one's children.
                process.Reap();
                process.Dispose();
            }
        }
    }
}
