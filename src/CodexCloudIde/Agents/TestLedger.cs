using CodexCloudIde.Executions;

namespace CodexCloudIde.Agents;

/// <summary>Which test runs prove what: the last whole run before the first edit, and whether one came after the last edit.</summary>
internal sealed class TestLedger(Func<int> edits)
{
    private int editsAtLastRun = -1;

    /// <summary>The last whole run before any edit of this turn.</summary>
    public TestRun? Before { get; private set; }

    /// <summary>The last whole run.</summary>
    public TestRun? Last { get; private set; }

    /// <summary>No edit came after the last whole run.</summary>
    public bool IsCurrent => Last is not null && editsAtLastRun == edits();

    public bool AllGreen => IsCurrent && Last!.Status == "passed";

    public void Ran(TestRun run, TestRunRequest request)
    {
        if (request.Filter is { Count: > 0 } || request.Command is not null)
        {
            return;
        }

        (Last, editsAtLastRun) = (run, edits());
        if (edits() == 0)
        {
            Before = run;
        }
    }

    public static IReadOnlyList<string> Failing(TestRun run) => [.. run.Cases.Where(test => test.Status is not ("passed" or "skipped")).Select(test => test.Id)];
}
