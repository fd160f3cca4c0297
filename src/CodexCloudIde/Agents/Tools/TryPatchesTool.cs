using System.Globalization;
using System.Text.Json;
using CodexCloudIde.Executions;
using CodexCloudIde.Repair.Candidates;
using CodexCloudIde.Repair.Trials;

namespace CodexCloudIde.Agents.Tools;

/// <summary>
/// Many candidate edits validated in one warm sandbox: a single execution holds the collected tests and tries each candidate in a fork of them.
/// Nothing of it reaches the workspace. What must not break is said in the call, or is what passed in the last whole run.
/// </summary>
internal sealed class TryPatchesTool(ExecutionRunner runner, RunTestsTool runTests) : IAgentTool
{
    private const int MostCandidates = 2000;
    private const double UsualSeconds = 60;
    private const double MostSeconds = 240;
    private const double UsualTestSeconds = 10;
    private const int Workers = 2;

    public string Name => "try_patches";

    public string Description => "Tries candidate edits in one sandbox without touching the workspace, and says which tests each mends and breaks.";

    public JsonElement Schema => Schemas.TryPatches;

    public ToolIntent Intend(ToolArguments arguments) => new(ToolEffect.Run);

    public string Describe(ToolArguments arguments) => "try candidate patches";

    public async Task<ToolResult> InvokeAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var candidates = arguments.Value<IReadOnlyList<JsonElement>>("candidates");
        var tests = arguments.OptionalTexts("tests") is { Count: > 0 } named ? named : throw new ToolArgumentException("'tests' must name at least one case.");
        if (candidates.Count is 0 or > MostCandidates || candidates.Any(candidate => !IsCandidate(candidate)))
        {
            throw new ToolArgumentException($"'candidates' must be 1 to {MostCandidates} objects {{id, edits:[{{path, start, end, replacement}}]}}.");
        }

