using System.Globalization;
using System.Text.RegularExpressions;

namespace CodexCloudIde.TestLogger;

/// <summary>One frame of a failure that has a source line.</summary>
internal sealed class StackFrame(string path, int line, string function)
{
    private const int Most = 200;

    private static readonly Regex Text = new(@"^\s*at (?<function>.+?) in (?<path>/.+):line (?<line>\d+)\s*$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    public string Path => path;

    public int Line => line;

    public string Function => function;

    /// <summary>Of a stack as .NET prints it, outermost first. Runners that print it again for each of their assertions are heard once.</summary>
    public static IReadOnlyList<StackFrame> Of(string? stack)
    {
        var frames = new List<StackFrame>();
        foreach (var text in (stack ?? "").Split('\n'))
        {
            if (frames.Count == Most || (frames.Count > 0 && text.TrimStart().StartsWith("1)", StringComparison.Ordinal)))
            {
                break;
            }

            if (Text.Match(text) is { Success: true } found && int.TryParse(found.Groups["line"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                frames.Add(new StackFrame(TestIdentity.Relative(found.Groups["path"].Value), number, found.Groups["function"].Value));
            }
        }

        frames.Reverse();
        return frames;
    }
}
