using System.Text;
using System.Text.RegularExpressions;
using CodexCloudIde.Api;
using CodexCloudIde.Documents;
using CodexCloudIde.Workspaces.Disk;
using Microsoft.Extensions.Options;

namespace CodexCloudIde.Workspaces;

/// <summary>What to look for.</summary>
/// <param name="Query">Text, or an expression when <paramref name="Regex"/>.</param>
/// <param name="Regex">Backtracking constructs (look-around, back references) are refused: a match takes linear time.</param>
/// <param name="Glob">Which files; see <see cref="Workspaces.Glob"/>.</param>
/// <param name="MatchCase">Default: case does not matter.</param>
/// <param name="Limit">Most matches, 1 to 5,000.</param>
internal sealed record SearchRequest(string Query, bool Regex, string? Glob, bool MatchCase, int Limit);

/// <summary>One match. Line and column count from 1, the column in UTF-16 units; the preview is at most 240 characters of the line, untrusted text.</summary>
internal sealed record SearchMatch(string Path, int Line, int Column, int Length, string Preview);

/// <summary>Matches, ordered by path and place; <paramref name="Truncated"/> when the limit or the time was reached.</summary>
internal sealed record SearchAnswer(IReadOnlyList<SearchMatch> Items, bool Truncated);

/// <summary>Searches the text files of a workspace. Open documents are written to their files first.</summary>
internal sealed class WorkspaceSearch(WorkspaceFolder folder, OpenDocuments documents, IOptions<WorkspaceOptions> options, TimeProvider time)
{
    private const int PreviewLength = 240;

    private static readonly HashSet<string> Ignored = new(StringComparer.Ordinal)
    {
        ".git", ".hg", ".svn", "node_modules", "target", ".venv", "venv", "__pycache__", ".pytest_cache", ".mypy_cache", ".tox", "obj",
    };

    public async Task<Outcome<SearchAnswer>> FindAsync(WorkspaceRef workspace, SearchRequest request, CancellationToken cancellationToken)
    {
        if (request.Query.Length is 0 or > 1000)
        {
            return new Refusal(400, "invalid-query", "The query has 1 to 1,000 characters.", "q");
        }

        if (Glob.Parse(request.Glob) is not { } glob)
        {
            return new Refusal(400, "invalid-glob", "The glob has an unclosed brace or bracket.", "glob");
        }

        Regex expression;
        try
        {
            expression = new Regex(
                request.Regex ? request.Query : Regex.Escape(request.Query),
                RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | (request.MatchCase ? 0 : RegexOptions.IgnoreCase), options.Value.SearchTime);
        }
        catch (ArgumentException e)
        {
            return new Refusal(400, "invalid-regex", $"The expression cannot be read: {e.Message}", "q");
        }
        catch (NotSupportedException)
        {
            return new Refusal(400, "invalid-regex", "The expression uses look-around, back references or atomic groups, or is too large; none of these is supported.", "q");
        }

        await documents.MaterialiseAsync(workspace, cancellationToken);
        // The disk's calls and the matching block: not on a thread that others wait for.
        return await Task.Run(() => Find(workspace, expression, glob, Math.Clamp(request.Limit, 1, 5000), cancellationToken), cancellationToken);
    }

    private Outcome<SearchAnswer> Find(WorkspaceRef workspace, Regex expression, Glob glob, int limit, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        var matches = new List<SearchMatch>();
        var buffer = new byte[options.Value.LargestSearchedFile];
        using var root = folder.OpenRoot(workspace);
        foreach (var node in DiskTree.Walk(root, "", int.MaxValue, path => !Ignored.Contains(WorkspacePath.Split(path).Name)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (time.GetElapsedTime(begun) > options.Value.SearchTime)
            {
                return new SearchAnswer(matches, true);
            }

            if (node.Stat.Kind != DiskKind.File || node.Stat.Size is 0 || node.Stat.Size > buffer.Length || !glob.Matches(node.Path) || Read(node, buffer) is not { } text)
            {
                continue;
            }

            try
            {
                if (!Collect(node.Path, text, expression, matches, limit))
                {
                    return new SearchAnswer(matches, true);
                }
            }
            catch (RegexMatchTimeoutException)
            {
                return new SearchAnswer(matches, true);
            }
        }

        return new SearchAnswer(matches, false);
    }

    // Null for binary files: those with a NUL in their first 8,000 bytes, as git tells them.
    private static string? Read(DiskNode node, byte[] buffer)
    {
        try
        {
            using var file = node.Parent.FileToRead(node.Entry.Name);
            var length = 0;
            for (int read; length < buffer.Length && (read = RandomAccess.Read(file, buffer.AsSpan(length), length)) > 0;)
            {
                length += read;
            }

            return buffer.AsSpan(0, Math.Min(length, 8000)).Contains((byte)0) ? null : Encoding.UTF8.GetString(buffer, 0, length);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static bool Collect(string path, string text, Regex expression, List<SearchMatch> matches, int limit)
    {
        var line = 1;
        var lineStart = 0;
        foreach (var found in expression.EnumerateMatches(text))
        {
            if (found.Length == 0)
            {
                continue;
            }

            for (int next; (next = text.IndexOf('\n', lineStart)) >= 0 && next < found.Index; lineStart = next + 1)
            {
                line++;
            }

            if (matches.Count == limit)
            {
                return false;
            }

            matches.Add(new SearchMatch(path, line, found.Index - lineStart + 1, found.Length, Preview(text, lineStart, found.Index)));
        }

        return true;
    }

    private static string Preview(string text, int lineStart, int matchStart)
    {
        var lineEnd = text.IndexOf('\n', matchStart);
        lineEnd = lineEnd < 0 ? text.Length : lineEnd;
        // A match far into a long line is shown with a little of what stands before it.
        var from = matchStart - lineStart > PreviewLength / 2 ? matchStart - 40 : lineStart;
        return text[from..Math.Min(lineEnd, from + PreviewLength)].TrimEnd('\r');
    }
}
