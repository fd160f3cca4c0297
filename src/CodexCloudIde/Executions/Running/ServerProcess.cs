using System.Globalization;

namespace CodexCloudIde.Executions.Running;

/// <summary>
/// A process of this machine by a name that no other ever gets: machine, number, and when it started. A number alone is given again, after a restart of the machine
/// or of its container soon to another process.
/// </summary>
internal static class ServerProcess
{
    private const int BootDigits = 8;

    /// <summary>Of proc(5): field 22 of /proc/[pid]/stat, counted from behind the name, which may hold blanks and parentheses.</summary>
    private const int StartTime = 22 - 3;

    public static string Own { get; } = NameOf(Environment.ProcessId)!;

    /// <summary>False also for a process of another machine: that cannot be seen from here.</summary>
    public static bool Lives(string name) =>
        name.Split(':') is [_, var number, ..] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && NameOf(pid) == name;

    private static string? NameOf(int pid)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
            var started = stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[StartTime];
            var boot = File.ReadAllText("/proc/sys/kernel/random/boot_id")[..BootDigits];
            return string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}:{pid}:{boot}-{started}");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
