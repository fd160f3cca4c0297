using System.Text.Json;
using CodexCloudIde.Executions;

namespace CodexCloudIde.Agents.Tools;

/// <summary>
/// Many candidate edits validated in one warm sandbox: a single execution copies the workspace for each, applies it, and runs the tests in forks of a
/// process that holds pytest. Nothing of it reaches the workspace.
/// </summary>
internal sealed class TryPatchesTool(ExecutionRunner runner) : IAgentTool
{
    private const int MostCandidates = 500;
    private const double CaseSeconds = 10;
    private const double AllSeconds = 60;
    private const double TotalSeconds = 240;

    private static readonly Lazy<string> Driver = new(() =>
    {
        using var stream = typeof(TryPatchesTool).Assembly.GetManifestResourceStream("try_patches.py")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    });

    public string Name => "try_patches";

    public string Description => "Tries candidate edits in one sandbox without touching the workspace, and says which tests each mends and breaks.";

    public JsonElement Schema => Schemas.TryPatches;

    public ToolIntent Intend(ToolArguments arguments) => new(ToolEffect.Run);

    public string Describe(ToolArguments arguments) => "try candidate patches";

    public Task<ToolResult> InvokeAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var candidates = arguments.Value<IReadOnlyList<JsonElement>>("candidates");
        var tests = arguments.OptionalTexts("tests") is { Count: > 0 } named ? named : throw new ToolArgumentException("'tests' must name at least one case.");
        if (candidates.Count is 0 or > MostCandidates || candidates.Any(candidate => !IsCandidate(candidate)))
        {
            throw new ToolArgumentException($"'candidates' must be 1 to {MostCandidates} objects {{id, edits:[{{path, start, end, replacement}}]}}.");
        }

        var stdin = JsonSerializer.Serialize(new { candidates, tests, seconds = CaseSeconds, allSeconds = AllSeconds, total = TotalSeconds });
        var request = new ExecutionRequest(["python3", "-c", Driver.Value], stdin, Limits: new ExecutionLimits(CpuSeconds: TotalSeconds, WallSeconds: TotalSeconds + AllSeconds));
        return context.ShowAsync(
            item => item with { Type = "commandExecution", Tool = Name, Command = [Name, $"{candidates.Count} candidates"] },
            $"trying {candidates.Count} candidates",
            async item =>
            {
                var started = await runner.StartAsync(context.Caller, context.Agent, context.Workspace, request, cancellationToken);
                if (!started.Succeeded)
                {
                    return (item with { Status = "failed", Summary = started.Refusal.Detail }, ToolResult.Error(started.Refusal.Detail));
                }

                var execution = await RunOutput.FollowAsync(context, item with { ExecutionId = started.Value.Id }, started.Value, runner, cancellationToken);
                var results = Read(execution.Stdout);
                var good = results.Count(result => result.TryGetProperty("state", out var state) && state.GetString() is "passed" or "partly");
                var finished = item with { ExecutionId = execution.Id, ExitCode = execution.ExitCode, Summary = $"{good} of {candidates.Count} help" };
                return results.Count == 0
                    ? (finished with { Status = "failed", Output = RunOutput.Tail(execution.Stderr) }, ToolResult.Error($"No candidate was tried. {execution.Summary}\n{RunOutput.Tail(execution.Stderr)}"))
                    : (finished, new ToolResult(new { results, execution = new { execution.Id, execution.Status, execution.Reason, execution.Summary } }));
            },
            cancellationToken);
    }

    private static bool IsCandidate(JsonElement candidate) =>
        candidate.ValueKind == JsonValueKind.Object && candidate.TryGetProperty("id", out _) && candidate.TryGetProperty("edits", out var edits)
        && edits.ValueKind == JsonValueKind.Array && edits.EnumerateArray().All(edit => edit.ValueKind == JsonValueKind.Object
            && edit.TryGetProperty("path", out var path) && path.ValueKind == JsonValueKind.String && edit.TryGetProperty("start", out var start)
            && start.TryGetInt32(out var from) && edit.TryGetProperty("end", out var end) && end.TryGetInt32(out var to) && from >= 0 && to >= from
            && edit.TryGetProperty("replacement", out var replacement) && replacement.ValueKind == JsonValueKind.String);

    /// <summary>The JSON lines among what was printed.</summary>
    private static List<JsonElement> Read(string stdout)
    {
        var results = new List<JsonElement>();
        foreach (var line in stdout.Split('\n').Where(line => line.StartsWith('{')))
        {
            try
            {
                results.Add(JsonDocument.Parse(line).RootElement.Clone());
            }
            catch (JsonException)
            {
                // A test that prints to the real output; not a verdict.
            }
        }

        return results;
    }
}
