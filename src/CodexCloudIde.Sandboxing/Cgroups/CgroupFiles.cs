using System.Globalization;

namespace CodexCloudIde.Sandboxing.Cgroups;

/// <summary>Reading and writing the kernel's small text files.</summary>
internal static class CgroupFiles
{
    public static long Number(string path)
    {
        try
        {
            return long.TryParse(File.ReadAllText(path).AsSpan().Trim(), CultureInfo.InvariantCulture, out var value) ? value : 0;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>The value of a line "<paramref name="key"/> value".</summary>
    public static long Field(string path, string key)
    {
        try
        {
            foreach (var line in File.ReadLines(path))
            {
                if (line.StartsWith(key, StringComparison.Ordinal) && line.Length > key.Length && line[key.Length] == ' ')
                {
                    return long.TryParse(line.AsSpan(key.Length + 1), CultureInfo.InvariantCulture, out var value) ? value : 0;
                }
            }
        }
        catch (IOException)
        {
            return 0;
        }

        return 0;
    }

    public static void Write(string path, long value) => Write(path, value.ToString(CultureInfo.InvariantCulture));

    public static void Write(string path, string value)
    {
        // No truncation, no creation: these files exist or the limit cannot be held.
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        file.Write(System.Text.Encoding.ASCII.GetBytes(value));
    }

    public static IReadOnlyList<int> Members(string folder)
    {
        try
        {
            return [.. File.ReadLines(Path.Combine(folder, "cgroup.procs")).Select(line => int.Parse(line, CultureInfo.InvariantCulture))];
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>Removes the group and groups that were made inside it.</summary>
    public static bool Remove(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return true;
        }

        try
        {
            foreach (var child in Directory.EnumerateDirectories(folder))
            {
                Remove(child);
            }

            // A control group's folder holds files that cannot be deleted; rmdir takes it as empty.
            return Rmdir(folder);
        }
        catch (IOException)
        {
            return false;
        }
    }

    public static bool RemoveEverywhere(IEnumerable<string> roots, string path)
    {
        var gone = true;
        foreach (var root in roots)
        {
            gone &= Remove(root + path);
        }

        return gone;
    }

    private static bool Rmdir(string folder) => Linux.Libc.RemoveDirectory(folder) == 0 || !Directory.Exists(folder);
}
