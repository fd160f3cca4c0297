using System.Text.Json;
using CodexCloudIde.Agents.Patches;

namespace CodexCloudIde.Agents.Tools;

internal sealed class ApplyEditTool : IAgentTool
{
    public string Name => "apply_edit";

    public string Description => "Replaces a text that occurs exactly once in a file.";

    public JsonElement Schema => Schemas.ApplyEdit;

    public ToolIntent Intend(ToolArguments arguments) => new(ToolEffect.Edit);

    public string Describe(ToolArguments arguments) => $"edit {arguments.Path("path")}";

    public async Task<ToolResult> InvokeAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var (path, oldText, newText) = (arguments.Path("path"), arguments.Text("oldText").ReplaceLineEndings("\n"), arguments.Text("newText").ReplaceLineEndings("\n"));
        return await FileChanges.ShowAsync(context, Name, path, "modified", Edited, cancellationToken);

        (string? Text, string? Error) Edited(string? text)
        {
            if (text is null)
            {
                return (null, $"There is no file {path}.");
            }

            var at = oldText.Length == 0 ? -1 : text.IndexOf(oldText, StringComparison.Ordinal);
            return at < 0 ? (null, "'oldText' does not occur in the file; read it again, it may have changed.")
                : text.IndexOf(oldText, at + 1, StringComparison.Ordinal) >= 0 ? (null, "'oldText' occurs more than once; add lines around it until it is unique.")
                : (string.Concat(text.AsSpan(0, at), newText, text.AsSpan(at + oldText.Length)), null);
        }
    }
}

internal sealed class WriteFileTool : IAgentTool
{
    public string Name => "write_file";

    public string Description => "Writes a whole text file, new or not.";

    public JsonElement Schema => Schemas.WriteFile;

    public ToolIntent Intend(ToolArguments arguments) => new(ToolEffect.Edit);

    public string Describe(ToolArguments arguments) => $"write {arguments.Path("path")}";

    public Task<ToolResult> InvokeAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var content = arguments.Text("content").ReplaceLineEndings("\n");
        return FileChanges.ShowAsync(context, Name, arguments.Path("path"), "modified", _ => (content, null), cancellationToken);
    }
}

internal sealed class DeleteFileTool : IAgentTool
{
    public string Name => "delete_file";

    public string Description => "Deletes a file.";

    public JsonElement Schema => Schemas.DeleteFile;

    public ToolIntent Intend(ToolArguments arguments) => new(ToolEffect.Edit);

    public string Describe(ToolArguments arguments) => $"delete {arguments.Path("path")}";

    public Task<ToolResult> InvokeAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken) =>
        FileChanges.DeleteAsync(context, Name, arguments.Path("path"), cancellationToken);
}

internal sealed class ApplyPatchTool : IAgentTool
{
    public string Name => "apply_patch";

    public string Description => "Changes files by a patch: '*** Begin Patch' envelope, unified diff or SEARCH/REPLACE blocks.";

    public JsonElement Schema => Schemas.ApplyPatch;

    public ToolIntent Intend(ToolArguments arguments) => new(ToolEffect.Edit);

    public string Describe(ToolArguments arguments) => $"patch {string.Join(", ", Read(arguments).Select(file => file.Path).Distinct())}";

    public async Task<ToolResult> InvokeAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var files = Read(arguments);

        // All or nothing: every hunk must fit before the first file is touched.
        var texts = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            if (!texts.TryGetValue(file.Path, out var text))
            {
                var read = await context.Files.ReadAsync(file.Path, cancellationToken);
                text = read.Succeeded ? read.Value.Text : null;
            }

            if (Applied(file, text, out var error) is var patched && error is not null)
            {
                return ToolResult.Error($"{file.Path}: {error} Nothing was changed.");
            }

            texts[file.Path] = patched;
        }

        var results = new List<object>();
        foreach (var file in files)
        {
            var result = file.Kind == PatchKind.Delete
                ? await FileChanges.DeleteAsync(context, Name, file.Path, cancellationToken)
                : await FileChanges.ShowAsync(context, Name, file.Path, "modified", text => (Applied(file, text, out var error), error), cancellationToken);
            if (file.MoveTo is { } to)
            {
                result = await FileChanges.MoveAsync(context, Name, file.Path, to, cancellationToken);
            }

            results.Add(result.Full);
        }

        return new ToolResult(new { files = results });
    }

    private static IReadOnlyList<FilePatch> Read(ToolArguments arguments) =>
        PatchReader.Read(arguments.Text("patch")) is { Error: null, Files: var files } ? files : throw new ToolArgumentException(PatchReader.Read(arguments.Text("patch")).Error!);

    private static string? Applied(FilePatch file, string? text, out string? error)
    {
        error = file.Kind != PatchKind.Add && text is null ? "There is no such file." : null;
        return error is not null ? null : file.Kind switch
        {
            PatchKind.Delete => null,
            PatchKind.Add => string.Concat(file.Hunks[0].New.Select(line => line + "\n")),
            _ => PatchApplication.Apply(text!, file.Hunks, out error),
        };
    }
}
