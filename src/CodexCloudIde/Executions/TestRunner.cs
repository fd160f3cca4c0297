using System.Text;
using System.Text.Json;
using CodexCloudIde.Api;
using CodexCloudIde.Executions.Running;
using CodexCloudIde.Executions.Tests;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Executions;

/// <summary>Detects the project's own runner, runs it in a fresh sandbox and reads its machine report.</summary>
public sealed class TestRunner
{
    private const int DetectionDepth = 6;

    /// <summary>Files whose text detection looks at, and how long they may be.</summary>
    private const int MostRead = 20;
    private const int LongestRead = 256 * 1024;

    private readonly JobRunner jobs;
    private readonly LiveRuns live;
    private readonly WorkspaceFolder folder;
    private readonly TestTools tools;
    private readonly WorkspaceEvents events;

    internal TestRunner(JobRunner jobs, LiveRuns live, WorkspaceFolder folder, TestTools tools, WorkspaceEvents events)
    {
        this.jobs = jobs;
        this.live = live;
        this.folder = folder;
        this.tools = tools;
        this.events = events;
    }

    /// <summary>Starts; 422 <c>no-test-runner</c> when none is found.</summary>
    public async Task<Outcome<RunHandle<TestRun>>> StartAsync(
        Caller caller, Actor actor, WorkspaceRef workspace, TestRunRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(request);
        var framework = await DetectAsync(workspace, cancellationToken);
        if (framework is null && request.Command is not { Count: > 0 })
        {
            return new Refusal(422, "no-test-runner", "No test runner was found: add tests that pytest (test_*.py), unittest, node --test, vitest, jest, go test, cargo test or dotnet test finds, or say the command to run.", "command");
        }

        var filter = request.Filter ?? [];
        if (filter.FirstOrDefault(id => string.IsNullOrEmpty(id) || id.StartsWith('-')) is not null)
        {
            return new Refusal(400, "invalid-filter", "A filter is a list of case ids, as an earlier run named them.", "filter");
        }

        var command = request.Command is { Count: > 0 } own ? [.. own, .. filter] : framework!.Command(request);
        var execution = new ExecutionRequest(command, Env: TestFramework.Environment(request), Limits: request.Limits);
        var planned = await jobs.PlanAsync(caller, actor, workspace, execution, framework?.Builds == true, cancellationToken);
        if (planned.Refusal is { } refusal)
        {
            return refusal;
        }

        var report = new TestReport(planned.Value!.Log);
        var plan = planned.Value with { Mounts = [tools.Mount], OnReport = report.Read };
        var name = framework?.Name ?? "command";
        var begun = await jobs.BeginAsync(plan, RunRow.OfTests, Initial, cancellationToken);
        if (begun.Refusal is { } unrecorded)
        {
            return unrecorded;
        }

        plan = begun.Value!;
        plan.Log.Append("started", new { id = plan.Key, framework = name });
        var run = new LiveRun(caller.Tenant, workspace.Workspace, RunRow.OfTests, plan.Log);
        var work = Task.Run(() => RunAsync(plan, name, report, request, run.Cancelling.Token), CancellationToken.None);
        live.Follow(plan.Key, run, work);
        Announce(plan, isRunning: true);
        return new RunHandle<TestRun>(plan.Key, ct => plan.Log.ReadAsync(RunPosition.Start, ct), work);

        TestRun Initial(Execution queued) => TestVerdict.Of(plan.Key, name, report, queued, request) with
        {
            Status = TestRun.Underway,
            StartedBy = actor.Name,
            Checkout = CheckoutOf(workspace),
            Summary = queued.Summary,
        };
    }

    private async Task<TestRun> RunAsync(JobPlan plan, string framework, TestReport report, TestRunRequest request, CancellationToken cancelled)
    {
        var run = await jobs.RunAsync(
            plan, RunRow.OfTests, execution => TestVerdict.Of(plan.Key, framework, report, execution, request) with { StartedBy = plan.Actor.Name, Checkout = CheckoutOf(plan.Workspace) }, cancelled);
        plan.Log.End("result", run);
        Announce(plan, isRunning: false);
        return run;
    }

    private static string? CheckoutOf(WorkspaceRef workspace) => workspace.Checkout == WorkspaceRef.Live ? null : workspace.Checkout;

    /// <summary>Everybody in the workspace sees the same run: the event names it, its own stream tells the rest.</summary>
    private void Announce(JobPlan plan, bool isRunning) =>
        events.Publish(plan.Workspace, new WorkspaceEvent("testRun.changed", JsonSerializer.Serialize(new { id = plan.Key, running = isRunning }, RunJson.Options)));

    private async Task<TestFramework?> DetectAsync(WorkspaceRef workspace, CancellationToken cancellationToken)
    {
        var listed = await folder.ListAsync(workspace, "", DetectionDepth, cancellationToken);
        if (!listed.Succeeded)
        {
            return null;
        }

        var paths = listed.Value.Where(entry => entry.Kind == "file").Select(entry => entry.Path).ToList();
        var asked = paths.Where(path => TestFramework.Configurations.Contains(path)).Concat(paths.Where(path => ProjectFiles.IsOwn(path) && TestFramework.MayHoldTests(path)).Take(MostRead));
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in asked)
        {
            if (await folder.ReadAsync(workspace, path, LongestRead, cancellationToken) is { Succeeded: true } read)
            {
                texts[path] = Encoding.UTF8.GetString(read.Value);
            }
        }

        var files = new ProjectFiles(paths, texts);
        return TestFramework.All.FirstOrDefault(framework => framework.Detects(files));
    }
}
