using System.Reflection;
using CodexCloudIde.Api;

namespace CodexCloudIde.Workspaces;

/// <summary>The projects that a workspace can start from; their files lie in <c>Templates/</c> and are shipped inside the program.</summary>
internal static class WorkspaceTemplates
{
    private const string Prefix = "templates/";

    private static readonly Assembly Shipped = typeof(WorkspaceTemplates).Assembly;

    /// <summary>In the order in which they are offered.</summary>
    public static IReadOnlyList<string> Names { get; } = ["sample-debug", "python", "javascript", "go", "rust", "csharp", "empty"];

    /// <summary>Why there is no such template, or null.</summary>
    public static Refusal? Check(string name) => Names.Contains(name, StringComparer.Ordinal)
        ? null
        : new Refusal(422, "unknown-template", $"There is no template of this name; there are {string.Join(", ", Names)}.", "source.template");

    /// <summary>Writes the template's files into a checkout.</summary>
    public static async Task<Refusal?> WriteAsync(WorkspaceFolder folder, WorkspaceRef workspace, string name, CancellationToken cancellationToken)
    {
        foreach (var (path, resource) in Files(name))
        {
            await using var content = Shipped.GetManifestResourceStream(resource)!;
            if (await folder.WriteAsync(workspace, path, content, content.Length, cancellationToken) is { } refusal)
            {
                return refusal;
            }
        }

        return null;
    }

    /// <summary>Paths in the workspace with the resource that holds each.</summary>
    public static IEnumerable<(string Path, string Resource)> Files(string name) => Shipped.GetManifestResourceNames()
        .Where(resource => resource.StartsWith($"{Prefix}{name}/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal)
        .Select(resource => (resource[(Prefix.Length + name.Length + 1)..], resource));
}
