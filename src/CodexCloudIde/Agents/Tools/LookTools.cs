using System.Text.Json;
using System.Text.RegularExpressions;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Agents.Tools;

internal sealed class ListFilesTool(WorkspaceFolder folder) : IAgentTool
{
    private const int Most = 2_000;

    public string Name => "list_files";

    public string Description => "Lists the files below a folder.";

    public JsonElement Schema => Schemas.ListFiles;

    public ToolIntent Intend(ToolArguments arguments) => new(ToolEffect.Read);

    public string Describe(ToolArguments arguments) => $"list {arguments.OptionalPath("path") ?? "the workspace"}";

    public Task<ToolResult> InvokeAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var path = arguments.OptionalPath("path") ?? "";
        return context.ShowAsync(
            item => item with { Type = "commandExecution", Tool = Name, Command = [Name, path] },
            "looking at the files",
            async item =>
            {
                var listed = await folder.ListAsync(context.Workspace, path, 32, cancellationToken);
                if (!listed.Succeeded)
                {
                    return (item with { Status = "failed", Summary = listed.Refusal.Detail }, ToolResult.Error(listed.Refusal.Detail));
                }

                var entries = listed.Value.Where(entry => !Ignored.Contains(entry.Path)).ToList();
                var result = new ToolResult(
                    new { entries = entries.Take(Most), truncated = entries.Count > Most },
                    new { files = entries.Where(entry => entry.Kind == "file").Take(400).Select(entry => entry.Path), truncated = entries.Count > 400 });
                return (item with { Summary = $"{entries.Count(entry => entry.Kind == "file")} files" }, result);
            },
            cancellationToken);
    }
}

internal sealed class ReadFileTool : IAgentTool
{
    public string Name => "read_file";

    public string Description => "Reads a text file.";

    public JsonElement Schema => Schemas.ReadFile;

    public ToolIntent Intend(ToolArguments arguments) => new(ToolEffect.Read);

    public string Describe(ToolArguments arguments) => $"read {arguments.Path("path")}";

    public Task<ToolResult> InvokeAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var path = arguments.Path("path");
        return context.ShowAsync(
            item => item with { Type = "commandExecution", Tool = Name, Command = [Name, path], Path = path },
            $"reading {path}",
            async item =>
            {
                var read = await context.Files.ReadAsync(path, cancellationToken);
                if (!read.Succeeded)
                {
                    return (item with { Status = "failed", Summary = read.Refusal.Detail }, ToolResult.Error(read.Refusal.Detail));
                }

                var lines = read.Value.Text.Split('\n');
                var from = Math.Clamp((int)(arguments.OptionalNumber("fromLine") ?? 1), 1, lines.Length);
                var to = Math.Clamp((int)(arguments.OptionalNumber("toLine") ?? lines.Length), from, lines.Length);
                var text = from == 1 && to == lines.Length ? read.Value.Text : string.Join('\n', lines[(from - 1)..to]);
                var brief = text.Length > 24_000 ? text[..24_000] : text;
                return (
                    item with { Summary = $"{to - from + 1} lines" },
                    new ToolResult(
                        new { path, text, fromLine = from, lines = lines.Length },
                        new { path, text = brief, fromLine = from, lines = lines.Length, truncated = brief.Length < text.Length }));
            },
            cancellationToken);
    }
}

internal sealed class SearchTool(WorkspaceFolder folder) : IAgentTool
{
    private const int MostFiles = 4_000;
    private const int MostMatches = 200;

    public string Name => "search";

    public string Description => "Finds text, or a regular expression, in the workspace's files.";

    public JsonElement Schema => Schemas.Search;

    public ToolIntent Intend(ToolArguments arguments) => new(ToolEffect.Read);

    public string Describe(ToolArguments arguments) => $"search for {arguments.Text("query")}";

    public Task<ToolResult> InvokeAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var query = arguments.Text("query");
        Regex pattern;
        try
        {
            pattern = new Regex(
                arguments.Flag("regex") ? query : Regex.Escape(query), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, TimeSpan.FromSeconds(2));
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new ToolArgumentException("'query' is no regular expression that is understood here (no look-around, no back-references).");
        }

        return context.ShowAsync(
            item => item with { Type = "commandExecution", Tool = Name, Command = [Name, query] },
            $"searching for {query}",
            async item =>
            {
                var (matches, truncated) = await FindAsync(pattern, arguments.OptionalPath("path") ?? "", context, cancellationToken);
                return (item with { Summary = $"{matches.Count} matches" }, new ToolResult(new { matches, truncated }, new { matches = matches.Take(60), truncated = truncated || matches.Count > 60 }));
            },
            cancellationToken);
    }

    private async Task<(List<object> Matches, bool Truncated)> FindAsync(Regex pattern, string below, ToolContext context, CancellationToken cancellationToken)
    {
        var matches = new List<object>();
        var listed = await folder.ListAsync(context.Workspace, below, 32, cancellationToken);
        var files = listed.Succeeded ? listed.Value.Where(entry => entry is { Kind: "file", Size: < 1_000_000 } && !Ignored.Contains(entry.Path)).Take(MostFiles) : [];
        foreach (var file in files)
        {
            var read = await context.Files.PeekAsync(file.Path, cancellationToken);
            var number = 0;
            foreach (var line in read.Succeeded ? read.Value.Text.Split('\n') : [])
            {
                number++;
                if (pattern.Match(line) is { Success: true } match)
                {
                    matches.Add(new { path = file.Path, line = number, column = match.Index + 1, preview = line.Length > 200 ? line[..200] : line });
                    if (matches.Count == MostMatches)
                    {
                        return (matches, true);
                    }
                }
            }
        }

        return (matches, false);
    }
}

/// <summary>Folders that no model needs to see.</summary>
internal static class Ignored
{
    private static readonly HashSet<string> Folders = new(StringComparer.Ordinal)
    {
        ".git", "node_modules", "target", ".venv", "venv", "__pycache__", ".pytest_cache", ".mypy_cache", "bin", "obj", "dist", ".tox",
    };

    public static bool Contains(string path) => path.Split('/').Any(Folders.Contains);
}
