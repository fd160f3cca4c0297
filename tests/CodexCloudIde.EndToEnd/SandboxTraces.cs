namespace CodexCloudIde.EndToEnd;

/// <summary>What the sandboxes of one server process stand on in this machine: looked up from outside, by the name that the process gave to all of it.</summary>
internal static class SandboxTraces
{
    private const string State = "/run/codex-cloud-ide";
    private const string Groups = "/sys/fs/cgroup";

    /// <summary>The process's name for its sandboxes; null before it has made any.</summary>
    public static string? InstanceOf(int server) => !Directory.Exists(State) ? null
        : Directory.EnumerateDirectories(State).SelectMany(SubFolders).Select(Path.GetFileName).FirstOrDefault(name => name!.StartsWith($"{server}-", StringComparison.Ordinal));

    /// <summary>Processes, control groups, folders and mounts that exist now.</summary>
    public static IReadOnlyList<string> Of(string instance) =>
    [
        .. Processes(instance),
        .. SubFolders(Groups).Prepend(Groups).Select(root => Path.Combine(root, "codex-cloud-ide")).Where(Directory.Exists).SelectMany(SubFolders)
            .Select(family => Path.Combine(family, instance)).Where(Directory.Exists),
        .. SubFolders(State).Select(family => Path.Combine(family, instance)).Where(Directory.Exists),
        .. File.ReadLines("/proc/self/mountinfo").Where(line => line.Contains(instance, StringComparison.Ordinal)),
    ];

    /// <summary>Those that run; one that has ended and only waits for its parent to ask is nobody's burden.</summary>
    public static IEnumerable<string> Processes(string instance) =>
        SubFolders("/proc").Where(folder => Path.GetFileName(folder).All(char.IsAsciiDigit) && Read(folder + "/cgroup").Contains(instance, StringComparison.Ordinal)
            && !Read(folder + "/status").Contains("State:\tZ", StringComparison.Ordinal));

    private static string[] SubFolders(string folder)
    {
        try
        {
            return Directory.GetDirectories(folder);
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
