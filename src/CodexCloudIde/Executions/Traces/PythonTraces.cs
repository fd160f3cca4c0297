using System.Globalization;
using System.Text.RegularExpressions;
using CodexCloudIde.Sandboxing;

namespace CodexCloudIde.Executions.Traces;

/// <summary>Finds Python's tracebacks in what a program printed.</summary>
internal static partial class PythonTraces
{
    private const string Begin = "Traceback (most recent call last):";
    private const int MostTraces = 20;
    private const int MostFrames = 200;
    private const int LongestMessage = 2000;

    public static IReadOnlyList<StackTrace> Find(string output)
    {
        var traces = new List<StackTrace>();
        var lines = output.Split('\n');
        for (var at = 0; at < lines.Length && traces.Count < MostTraces; at++)
        {
            if (lines[at].TrimEnd().EndsWith(Begin, StringComparison.Ordinal) && Read(lines, ref at) is { } trace)
            {
                traces.Add(trace);
            }
        }

        return traces;
    }

    /// <summary>Relative to the workspace, or absolute when outside of it.</summary>
    public static string PathOf(string path) =>
        path.StartsWith(SandboxPaths.Workspace + "/", StringComparison.Ordinal) ? path[(SandboxPaths.Workspace.Length + 1)..] : path;

    private static StackTrace? Read(string[] lines, ref int at)
    {
        var indent = lines[at].IndexOf(Begin, StringComparison.Ordinal);
        var frames = new List<StackFrame>();
        for (at++; at < lines.Length; at++)
        {
            var line = lines[at].Length >= indent ? lines[at][indent..].TrimEnd('\r') : "";
            var frame = Frame().Match(line);
            if (frame.Success)
            {
                if (frames.Count < MostFrames)
                {
                    frames.Add(new StackFrame(PathOf(frame.Groups[1].Value), int.Parse(frame.Groups[2].Value, CultureInfo.InvariantCulture), frame.Groups[3].Value));
                }
            }
            else if (line.Length > 0 && line[0] != ' ' && line[0] != '[')
            {
                var end = End().Match(line);
                return end.Success ? new StackTrace(end.Groups[1].Value, Cut(end.Groups[2].Value), frames) : null;
            }
        }

        return null;
    }

    private static string Cut(string text) => text.Length <= LongestMessage ? text : text[..LongestMessage];

    [GeneratedRegex("""^  File "(.+)", line (\d{1,9})(?:, in (.+))?$""")]
    private static partial Regex Frame();

    [GeneratedRegex("""^([A-Za-z_][\w.]*)(?:: (.*))?$""", RegexOptions.Singleline)]
    private static partial Regex End();
}
