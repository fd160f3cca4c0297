using System.Text;
using System.Text.RegularExpressions;

namespace CodexCloudIde.Workspaces;

/// <summary>
/// Path patterns as editors have them: <c>*</c> within a name, <c>**</c> across folders, <c>?</c>, <c>[abc]</c>, <c>{one,other}</c>; a pattern without '/' matches names
/// at any depth; several are separated by commas outside braces, one that begins with '!' excludes.
/// </summary>
internal sealed class Glob
{
    private readonly List<Regex> include = [];
    private readonly List<Regex> exclude = [];

    private Glob()
    {
    }

    public bool Matches(string path) => (include.Count == 0 || include.Exists(r => r.IsMatch(path))) && !exclude.Exists(r => r.IsMatch(path));

    /// <summary>Null when the pattern is none (unbalanced braces or brackets, a range backwards).</summary>
    public static Glob? Parse(string? pattern)
    {
        var glob = new Glob();
        foreach (var part in Split(pattern ?? ""))
        {
            var negated = part.StartsWith('!');
            if (Translate(negated ? part[1..] : part) is not { } expression)
            {
                return null;
            }

            try
            {
                (negated ? glob.exclude : glob.include).Add(new Regex(expression, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline));
            }
            catch (Exception failure) when (failure is ArgumentException or NotSupportedException)
            {
                // A range that runs backwards; more alternatives than the automaton may have states.
                return null;
            }
        }

        return glob;
    }

    private static IEnumerable<string> Split(string pattern)
    {
        var depth = 0;
        var from = 0;
        for (var i = 0; i <= pattern.Length; i++)
        {
            if (i == pattern.Length || (pattern[i] == ',' && depth == 0))
            {
                if (pattern[from..i].Trim() is { Length: > 0 } part)
                {
                    yield return part;
                }

                from = i + 1;
            }
            else
            {
                depth += pattern[i] == '{' ? 1 : pattern[i] == '}' ? -1 : 0;
            }
        }
    }

    private static string? Translate(string pattern)
    {
        var anywhere = !pattern.TrimEnd('/').Contains('/', StringComparison.Ordinal);
        pattern = pattern.TrimStart('/').TrimEnd('/');
        var expression = new StringBuilder("\\A").Append(anywhere ? "(?:.*/)?" : "");
        var braces = 0;
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '*' when pattern.AsSpan(i).StartsWith("**/"):
                    expression.Append("(?:.*/)?");
                    i += 2;
                    break;
                case '*' when pattern.AsSpan(i).StartsWith("**"):
                    expression.Append(".*");
                    i++;
                    break;
                case '*':
                    expression.Append("[^/]*");
                    break;
                case '?':
                    expression.Append("[^/]");
                    break;
                case '{':
                    expression.Append("(?:");
                    braces++;
                    break;
                case '}' when braces > 0:
                    expression.Append(')');
                    braces--;
                    break;
                case ',' when braces > 0:
                    expression.Append('|');
                    break;
                case '[':
                    var end = pattern.IndexOf(']', i + 1);
                    if (end <= i + 1)
                    {
                        return null;
                    }

                    var set = pattern[(i + 1)..end];
                    var negated = set[0] is '!' or '^';
                    expression.Append(negated ? "[^/" : "[").Append(Regex.Escape(negated ? set[1..] : set).Replace("]", "\\]", StringComparison.Ordinal)).Append(']');
                    i = end;
                    break;
                default:
                    expression.Append(Regex.Escape(pattern[i].ToString()));
                    break;
            }
        }

        // A folder's name stands for everything in it.
        return braces == 0 ? expression.Append("(?:/.*)?\\z").ToString() : null;
    }
}
