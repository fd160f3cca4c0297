namespace CodexCloudIde.Repair;

/// <summary>The steps of a repair as people see them.</summary>
internal sealed class Plan(IRepairWorkspace workspace)
{
    private static readonly string[] Steps =
    [
        "Run the tests and watch what the failing ones do", "Locate the fault from traces and from the lines that failing and passing tests run", "Try candidate edits against the tests in a sandbox",
        "Apply the most plausible patch", "Run all tests again and explain",
    ];

    private int _at = -1;

    public Task StartAsync(CancellationToken cancellationToken) => ReachAsync(0, cancellationToken);

    public Task EndAsync(CancellationToken cancellationToken) => ReachAsync(Steps.Length, cancellationToken);

    /// <summary>Forward only: a second round of the same steps is no news.</summary>
    public async Task ReachAsync(int step, CancellationToken cancellationToken)
    {
        if (step > _at)
        {
            _at = step;
            await workspace.PlanAsync([.. Steps.Select((text, number) => new PlanStep(text, number < step ? "completed" : number == step ? "inProgress" : "pending"))], cancellationToken);
        }
    }
}
