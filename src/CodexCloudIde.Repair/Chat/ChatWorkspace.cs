using System.Text.Json;
using CodexCloudIde.Repair.Candidates;

namespace CodexCloudIde.Repair.Chat;

/// <summary>The workspace seen through the tools of a conversation.</summary>
internal sealed class ChatWorkspace(RepairSession session) : IRepairWorkspace
{
    private string _note = "";

    public Task<string> RunTestsAsync(CancellationToken cancellationToken) =>
        session.Tools.Contains(ChatTools.RunTests) ? CallAsync(ChatTools.RunTests, [], cancellationToken) : Task.FromResult("");

    public async Task<CommandOutcome> RunAsync(IReadOnlyList<string> command, string stdin, TimeSpan limit, CancellationToken cancellationToken)
    {
        var answer = await CallAsync(
            ChatTools.RunCommand, new() { ["command"] = command, ["stdin"] = stdin, ["timeoutSeconds"] = Math.Ceiling(limit.TotalSeconds) }, cancellationToken);
        try
        {
            using var json = JsonDocument.Parse(answer);
            var root = json.RootElement;
            return root.ValueKind != JsonValueKind.Object ? new CommandOutcome(null, "", answer) : new CommandOutcome(
                root.TryGetProperty("exitCode", out var code) && code.ValueKind == JsonValueKind.Number ? code.GetInt32() : null, Text(root, "stdout"), Text(root, "stderr"));
        }
        catch (JsonException)
        {
            return new CommandOutcome(null, "", answer);
        }
    }

    /// <summary>One call for each place, from the end of the file to its start, each with as many lines around it as make it unique.</summary>
    public async Task<bool> ApplyAsync(string path, string observed, IReadOnlyList<SourceEdit> edits, CancellationToken cancellationToken)
    {
        var text = observed;
        foreach (var place in Places(text, edits))
        {
            var (oldText, newText) = Unique(text, place);
            var answer = await CallAsync(ChatTools.ApplyEdit, new() { ["path"] = path, ["oldText"] = oldText, ["newText"] = newText }, cancellationToken);
            if (IsError(answer))
            {
                return false;
            }

            text = string.Concat(text.AsSpan(0, place.Start), place.Replacement, text.AsSpan(place.End));
        }

        return true;
    }

    public async Task PlanAsync(IReadOnlyList<PlanStep> steps, CancellationToken cancellationToken)
    {
        if (session.Tools.Contains(ChatTools.UpdatePlan))
        {
            await CallAsync(ChatTools.UpdatePlan, new() { ["steps"] = steps.Select(step => new { text = step.Text, status = step.Status }).ToArray() }, cancellationToken);
        }
    }

    public void Note(string text) => _note = _note.Length > 0 ? _note + "\n" + text : text;

    /// <summary>The edits as disjoint spans, last first; those at one offset are joined in their order.</summary>
    internal static IReadOnlyList<SourceEdit> Places(string text, IReadOnlyList<SourceEdit> edits)
    {
        var joined = new List<SourceEdit>();
        foreach (var edit in edits.Select((edit, order) => (edit, order)).OrderBy(entry => entry.edit.Start).ThenBy(entry => entry.order).Select(entry => entry.edit))
        {
            if (joined.Count > 0 && edit.Start <= joined[^1].End)
            {
                var last = joined[^1];
                joined[^1] = last with { End = Math.Max(last.End, edit.End), Replacement = last.Replacement + edit.Replacement };
            }
            else
            {
                joined.Add(edit);
            }
        }

        joined.Reverse();
        return [.. joined.Where(edit => text[edit.Start..edit.End] != edit.Replacement)];
    }

    internal static (string Old, string New) Unique(string text, SourceEdit edit)
    {
        var (from, to) = (LineStart(text, edit.Start), LineEnd(text, edit.End));
        while (from > 0 || to < text.Length)
        {
            var old = text[from..to];
            if (old.Trim().Length > 0 && text.IndexOf(old, StringComparison.Ordinal) == from && text.IndexOf(old, from + 1, StringComparison.Ordinal) < 0)
            {
                break;
            }

            (from, to) = (from > 0 ? LineStart(text, from - 1) : 0, to < text.Length ? LineEnd(text, to + 1) : to);
        }

        if (from == 0 && text.StartsWith('\uFEFF'))
        {
            from = Math.Min(1, edit.Start);
        }

        return (text[from..to], string.Concat(text.AsSpan(from, edit.Start - from), edit.Replacement, text.AsSpan(edit.End, to - edit.End)));
    }

    private static int LineStart(string text, int offset) => offset <= 0 ? 0 : text.LastIndexOf('\n', offset - 1) + 1;

    private static int LineEnd(string text, int offset) => offset >= text.Length ? text.Length : text.IndexOf('\n', offset) is >= 0 and var end ? end : text.Length;

    private static string Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static bool IsError(string answer)
    {
        try
        {
            using var json = JsonDocument.Parse(answer);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private Task<string> CallAsync(string tool, Dictionary<string, object?> arguments, CancellationToken cancellationToken)
    {
        var note = _note;
        _note = "";
        return session.CallAsync(note, tool, arguments, cancellationToken);
    }
}
