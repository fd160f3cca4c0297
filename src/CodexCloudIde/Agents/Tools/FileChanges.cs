namespace CodexCloudIde.Agents.Tools;

/// <summary>A file change as an item: the edit made live, its diff in the timeline, its figures to the model.</summary>
internal static class FileChanges
{
    /// <param name="edit">From the present text (null: no such file) to the new one, or why not.</param>
    public static Task<ToolResult> ShowAsync(
        ToolContext context, string tool, string path, string change, Func<string?, (string? Text, string? Error)> edit, CancellationToken cancellationToken) =>
        context.ShowAsync(
            item => item with { Type = "fileChange", Tool = tool, Path = path, Change = change },
            $"editing {path}",
            async item =>
            {
                var read = await context.Files.ReadAsync(path, cancellationToken);
                if (!read.Succeeded && read.Refusal.Status != 404)
                {
                    return Refused(item, read.Refusal.Detail);
                }

                var (text, error) = edit(read.Value?.Text);
                if (text is null)
                {
                    return Refused(item, error ?? "Nothing to write.");
                }

                var edited = await context.Files.EditAsync(item, path, read.Value, text, cancellationToken);
                return edited.Succeeded
                    ? Changed(item with { Change = read.Value is null ? "added" : change }, read.Value?.Text ?? "", text, edited.Value.Revision)
                    : Refused(item, edited.Refusal.Detail);
            },
            cancellationToken);

    public static Task<ToolResult> DeleteAsync(ToolContext context, string tool, string path, CancellationToken cancellationToken) => context.ShowAsync(
        item => item with { Type = "fileChange", Tool = tool, Path = path, Change = "deleted" },
        $"deleting {path}",
        async item =>
        {
            var read = await context.Files.ReadAsync(path, cancellationToken);
            if (!read.Succeeded)
            {
                return Refused(item, read.Refusal.Detail);
            }

            return await context.Files.DeleteAsync(item, path, read.Value, cancellationToken) is { } refusal
                ? Refused(item, refusal.Detail)
                : Changed(item, read.Value.Text, "", null);
        },
        cancellationToken);

    public static async Task<ToolResult> MoveAsync(ToolContext context, string tool, string from, string to, CancellationToken cancellationToken)
    {
        var read = await context.Files.ReadAsync(from, cancellationToken);
        if (!read.Succeeded)
        {
            return ToolResult.Error(read.Refusal.Detail);
        }

        var written = await ShowAsync(context, tool, to, "moved", _ => (read.Value.Text, null), cancellationToken);
        await DeleteAsync(context, tool, from, cancellationToken);
        return written;
    }

    private static (TaskItem Item, ToolResult Result) Refused(TaskItem item, string why) => (item with { Status = "failed", Summary = why }, ToolResult.Error(why));

    private static (TaskItem Item, ToolResult Result) Changed(TaskItem item, string before, string after, long? revision)
    {
        var (diff, added, removed) = UnifiedDiff.Of(item.Path!, before, after, item.Change);
        return (
            item with { Diff = diff, Added = added, Removed = removed, Summary = $"+{added} −{removed}" },
            new ToolResult(new { path = item.Path, applied = true, revision, added, removed }));
    }
}