        var keep = arguments.OptionalTexts("keep") ?? await PassingAsync(tests, context, cancellationToken);
        var request = new TrialRequest(
            [.. candidates.Select(Candidate)], tests, keep, Math.Clamp(arguments.OptionalNumber("seconds") ?? UsualSeconds, 1, MostSeconds),
            Math.Clamp(arguments.OptionalNumber("testSeconds") ?? UsualTestSeconds, 0.5, MostSeconds), Workers)
        {
            StopsEarly = arguments.Flag("stopEarly"),
            LineFeeds = arguments.OptionalText("lineEnds") is not "asStored",
            Seen = arguments.Find("seen"),
        };
        return await context.ShowAsync(
            item => item with { Type = "commandExecution", Tool = Name, Purpose = Purpose(candidates.Count), Command = [Name, .. tests.Take(3), .. tests.Count > 3 ? ["…"] : (string[])[]] },
            Purpose(candidates.Count),
            item => TryAsync(item, request, [.. candidates.Select(Id)], context, cancellationToken),
            cancellationToken);
    }

    private async Task<(TaskItem Item, ToolResult Result)> TryAsync(
        TaskItem item, TrialRequest request, IReadOnlyList<string> ids, ToolContext context, CancellationToken cancellationToken)
    {
        var wall = request.Seconds + Trial.EndingSeconds;
        var execution = new ExecutionRequest(Trial.Command, Trial.Of(request), Limits: new ExecutionLimits(WallSeconds: wall, CpuSeconds: wall * Workers));
        var started = await runner.StartAsync(context.Caller, context.Agent, context.Workspace, execution, cancellationToken);
        if (!started.Succeeded)
        {
            return (item with { Status = "failed", Summary = started.Refusal.Detail }, ToolResult.Error(started.Refusal.Detail));
        }

        var ended = await RunOutput.FollowAsync(context, item with { ExecutionId = started.Value.Id }, started.Value, runner, cancellationToken);
        var verdicts = Trial.Read(ended.Stdout);
        var results = verdicts.Where(verdict => verdict.Id >= 0 && verdict.Id < ids.Count).Select(verdict => new
        {
            id = ids[verdict.Id],
            state = StateOf(verdict, request.Failing.Count),
            mended = Names(verdict.Mended, request.Failing),
            broken = Names(verdict.Broken, request.Passing),
            told = verdict.Told,
            at = request.Seen is null ? null : verdict.At.Where(entry => entry.Key < request.Failing.Count).ToDictionary(entry => request.Failing[entry.Key], entry => entry.Value),
        }).ToList();
        var helpful = results.Where(result => result.state is "passed" or "partly").ToList();
        var finished = item with
        {
            ExecutionId = ended.Id,
            ExitCode = ended.ExitCode,
            Summary = $"{results.Count} of {ids.Count} tried, {helpful.Count} mend something and break nothing",
            Output = string.Join('\n', helpful.Take(20).Select(result => $"{result.id}: mends {string.Join(", ", result.mended.Take(5))}")),
        };
        return results.Count == 0
            ? (finished with { Status = "failed", Output = RunOutput.Tail(ended.Stderr) }, ToolResult.Error($"No candidate was tried. {ended.Summary}\n{RunOutput.Tail(ended.Stderr)}"))
            : (finished, new ToolResult(new { results, notTried = ids.Count - results.Count, execution = new { ended.Id, ended.Status, ended.Reason, ended.Summary } }));
    }

    /// <summary>What passed in the last whole run; the tests are run when none is current.</summary>
    private async Task<IReadOnlyList<string>> PassingAsync(IReadOnlyList<string> tests, ToolContext context, CancellationToken cancellationToken)
    {
        if (!context.Tests.IsCurrent)
        {
            await runTests.RunAsync(new TestRunRequest(), context, cancellationToken);
        }

        return context.Tests.Last is { } last ? [.. last.Cases.Where(test => test.Status == "passed" && !tests.Contains(test.Id)).Select(test => test.Id)] : [];
    }

    private static string Purpose(int candidates) => candidates == 1 ? "trying a candidate edit" : string.Create(CultureInfo.InvariantCulture, $"trying {candidates} candidate edits");

    private static string StateOf(Repair.Trials.Verdict verdict, int asked) => verdict.State switch
    {
        "tried" => (verdict.Mended.Count, verdict.Broken.Count) switch { (0, _) or (_, > 0) => "failed", var (mended, _) => mended == asked ? "passed" : "partly" },
        "hung" => "timedOut",
        var other => other,
    };

    private static IReadOnlyList<string> Names(IReadOnlyList<int> places, IReadOnlyList<string> names) => [.. places.Where(place => place >= 0 && place < names.Count).Select(place => names[place])];

    private static string Id(JsonElement candidate) => candidate.GetProperty("id") is { ValueKind: JsonValueKind.String } id ? id.GetString()! : candidate.GetProperty("id").GetRawText();

    private static TrialCandidate Candidate(JsonElement candidate, int place) => new(
        place,
        [
            .. candidate.GetProperty("edits").EnumerateArray().Select(edit => new SourceEdit(
                edit.GetProperty("path").GetString()!, edit.GetProperty("start").GetInt32(), edit.GetProperty("end").GetInt32(), edit.GetProperty("replacement").GetString()!)),
        ],
        candidate.TryGetProperty("thorough", out var thorough) && thorough.ValueKind == JsonValueKind.True);

    private static bool IsCandidate(JsonElement candidate) =>
        candidate.ValueKind == JsonValueKind.Object && candidate.TryGetProperty("id", out _) && candidate.TryGetProperty("edits", out var edits)
        && edits.ValueKind == JsonValueKind.Array && edits.EnumerateArray().All(edit => edit.ValueKind == JsonValueKind.Object
            && edit.TryGetProperty("path", out var path) && path.ValueKind == JsonValueKind.String && edit.TryGetProperty("start", out var start)
            && start.TryGetInt32(out var from) && edit.TryGetProperty("end", out var end) && end.TryGetInt32(out var to) && from >= 0 && to >= from
            && edit.TryGetProperty("replacement", out var replacement) && replacement.ValueKind == JsonValueKind.String);
}
