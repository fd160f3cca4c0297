using System.Text.Json;

namespace CodexCloudIde.Executions.Running;

/// <summary>The events of a run of which only the result is left: how it began, what it printed, how it ended.</summary>
internal static class EndedRun
{
    public static IEnumerable<ExecutionEvent> EventsOf(RunRow row, RunPosition after)
    {
        if (after == RunPosition.End) yield break;
        var execution = row.Execution;
        if (after.Event < 1)
        {
            after = after with { Event = 1 };
            yield return EventOf("started", new { id = execution.Id }, after);
        }

        if (after.Stdout < execution.Stdout.Length)
        {
            var (offset, text) = (after.Stdout, execution.Stdout[after.Stdout..]);
            after = after with { Stdout = execution.Stdout.Length };
            yield return EventOf("stdout", new { offset, text }, after);
        }

        if (after.Stderr < execution.Stderr.Length)
        {
            var (offset, text) = (after.Stderr, execution.Stderr[after.Stderr..]);
            after = after with { Stderr = execution.Stderr.Length };
            yield return EventOf("stderr", new { offset, text }, after);
        }

        foreach (var label in execution.Labels.Skip(after.Labels))
        {
            after = after with { Labels = after.Labels + 1 };
            yield return EventOf("label", new { label }, after);
        }

        yield return new ExecutionEvent("result", row.Result) { Position = RunPosition.End };
    }

    private static ExecutionEvent EventOf(string name, object data, RunPosition position) =>
        new(name, JsonSerializer.Serialize(data, RunJson.Options)) { Position = position };
}
