using System.Globalization;

namespace CodexCloudIde.Sandboxing.Linux;

/// <summary>What a failed container runtime leaves: its own helpers, ended, whose parent this process has become.</summary>
internal static class Orphans
{
    /// <summary>
    /// Lets the kernel forget ended children with this program's name. Those that this process started share its session and have somebody who
    /// waits for them; a runtime's helpers have begun one of their own.
    /// </summary>
    public static void Reap(string program)
    {
        var session = Session("self");
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                || Read(folder) is not (var name, "Z", var parent, var itsSession)
                || parent != Environment.ProcessId || itsSession == session || !name.StartsWith(program, StringComparison.Ordinal))
            {
                continue;
            }

            using var orphan = ProcessDescriptor.TryOpen(pid);
            orphan?.Reap();
        }
    }

    private static int Session(string process) => Read($"/proc/{process}")?.Session ?? 0;

    /// <summary>proc(5): pid (name) state parent group session; the name may hold anything.</summary>
    private static (string Name, string State, int Parent, int Session)? Read(string folder)
    {
        try
        {
            var line = File.ReadAllText($"{folder}/stat");
            var (begin, end) = (line.IndexOf('(', StringComparison.Ordinal), line.LastIndexOf(')'));
            var fields = line[(end + 2)..].Split(' ');
            return (line[(begin + 1)..end], fields[0], int.Parse(fields[1], CultureInfo.InvariantCulture), int.Parse(fields[3], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return null;
        }
    }
}
