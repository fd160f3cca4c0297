using System.Globalization;
using System.Text.Json;
using CodexCloudIde.Repair.Candidates;
using CodexCloudIde.Repair.Trials;

namespace CodexCloudIde.Repair.Chat;

/// <summary>The workspace seen through the tools of a conversation.</summary>
internal sealed class ChatWorkspace(RepairSession session) : IRepairWorkspace
{
    private string _note = "";
    private string? _step;

    /// <summary>Why the last command was not run, in the tool's words; null when it was.</summary>
    public string? Refused { get; private set; }

    public Task<string> RunTestsAsync(CancellationToken cancellationToken) =>
        session.Tools.Contains(ChatTools.RunTests) ? CallAsync(ChatTools.RunTests, [], cancellationToken) : Task.FromResult("");

    public async Task<CommandOutcome> RunAsync(IReadOnlyList<string> command, string stdin, TimeSpan limit, CancellationToken cancellationToken)
    {
        var answer = await CallAsync(
            ChatTools.RunCommand, new() { ["command"] = command, ["stdin"] = stdin, ["timeoutSeconds"] = Math.Ceiling(limit.TotalSeconds), ["purpose"] = _step }, cancellationToken);
        try
        {
            using var json = JsonDocument.Parse(answer);
            var root = json.RootElement;
            Refused = root.ValueKind == JsonValueKind.Object && Text(root, "error") is { Length: > 0 } error ? error : null;
            return root.ValueKind != JsonValueKind.Object ? new CommandOutcome(null, "", answer) : new CommandOutcome(
                root.TryGetProperty("exitCode", out var code) && code.ValueKind == JsonValueKind.Number ? code.GetInt32() : null, Text(root, "stdout"), Text(root, "stderr"));
        }
        catch (JsonException)
        {
            return new CommandOutcome(null, "", answer);
        }
    }

    /// <summary>By the tool that is made for it, where there is one; else by a command.</summary>
    public async Task<IReadOnlyList<Verdict>> TryAsync(TrialRequest request, CancellationToken cancellationToken)
    {
        if (!session.Tools.Contains(ChatTools.TryPatches))
        {
            var outcome = await RunAsync(Trial.Command, Trial.Of(request), TimeSpan.FromSeconds(request.Seconds + Trial.EndingSeconds), cancellationToken);
            return Trial.Read(outcome.Stdout);
        }

        var answer = await CallAsync(
            ChatTools.TryPatches,
            new()
            {
                ["candidates"] = request.Candidates.Select(candidate => new { id = candidate.Id.ToString(CultureInfo.InvariantCulture), edits = candidate.Edits.Select(Wire), thorough = candidate.Thorough }).ToArray(),
                ["tests"] = request.Failing,
                ["keep"] = request.Passing,
                ["seconds"] = request.Seconds,
                ["testSeconds"] = request.TestSeconds,
                ["stopEarly"] = request.StopsEarly,
                ["lineEnds"] = "asStored",
                ["seen"] = request.Seen,
            },
            cancellationToken);
        return Verdicts(answer, request);

        static object Wire(SourceEdit edit) => new { path = edit.Path, start = edit.Start, end = edit.End, replacement = edit.Replacement };
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
        _step = steps.FirstOrDefault(step => step.Status == "inProgress")?.Text;
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

    /// <summary>What the tool tells by names, by their places in the request.</summary>
    internal static IReadOnlyList<Verdict> Verdicts(string answer, TrialRequest request)
    {
        var failing = request.Failing.Select((name, place) => (name, place)).ToDictionary(pair => pair.name, pair => pair.place, StringComparer.Ordinal);
        var passing = request.Passing.Select((name, place) => (name, place)).ToDictionary(pair => pair.name, pair => pair.place, StringComparer.Ordinal);
        try
        {
            using var json = JsonDocument.Parse(answer);
            return json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("results", out var results) ? [] :
            [
                .. results.EnumerateArray().Select(result => new Verdict(
                    int.Parse(Text(result, "id"), CultureInfo.InvariantCulture), Text(result, "state") switch { "passed" or "partly" or "failed" => "tried", "timedOut" => "hung", var other => other },
                    Text(result, "told"), Places(result, "mended", failing), Places(result, "broken", passing), Reached(result, failing))),
            ];
        }
        catch (JsonException)
        {
            return [];
        }

        static Dictionary<int, int> Reached(JsonElement result, Dictionary<string, int> places) => !result.TryGetProperty("at", out var at) || at.ValueKind != JsonValueKind.Object ? [] :
            at.EnumerateObject().Where(entry => places.ContainsKey(entry.Name)).ToDictionary(entry => places[entry.Name], entry => entry.Value.GetInt32());

        static IReadOnlyList<int> Places(JsonElement result, string name, Dictionary<string, int> places) =>
            result.TryGetProperty(name, out var list) ? [.. list.EnumerateArray().Select(entry => places.GetValueOrDefault(entry.GetString()!, -1)).Where(place => place >= 0)] : [];
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
