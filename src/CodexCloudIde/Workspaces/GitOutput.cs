using System.Globalization;

namespace CodexCloudIde.Workspaces;

/// <summary>Reads what git prints for programs.</summary>
internal static class GitOutput
{
    // Fields are parted by the unit separator, which no name or date has; the message comes last.
    private const char Part = '\u001f';

    public const string LogFormat = "--format=%H%x1f%P%x1f%an%x1f%ae%x1f%aI%x1f%B";

    public const string BranchFormat = "--format=%(refname:short)%1f%(objectname)%1f%(HEAD)%1f%(upstream:short)";

    /// <summary><c>status --porcelain=v2 --branch -z</c>, see git-status(1).</summary>
    public static GitStatus Status(string output)
    {
        string? branch = null, head = null, upstream = null;
        var (ahead, behind) = (0, 0);
        var files = new List<GitFileStatus>();
        var entries = output.Split('\0');
        for (var i = 0; i < entries.Length; i++)
        {
            var entry = entries[i];
            if (entry.Length < 2)
            {
                continue;
            }

            switch (entry[0])
            {
                case '#':
                    var words = entry.Split(' ');
                    switch (words[1])
                    {
                        case "branch.oid" when words[2] != "(initial)":
                            head = words[2];
                            break;
                        case "branch.head" when words[2] != "(detached)":
                            branch = words[2];
                            break;
                        case "branch.upstream":
                            upstream = words[2];
                            break;
                        case "branch.ab":
                            ahead = int.Parse(words[2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
                            behind = -int.Parse(words[3], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
                            break;
                    }

                    break;
                case '1':
                    files.Add(new GitFileStatus(entry.Split(' ', 9)[8], Word(entry[2]), Word(entry[3]), null));
                    break;
                case '2':
                    files.Add(new GitFileStatus(entry.Split(' ', 10)[9], Word(entry[2]), Word(entry[3]), entries[++i]));
                    break;
                case 'u':
                    files.Add(new GitFileStatus(entry.Split(' ', 11)[10], "unmerged", "unmerged", null));
                    break;
                case '?':
                    files.Add(new GitFileStatus(entry[2..], null, "untracked", null));
                    break;
            }
        }

        return new GitStatus(branch, head, upstream, ahead, behind, files.Count == 0, files);
    }

    public static IReadOnlyList<GitCommit> Log(string output) =>
    [
        .. output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(entry => entry.TrimStart('\n').Split(Part, 6)).Where(parts => parts.Length == 6)
            .Select(p => new GitCommit(
                p[0], p[1].Split(' ', StringSplitOptions.RemoveEmptyEntries), p[2], p[3],
                DateTimeOffset.TryParse(p[4], CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var at) ? at : default, p[5].TrimEnd('\n'))),
    ];

    public static IReadOnlyList<GitBranch> Branches(string output) =>
    [
        .. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(Part)).Where(parts => parts.Length == 4)
            .Select(p => new GitBranch(p[0], p[1], p[2] == "*", p[3].Length == 0 ? null : p[3])),
    ];

    /// <summary>The first lines of an error, without control characters.</summary>
    public static string Message(string error)
    {
        var text = string.Join(' ', error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(4));
        text = new string([.. text.Where(c => !char.IsControl(c))]);
        return text.Length > 400 ? text[..400] + "…" : text;
    }

    private static string? Word(char status) => status switch
    {
        'M' => "modified",
        'T' => "typeChanged",
        'A' => "added",
        'D' => "deleted",
        'R' => "renamed",
        'C' => "copied",
        'U' => "unmerged",
        _ => null,
    };
}
