using CodexCloudIde.Repair.Candidates;
using CodexCloudIde.Repair.Trials;

namespace CodexCloudIde.Repair;

/// <summary>What a command in the sandbox left behind; null exit code: it was killed.</summary>
public sealed record CommandOutcome(int? ExitCode, string Stdout, string Stderr);

/// <summary>A step of the plan as people see it.</summary>
public sealed record PlanStep(string Text, string Status);

/// <summary>
/// The project under repair. Commands run in a fresh sandbox over its present state and what they write is discarded; only <see cref="ApplyAsync"/> changes it.
/// </summary>
public interface IRepairWorkspace
{
    /// <summary>Runs the project's tests as its people do, for them to see; the repair makes its own observations.</summary>
    Task<string> RunTestsAsync(CancellationToken cancellationToken);

    Task<CommandOutcome> RunAsync(IReadOnlyList<string> command, string stdin, TimeSpan limit, CancellationToken cancellationToken);

    /// <summary>Tries candidate edits, each apart from the others, without changing the project.</summary>
    async Task<IReadOnlyList<Verdict>> TryAsync(TrialRequest request, CancellationToken cancellationToken)
    {
        var outcome = await RunAsync(Trial.Command, Trial.Of(request), TimeSpan.FromSeconds(request.Seconds + Trial.EndingSeconds), cancellationToken);
        return Trial.Read(outcome.Stdout);
    }

    /// <summary>Changes one file; the spans are of the text given, which is what the file held when it was observed. False: it has changed meanwhile.</summary>
    Task<bool> ApplyAsync(string path, string observed, IReadOnlyList<SourceEdit> edits, CancellationToken cancellationToken);

    Task PlanAsync(IReadOnlyList<PlanStep> steps, CancellationToken cancellationToken);

    /// <summary>Something worth telling people now, in a sentence or two.</summary>
    void Note(string text);
}
