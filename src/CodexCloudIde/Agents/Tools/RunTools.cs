using System.Text;
using System.Text.Json;
using CodexCloudIde.Executions;

namespace CodexCloudIde.Agents.Tools;

internal sealed class RunTestsTool(TestRunner runner, ExecutionRunner executions) : IAgentTool
{
    public string Name => "run_tests";

    public string Description => "Runs the project's tests in a fresh sandbox; all of them without a filter.";

    public JsonElement Schema => Schemas.RunTests;

    public ToolIntent Intend(ToolArguments arguments) => new(ToolEffect.Run);

    public string Describe(ToolArguments arguments) => "run the tests";

    public Task<ToolResult> InvokeAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        (bool Any, bool PerCase) coverage = arguments.Find("coverage") switch
        {
            null or { ValueKind: JsonValueKind.False } => (false, false),
            { ValueKind: JsonValueKind.True } => (true, false),
            { ValueKind: JsonValueKind.String } kind when kind.GetString() == "perCase" => (true, true),
            _ => throw new ToolArgumentException("'coverage' is false, true or \"perCase\"."),
        };
        return RunAsync(new TestRunRequest(Filter: arguments.OptionalTexts("filter"), Coverage: coverage.Any) { CoveragePerCase = coverage.PerCase }, context, cancellationToken);
    }

    public Task<ToolResult> RunAsync(TestRunRequest request, ToolContext context, CancellationToken cancellationToken) => context.ShowAsync(
        item => item with { Type = "testRun", Tool = Name, Command = request.Filter is { Count: > 0 } filter ? [Name, .. filter.Take(3)] : [Name] },
        request.Filter is { Count: > 0 } ? $"running {request.Filter.Count} tests" : "running tests",
        async item =>
        {
            var started = await runner.StartAsync(context.Caller, context.Agent, context.Workspace, request, cancellationToken);
            if (!started.Succeeded)
            {
                return (item with { Status = "failed", Summary = started.Refusal.Detail }, ToolResult.Error(started.Refusal.Detail));
            }

            var run = await RunOutput.FollowAsync(context, item with { ExecutionId = started.Value.Id }, started.Value, executions, cancellationToken);
            context.Tests.Ran(run, request);
            var shown = run with { Coverage = null };
            return (item with { TestRun = shown, ExecutionId = started.Value.Id, Summary = run.Summary }, new ToolResult(run, Brief(run)));
        },
        cancellationToken);

    /// <summary>Figures and failures; what passed is of no use to a model with a window.</summary>
    private static object Brief(TestRun run) => new
    {
        run.Status,
        run.Total,
        run.Passed,
        run.Failed,
        run.Errors,
        run.Skipped,
        failures = run.Cases.Where(test => test.Status is not ("passed" or "skipped")).Take(12).Select(test => new
        {
            test.Id, test.Status, message = Tail(test.Message, 1_500), frames = test.Frames.Where(frame => !frame.Path.StartsWith('/')).Take(8),
        }),
        coverage = run.Coverage is { } coverage ? new { coverage.Lines, coverage.Covered } : null,
        output = run.Cases.Count == 0 ? Tail(run.Execution.Stdout + run.Execution.Stderr, 3_000) : null,
        run.Summary,
    };

    private static string? Tail(string? text, int most) => text is { } long_ && long_.Length > most ? "…" + long_[^most..] : text;
}

internal sealed class RunCommandTool(ExecutionRunner runner) : IAgentTool
{
    public string Name => "run_command";

    public string Description => "Runs a command in a fresh sandbox without network; what it writes is discarded.";

    public JsonElement Schema => Schemas.RunCommand;

    public ToolIntent Intend(ToolArguments arguments) =>
        new(ToolEffect.Run, Command(arguments), arguments.OptionalText("network") is not (null or "none"), arguments.Flag("writeBack"));

    public string Describe(ToolArguments arguments)
    {
        var intent = Intend(arguments);
        return $"run {Quoted(intent.Command)}{(intent.Network ? " with network" : "")}{(intent.WriteBack ? ", writing to the workspace" : "")}"
            + (arguments.OptionalText("stdin") is { } stdin ? $", stdin {Quoted(stdin)}" : "");
    }

