namespace CodexCloudIde.Executions.Tests;

/// <summary>The paths of a project's files, its dependencies' apart from its own, and the text of the few that were asked for.</summary>
internal sealed class ProjectFiles(IReadOnlyCollection<string> paths, IReadOnlyDictionary<string, string> texts)
{
    private readonly List<string> own = [.. paths.Where(IsOwn)];
    private static readonly string[] Foreign = ["node_modules", ".venv", "venv", ".git", "target", "site-packages", "__pycache__"];

    public static bool IsOwn(string path) => !path.Split('/').Any(part => Foreign.Contains(part, StringComparer.Ordinal));

    public static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    public bool Any(Func<string, bool> path) => own.Exists(file => path(file));

    /// <summary>Something that was installed into the workspace.</summary>
    public bool IsInstalled(Func<string, bool> path) => paths.Any(file => !IsOwn(file) && path(file));

    /// <summary>The root's file has the word in it.</summary>
    public bool Says(string path, string word) => texts.TryGetValue(path, out var text) && text.Contains(word, StringComparison.Ordinal);

    /// <summary>A file that was read has the word in it.</summary>
    public bool AnyText(Predicate<string> path, string word) => texts.Any(pair => path(pair.Key) && pair.Value.Contains(word, StringComparison.Ordinal));
}
