using System.Globalization;

namespace CodexCloudIde.Executions.Tests;

/// <summary>From a report and the execution that made it to the test run: what hung, what never began, how it counts.</summary>
internal static class TestVerdict
{
    public static TestRun Of(string id, string framework, TestReport report, Execution execution, TestRunRequest request)
    {
        // The report has no end of a case that hung: it took what the others did not.
        var hung = Math.Max(0, (execution.Usage?.WallMs ?? 0) - report.Cases.Sum(found => found.DurationMs));
        var cases = report.Cases.Select(found => Settle(found, execution, hung)).ToList();
        int Count(string status) => cases.Count(found => found.Status == status);
        var (passed, failed, errors, skipped) = (Count("passed"), Count("failed") + Count("timedOut"), Count("error"), Count("skipped"));
        var status = execution.Status == "notStarted" || (cases.Count == 0 && execution.ExitCode != 0) ? "error"
            : failed + errors > 0 || execution.ExitCode != 0 ? "failed"
            : "passed";
        var run = new TestRun(
            id, report.Framework ?? framework, status, cases.Count, passed, failed, errors, skipped, Math.Round(cases.Sum(found => found.DurationMs), 3), cases,
            request.Coverage || request.CoveragePerCase ? report.CoverageOf(request.CoveragePerCase) : null, execution, "")
        {
            Filter = request.Filter is { Count: > 0 } filter ? filter : null,
        };
        return run with { Summary = Summarise(run) };
    }

    /// <summary>A case that was running when the end came, or that never began.</summary>
    private static TestCase Settle(TestCase found, Execution execution, double hung) => (found.Status, execution.Status, execution.Reason) switch
    {
        ("running", "killed", "cancelled" or "serverStopped") => found with { Status = "skipped", Message = "It was running when the run was cancelled." },
        ("running", "killed", var reason) => found with { Status = "timedOut", Message = $"It was still running when the {reason} limit struck.", DurationMs = Math.Round(hung) },
        ("running", _, _) => found with { Status = "error", Message = string.Create(CultureInfo.InvariantCulture, $"The test process ended with {execution.ExitCode} while it ran.") },
        ("pending", _, _) => found with { Status = "skipped", Message = "Not run: the run ended before it began." },
        _ => found,
    };

    private static string Summarise(TestRun run)
    {
        if (run.Total == 0)
        {
            return $"No tests ran. {run.Execution.Summary}{Complaint(run.Execution)}";
        }

        var head = string.Create(CultureInfo.InvariantCulture, $"{run.Passed} of {run.Total} passed, {run.Failed} failed, {run.Errors} errors, {run.Skipped} skipped ({run.Framework}).");
        var bad = run.Cases.Where(found => found.Status is "failed" or "error" or "timedOut").Take(5).Select(found =>
        {
            var frame = found.Frames.LastOrDefault(frame => !frame.Path.StartsWith('/'));
            var where = frame is null ? "" : string.Create(CultureInfo.InvariantCulture, $" at {frame.Path}:{frame.Line}");
            var message = found.Message?.Split('\n')[0] ?? "";
            return $" {found.Id}: {(found.Status == "timedOut" ? "timed out. " : "")}{(message.Length > 200 ? message[..200] : message)}{where}.";
        });
        return head + string.Concat(bad) + (run.Execution.Status == "killed" ? $" {run.Execution.Summary}" : "");
    }

    /// <summary>What the runner said last, when it ended before any case: a wrong option, a broken conftest.</summary>
    private static string Complaint(Execution execution)
    {
        var lines = (execution.Stderr.Length > 0 ? execution.Stderr : execution.Stdout).Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0).ToList();
        var line = lines.LastOrDefault(text => text.StartsWith("E ", StringComparison.Ordinal) || text.Contains("rror:", StringComparison.Ordinal)) ?? lines.LastOrDefault();
        return line is null || execution.Status != "exited" ? "" : $" {(line.Length > 300 ? line[..300] : line)}";
    }
}