    public Task<ToolResult> InvokeAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var intent = Intend(arguments);
        var limits = arguments.OptionalNumber("timeoutSeconds") is { } seconds ? new ExecutionLimits(WallSeconds: seconds) : null;
        var request = new ExecutionRequest(
            intent.Command!, arguments.OptionalText("stdin"), Limits: limits, Network: intent.Network ? "proxy" : "none", WriteBack: intent.WriteBack);
        var purpose = arguments.OptionalText("purpose") is { Length: > 0 } said ? RunOutput.Short(said.ReplaceLineEndings(" ")) : null;
        return context.ShowAsync(
            item => item with { Type = "commandExecution", Tool = Name, Purpose = purpose, Command = [.. intent.Command!.Select(RunOutput.Short)] },
            $"running {intent.Command![0]}",
            async item =>
            {
                var started = await runner.StartAsync(context.Caller, context.Agent, context.Workspace, request, cancellationToken);
                if (!started.Succeeded)
                {
                    return (item with { Status = "failed", Summary = started.Refusal.Detail }, ToolResult.Error(started.Refusal.Detail));
                }

                var execution = await RunOutput.FollowAsync(context, item with { ExecutionId = started.Value.Id }, started.Value, runner, cancellationToken);
                return (
                    item with
                    {
                        ExecutionId = execution.Id,
                        ExitCode = execution.ExitCode,
                        Output = RunOutput.Tail(execution.Stdout + execution.Stderr),
                        Summary = execution.Summary,
                        Status = execution is { Status: "exited", ExitCode: 0 } ? "completed" : "failed",
                    },
                    new ToolResult(execution, Brief(execution)));
            },
            cancellationToken);
    }

    /// <summary>JSON, so that nothing is ambiguous, with the marks that a person can read left as they are; what turns text around stays escaped.</summary>
    private static string Quoted<T>(T value) => JsonSerializer.Serialize(value)
        .Replace("\\u003C", "<", StringComparison.Ordinal).Replace("\\u003E", ">", StringComparison.Ordinal).Replace("\\u0026", "&", StringComparison.Ordinal)
        .Replace("\\u0027", "'", StringComparison.Ordinal).Replace("\\u002B", "+", StringComparison.Ordinal).Replace("\\u0022", "\\\"", StringComparison.Ordinal);

    private static IReadOnlyList<string> Command(ToolArguments arguments) =>
        arguments.OptionalTexts("command") is { Count: > 0 } command ? command : throw new ToolArgumentException("'command' must be a list of strings that is not empty.");

    private static object Brief(Execution execution) => new
    {
        execution.Status,
        execution.ExitCode,
        execution.Reason,
        stdout = Cut(execution.Stdout),
        stderr = Cut(execution.Stderr),
        changes = execution.Changes.Take(50),
        execution.Summary,
    };

    private static string Cut(string text) => text.Length <= 8_000 ? text : $"{text[..3_000]}\n… {text.Length - 7_000} characters left out …\n{text[^4_000..]}";
}

/// <summary>Follows a run: its output in the item while it comes, its end, and its cancellation when the task's is.</summary>
internal static class RunOutput
{
    private const int Shown = 4_000;

    public static async Task<T> FollowAsync<T>(ToolContext context, TaskItem item, RunHandle<T> run, ExecutionRunner executions, CancellationToken cancellationToken)
    {
        try
        {
            var output = new StringBuilder();
            await foreach (var happened in run.Events(cancellationToken))
            {
                if (happened.Name is "stdout" or "stderr" && JsonDocument.Parse(happened.Data).RootElement.TryGetProperty("text", out var text))
                {
                    output.Append(text.GetString());
                    output.Remove(0, Math.Max(0, output.Length - (2 * Shown)));
                    await context.ProgressAsync(item with { Output = Tail(output.ToString()) }, cancellationToken);
                }
            }

            return await run.Completion.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await executions.CancelAsync(context.Caller, run.Id, CancellationToken.None);
            throw;
        }
    }

    /// <summary>The last lines, none of them endless: what people see, never what the model gets.</summary>
    public static string Tail(string text)
    {
        var tail = string.Join('\n', (text.Length <= 4 * Shown ? text : text[^(4 * Shown)..]).Split('\n').Select(Short));
        return tail.Length <= Shown ? tail : tail[^Shown..];
    }

    /// <summary>A script given as an argument is shown by its beginning.</summary>
    public static string Short(string text)
    {
        var line = text.Length > 400 && text.IndexOf('\n', StringComparison.Ordinal) is > 0 and var end ? text[..end] : text;
        return line.Length > 400 ? line[..200] + "…" : line.Length < text.Length ? line + " …" : line;
    }
}
