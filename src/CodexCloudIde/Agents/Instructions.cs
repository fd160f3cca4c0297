using System.Text;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Agents;

/// <summary>
/// What the project tells agents: <c>AGENTS.md</c> from the root down to the folder that the task is about, put together, 32 KiB at most;
/// <c>AGENTS.override.md</c> replaces its neighbour.
/// </summary>
internal sealed class Instructions(WorkspaceFolder folder)
{
    public const int MostBytes = 32 * 1024;

    public async Task<string> ReadAsync(WorkspaceRef workspace, string below, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var left = MostBytes;
        foreach (var directory in Directories(below))
        {
            var content = await FileAsync(workspace, directory + "AGENTS.override.md", cancellationToken)
                ?? await FileAsync(workspace, directory + "AGENTS.md", cancellationToken);
            if (content is null || left <= 0)
            {
                continue;
            }

            var bytes = Math.Min(left, content.Length);
            left -= bytes;
            text.Append("\n# ").Append(directory).Append("AGENTS.md\n").Append(Encoding.UTF8.GetString(content, 0, bytes)).Append('\n');
        }

        return text.ToString();
    }

    private static IEnumerable<string> Directories(string below)
    {
        yield return "";
        var path = "";
        foreach (var part in below.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            yield return path += part + "/";
        }
    }

    private async Task<byte[]?> FileAsync(WorkspaceRef workspace, string path, CancellationToken cancellationToken) =>
        await folder.ReadAsync(workspace, path, MostBytes * 4, cancellationToken) is { Succeeded: true, Value: var content } ? content : null;
}
