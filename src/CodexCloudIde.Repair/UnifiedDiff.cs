using System.Globalization;
using System.Text;

namespace CodexCloudIde.Repair;

/// <summary>Two versions of a file as a unified diff with three lines of context, as <c>git apply</c> and <c>patch</c> read it.</summary>
public static class UnifiedDiff
{
    private const int Context = 3;

    /// <summary>Above this many pairs of changed lines the changed part is one hunk: a finer one is not worth its time.</summary>
    private const int MostPairs = 4_000_000;

    public static string Of(string path, string before, string after)
    {
        if (before == after)
        {
            return "";
        }

        var (a, b) = (Lines(before), Lines(after));
        var script = Script(a, b);
        var text = new StringBuilder($"--- a/{path}\n+++ b/{path}\n");
        for (var at = 0; at < script.Count;)
        {
            if (script[at].Sign == ' ')
            {
                at++;
                continue;
            }

            var (from, to) = (Math.Max(0, at - Context), at);
            for (var next = at; next < script.Count && next <= to + (2 * Context); next++)
            {
                to = script[next].Sign == ' ' ? to : next;
            }

            var until = Math.Min(script.Count, to + 1 + Context);
            var hunk = script.GetRange(from, until - from);
            var (old, now) = (hunk.Count(line => line.Sign != '+'), hunk.Count(line => line.Sign != '-'));
            var (first, second) = (script.Take(from).Count(line => line.Sign != '+'), script.Take(from).Count(line => line.Sign != '-'));
            text.Append(CultureInfo.InvariantCulture, $"@@ -{(old == 0 ? first : first + 1)},{old} +{(now == 0 ? second : second + 1)},{now} @@\n");
            foreach (var (sign, line) in hunk)
            {
                text.Append(sign).Append(line.TrimEnd('\n')).Append('\n');
                if (!line.EndsWith('\n'))
                {
                    text.Append("\\ No newline at end of file\n");
                }
            }

            at = until;
        }

        return text.ToString();
    }

    /// <summary>The lines, each with its own end.</summary>
    private static List<string> Lines(string text)
    {
        var lines = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var end = text.IndexOf('\n', at);
            end = end < 0 ? text.Length : end + 1;
            lines.Add(text[at..end]);
            at = end;
        }

        return lines;
    }

    private static List<(char Sign, string Line)> Script(List<string> a, List<string> b)
    {
        var head = 0;
        while (head < a.Count && head < b.Count && a[head] == b[head])
        {
            head++;
        }

        var tail = 0;
        while (tail < a.Count - head && tail < b.Count - head && a[^(tail + 1)] == b[^(tail + 1)])
        {
            tail++;
        }

        var script = a.Take(head).Select(line => (' ', line)).ToList();
        script.AddRange(Middle(a.GetRange(head, a.Count - head - tail), b.GetRange(head, b.Count - head - tail)));
        script.AddRange(a.Skip(a.Count - tail).Select(line => (' ', line)));
        return script;
    }

    /// <summary>By the longest common subsequence.</summary>
    private static List<(char Sign, string Line)> Middle(List<string> a, List<string> b)
    {
        if ((long)a.Count * b.Count > MostPairs)
        {
            return [.. a.Select(line => ('-', line)), .. b.Select(line => ('+', line))];
        }

        var common = new int[a.Count + 1, b.Count + 1];
        for (var i = a.Count - 1; i >= 0; i--)
        {
            for (var j = b.Count - 1; j >= 0; j--)
            {
                common[i, j] = a[i] == b[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        var script = new List<(char, string)>();
        var (x, y) = (0, 0);
        while (x < a.Count || y < b.Count)
        {
            if (x < a.Count && y < b.Count && a[x] == b[y])
            {
                script.Add((' ', a[x]));
                (x, y) = (x + 1, y + 1);
            }
            else if (y == b.Count || (x < a.Count && common[x + 1, y] >= common[x, y + 1]))
            {
                script.Add(('-', a[x++]));
            }
            else
            {
                script.Add(('+', b[y++]));
            }
        }

        return script;
    }
}
