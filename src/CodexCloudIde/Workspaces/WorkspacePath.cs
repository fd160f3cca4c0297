using System.Text;
using CodexCloudIde.Api;

namespace CodexCloudIde.Workspaces;

/// <summary>
/// Checks the spelling of a path inside a workspace: relative, '/' between segments, no ".." anywhere. Whether something is there, and whether a link
/// is in the way, is for the kernel to say when it is opened.
/// </summary>
public static class WorkspacePath
{
    /// <summary>Longest name in bytes of UTF-8, by the file systems of Linux (NAME_MAX).</summary>
    public const int LongestName = 255;

    /// <summary>Longest path in bytes; the kernel's PATH_MAX less room for what is put before it.</summary>
    public const int LongestPath = 4000;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public static Refusal TooLong { get; } =
        new(422, "name-too-long", "A name is longer than 255 bytes, or the path longer than 4,000 bytes, as UTF-8. Choose shorter ones.", "path");

    /// <summary>The path without leading "./", doubled or trailing slashes; or why it is none. "" only where the root is allowed.</summary>
    public static Outcome<string> Parse(string? path, bool rootAllowed = false, string field = "path")
    {
        if (path is null)
        {
            return rootAllowed ? "" : Invalid("A path is needed.", field);
        }

        if (path.Contains('\0', StringComparison.Ordinal))
        {
            return Invalid("A path cannot contain the NUL character.", field);
        }

        if (path.StartsWith('/'))
        {
            return Invalid("A path is relative to the workspace and does not begin with '/'.", field);
        }

        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(s => s != ".").ToArray();
        if (segments.Contains("..", StringComparer.Ordinal))
        {
            return Invalid("A path cannot contain '..'.", field);
        }

        int total;
        try
        {
            var bytes = segments.Select(Strict.GetByteCount).ToArray();
            if (bytes.Any(b => b > LongestName))
            {
                return TooLong with { Field = field };
            }

            total = bytes.Sum() + segments.Length;
        }
        catch (EncoderFallbackException)
        {
            return Invalid("A path is Unicode text without lone surrogates.", field);
        }

        if (total > LongestPath)
        {
            return TooLong with { Field = field };
        }

        return segments.Length == 0 && !rootAllowed ? Invalid("A path is needed.", field) : string.Join('/', segments);
    }

    /// <summary>The folder and the last name.</summary>
    public static (string Folder, string Name) Split(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var slash = path.LastIndexOf('/');
        return slash < 0 ? ("", path) : (path[..slash], path[(slash + 1)..]);
    }

    private static Refusal Invalid(string detail, string field) => new(400, "invalid-path", detail, field);
}
