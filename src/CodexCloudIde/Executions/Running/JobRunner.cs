using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CodexCloudIde.Api;
using CodexCloudIde.Audit;
using CodexCloudIde.Documents;
using CodexCloudIde.Executions.Compiled;
using CodexCloudIde.Executions.Runtime;
using CodexCloudIde.Executions.Traces;
using CodexCloudIde.Sandboxing;
using CodexCloudIde.Storage;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Executions.Running;

/// <summary>
/// The one path of everything that runs for a request: authorise again, check limits, record (refused when it cannot be), materialise open
/// documents, run in a fresh sandbox, collect, write back, record the end.
/// </summary>
internal sealed partial class JobRunner(
    Sandboxes sandboxes, CompiledResults compiledResults, WorkspaceAccess access, WorkspaceFolder folder, OpenDocuments documents, WriteBack writeBack, AuditLog audit, RunHistory history,
    LiveRuns live, TimeProvider time, ILogger<JobRunner> logger)
{
    private const int LongestCommand = 256 * 1024;
    private const int LongestInput = 4 << 20;
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Everything that can be refused, before anything is started.</summary>
    /// <param name="builds">A project is built before it runs: that takes longer and more.</param>
    public async Task<Outcome<JobPlan>> PlanAsync(
        Caller caller, Actor actor, WorkspaceRef workspace, ExecutionRequest request, bool builds, CancellationToken cancellationToken)
    {
        var allowed = await access.FindAsync(caller, workspace.Workspace, Role.Developer, cancellationToken);
        if (allowed.Refusal is { } denied)
        {
            return denied;
        }

        if (Malformed(request) is { } malformed)
        {
            return malformed;
        }

        if (await sandboxes.UnusableAsync(cancellationToken) is { } unusable)
        {
            return unusable;
        }

        if (sandboxes.Crowded(workspace.Tenant) is { } crowded)
        {
            return crowded;
        }

        var probe = await sandboxes.ProbeAsync(cancellationToken);
        var limits = LimitPolicy.Apply(request.Limits, builds ? sandboxes.Settings.Building : sandboxes.Settings.Default, sandboxes.Settings.Ceiling, probe);
        return limits.Refusal is { } above ? above : new JobPlan(Guid.CreateVersion7(), caller, actor, workspace, request, limits.Value!, new RunLog()) { Builds = builds };
    }

    /// <summary>Records the start, in the audit log and as a row, as running or, when all turns are taken, as queued. What cannot be recorded is not run.</summary>
    /// <param name="initial">What the row says until the end.</param>
    public async Task<Outcome<JobPlan>> BeginAsync<T>(JobPlan plan, string kind, Func<Execution, T> initial, CancellationToken cancellationToken)
    {
        var turn = sandboxes.TryTakeTurn(plan.Workspace.Tenant);
        try
        {
            var begun = plan with { Turn = turn };
            var execution = turn is null ? Queued(plan.Key) : RunRow.Underway(Queued(plan.Key));
            if (await RecordAsync(plan, kind, initial(execution), cancellationToken) is not { } unrecorded)
            {
                turn = null;
                return begun;
            }

            return unrecorded;
        }
        finally
        {
            turn?.Dispose();
        }
    }

    private async Task<Refusal?> RecordAsync<T>(JobPlan plan, string kind, T initial, CancellationToken cancellationToken)
    {
        var command = JsonSerializer.SerializeToUtf8Bytes(plan.Request.Command, RunJson.Options);
        var data = new JsonObject
        {
            ["execution"] = plan.Key,
            ["program"] = Cut(plan.Request.Command[0], 100),
            ["commandHash"] = Convert.ToHexStringLower(SHA256.HashData(command)),
            ["writeBack"] = plan.Request.WriteBack,
            ["memoryMb"] = plan.Limits.MemoryMb,
            ["wallSeconds"] = plan.Limits.WallSeconds,
        };
        var entry = new AuditRecord(plan.Caller.Tenant, plan.Actor, $"{AuditName(kind)}.started", $"workspace/{plan.Workspace.Workspace}", "allowed", data);

        // Two flushes to disk that need not wait for each other. Not cancellable from here: half a beginning would look like a run that never ends.
        cancellationToken.ThrowIfCancellationRequested();
        var row = history.BeginAsync(plan.Id, kind, plan.Caller, plan.Workspace, initial, CancellationToken.None);
        try
        {
            await audit.AppendAsync(entry, CancellationToken.None);
        }
        catch (IOException failure)
        {
            await row.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (row.IsCompletedSuccessfully)
            {
                await history.ForgetAsync(plan.Caller.Tenant, plan.Id);
            }

            return DiskFull.Is(failure) ? DiskFull.Refusal : new Refusal(503, "audit-unavailable", "The audit log cannot be written, so nothing is run; tell an operator.");
        }

        await row;
        return null;
    }

    /// <summary>
    /// Runs to the end and keeps what <paramref name="conclude"/> makes of it. Never throws for what the sandbox or the host does: that becomes a
    /// result. When it returns, nothing of the sandbox is left; clearing away and recording happen side by side.
    /// </summary>
    public async Task<T> RunAsync<T>(JobPlan plan, string kind, Func<Execution, T> conclude, CancellationToken cancelled)
    {
        var execution = Queued(plan.Key);
        IAsyncDisposable? remains = null;
        var turn = plan.Turn;
        CompiledLease? compiled = null;
        try
        {
            turn ??= await QueueAsync(plan, cancelled);
            var revisions = await documents.MaterialiseAsync(plan.Workspace, cancelled);
            compiled = compiledResults.Take(plan.Workspace, plan.Builds);
            var specification = new SandboxSpecification(folder.RootOf(plan.Workspace), WorkspaceMode.Overlay, plan.Limits)
            {
                Mounts = [.. plan.Mounts, .. sandboxes.Caches], CompiledPath = compiled?.Directory,
            };
            var sandbox = await sandboxes.Runtime.CreateAsync(specification, cancelled);
            remains = sandbox;
            execution = await RunInSandboxAsync(plan, sandbox, compiled, revisions, execution, cancelled);
        }
        catch (OperationCanceledException) when (cancelled.IsCancellationRequested)
        {
            execution = execution with { Status = "notStarted", Reason = live.Stopping ? "serverStopped" : "cancelled" };
        }
        catch (Exception failure) when (DiskFull.Is(failure))
        {
            LogFailed(failure, plan.Key);
            execution = execution with { Status = "notStarted", Reason = "diskFull", Labels = ["serverDiskFull"] };
        }
        catch (Exception failure)
        {
            // Broken infrastructure, whatever it was: the run ends as not started, the log has the reason.
            LogFailed(failure, plan.Key);
            execution = execution with { Status = "notStarted", Reason = "sandboxFailed", Labels = ["sandboxFailed"] };
        }

        compiled?.Dispose();
        execution = execution with { Summary = Summaries.Of(execution, plan.Limits, plan.Request) };
        var result = conclude(execution);
        await Task.WhenAll(ClearAsync(remains, plan.Key), RecordEndAsync(plan, kind, execution), KeepAsync(plan, result));
        turn?.Dispose();
        return result;
    }

    public static Execution Queued(string id) =>
        new(id, "queued", null, null, null, [], "", "", false, null, null, null, [], [], "Waiting for its turn.");

    private async Task<IDisposable> QueueAsync(JobPlan plan, CancellationToken cancelled)
    {
        var turn = await sandboxes.TakeTurnAsync(plan.Workspace.Tenant, cancelled);
        await history.TakenUpAsync(plan.Caller.Tenant, plan.Id);
        return turn;
    }

    private static Refusal? Malformed(ExecutionRequest request)
    {
        if (request.Command is not { Count: > 0 } || request.Command.Any(word => word is null || word.Contains('\0', StringComparison.Ordinal)) || request.Command[0].Length == 0)
        {
            return new Refusal(400, "invalid-command", "The command must be a list of at least one word, without NUL.", "command");
        }

        if (request.Command.Sum(word => (long)word.Length) > LongestCommand || request.Stdin?.Length > LongestInput)
        {
            return new Refusal(413, "too-large", "The command or its input is too large.", request.Stdin?.Length > LongestInput ? "stdin" : "command");
        }

        if (request.Env?.FirstOrDefault(pair => !IsName(pair.Key) || pair.Value is null || pair.Value.Contains('\0', StringComparison.Ordinal)) is { Key: { } name })
        {
            return new Refusal(400, "invalid-environment", $"'{Cut(name, 50)}' is no name of an environment variable, or its value holds a NUL.", "env");
        }

        return request.Network switch
        {
            null or "none" => null,
            "proxy" => new Refusal(422, "network-not-held", "This version's executions have no network: leave network out.", "network"),
            _ => new Refusal(400, "invalid-network", "network is none or proxy.", "network"),
        };
    }

    private static bool IsName(string name) =>
        name.Length is > 0 and <= 200 && !char.IsAsciiDigit(name[0]) && name.All(c => c == '_' || char.IsAsciiLetterOrDigit(c));

    private static string Cut(string text, int most) => text.Length <= most ? text : text[..most];

    /// <summary>Resolved by the shell inside, so a wrong one fails there, in the sandbox's own file system.</summary>
    private static string WorkingDirectory(string? asked) =>
        string.IsNullOrEmpty(asked) ? SandboxPaths.Workspace : asked.StartsWith('/') ? asked : $"{SandboxPaths.Workspace}/{asked}";

    private static Dictionary<string, string> Environment(JobPlan plan, CompiledLease? compiled)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal) { ["PYTHONDONTWRITEBYTECODE"] = "1", ["PYTHONUNBUFFERED"] = "1", ["TERM"] = "dumb" };
        if (compiled is not null)
        {
            variables["GOCACHE"] = $"{SandboxPaths.Compiled}/go";
        }

        foreach (var (name, value) in plan.Request.Env ?? new Dictionary<string, string>())
        {
            variables[name] = value;
        }

        return variables;
    }

    private async Task<Execution> RunInSandboxAsync(
        JobPlan plan, ISandbox sandbox, CompiledLease? compiled, IReadOnlyDictionary<string, long> revisions, Execution execution, CancellationToken cancelled)
    {
        var probe = await sandboxes.ProbeAsync(CancellationToken.None);
        var output = new OutputCapture(plan.Log);
        execution = execution with
        {
            Status = "running",
            StartedAt = time.GetUtcNow(),
            Sandbox = new SandboxInfo(probe.Runtime, "host programs, read-only", probe.Isolation),
        };
        var command = new SandboxCommand(plan.Request.Command)
        {
            Environment = Environment(plan, compiled), WorkingDirectory = WorkingDirectory(plan.Request.WorkingDirectory), Input = Encoding.UTF8.GetBytes(plan.Request.Stdin ?? ""),
        };
        using var done = new CancellationTokenSource();
        var reporting = plan.OnReport is null ? Task.CompletedTask : FollowReportAsync(sandbox, plan.OnReport, done.Token);
        var result = await sandbox.RunAsync(command, output, cancelled);
        await done.CancelAsync();
        await reporting;
        output.Finish();

        var collected = await sandbox.CollectAsync(new CollectLimits(Contents: plan.Request.WriteBack), CancellationToken.None);
        // In the order of the events: whoever was told some of them finds the others behind them.
        var labels = output.Told.Union(result.Labels.Select(Labels.Of)).ToList();
        if (collected.Truncated)
        {
            labels.Add("changesTruncated");
        }

        if (compiled is not null && result.Cause == KillCause.None)
        {
            await compiled.KeepAsync(sandbox, execution.StartedAt.Value, CancellationToken.None);
        }

        if (plan.Request.WriteBack && result.Cause == KillCause.None && await writeBack.ApplyAsync(plan.Workspace, plan.Actor, collected, revisions, CancellationToken.None) is { Count: > 0 })
        {
            labels.Add("writeBackIncomplete");
        }

        var reason = result.Cause == KillCause.Cancelled && live.Stopping ? "serverStopped" : Labels.Of(result.Refusal) ?? Labels.Of(result.Cause);
        var (stdout, stderr) = (output.Stdout, output.Stderr);
        return execution with
        {
            Status = result.Cause != KillCause.None ? "killed" : result.Refusal != StartRefusal.None ? "notStarted" : "exited",
            ExitCode = result.ExitCode,
            Signal = result.Signal,
            Reason = reason,
            Labels = labels,
            Stdout = stdout,
            Stderr = stderr,
            Truncated = result.Cause == KillCause.Output,
            Usage = Usages.Of(result.Usage),
            Changes = [.. collected.Changes.Select(change => new FileChange(change.Path, change.Kind.ToString().ToLowerInvariant()))],
            Traces = [.. PythonTraces.Find(stderr), .. PythonTraces.Find(stdout)],
        };
    }

    private static async Task FollowReportAsync(ISandbox sandbox, Action<ReadOnlySpan<byte>> onReport, CancellationToken done)
    {
        const int AtOnce = 1 << 20;
        const long Most = 64 << 20;
        long offset = 0;
        while (true)
        {
            // Once more after the end: the last lines were written before it.
            var last = done.IsCancellationRequested;
            byte[] bytes;
            while (offset < Most && (bytes = sandbox.ReadReport(offset, AtOnce)).Length > 0)
            {
                onReport(bytes);
                offset += bytes.Length;
            }

            if (last)
            {
                return;
            }

            await Task.Delay(ReportInterval, done).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static string AuditName(string kind) => kind == RunRow.OfTests ? "tests" : "execution";

    private async Task ClearAsync(IAsyncDisposable? remains, string id)
    {
        try
        {
            if (remains is not null)
            {
                await remains.DisposeAsync();
            }
        }
        catch (Exception failure)
        {
            // The result stands; the next start of the server sweeps.
            LogNotCleared(failure, id);
        }
    }

    private async Task KeepAsync<T>(JobPlan plan, T result)
    {
        try
        {
            await history.EndAsync(plan.Caller.Tenant, plan.Id, result);
        }
        catch (Exception failure)
        {
            // A full disk: whoever waits still gets the result.
            LogNotKept(failure, plan.Key);
        }
    }

    private async Task RecordEndAsync(JobPlan plan, string kind, Execution execution)
    {
        var data = new JsonObject
        {
            ["execution"] = plan.Key,
            ["status"] = execution.Status,
            ["exitCode"] = execution.ExitCode,
            ["reason"] = execution.Reason,
            ["cpuMs"] = execution.Usage?.CpuMs,
            ["wallMs"] = execution.Usage?.WallMs,
            ["peakMemoryBytes"] = execution.Usage?.PeakMemoryBytes,
            ["changes"] = execution.Changes.Count,
            ["outputHash"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(execution.Stdout + "\0" + execution.Stderr))),
        };
        try
        {
            var result = execution is { Status: "exited", ExitCode: 0 } ? "succeeded" : "failed";
            await audit.AppendAsync(new AuditRecord(plan.Caller.Tenant, plan.Actor, $"{AuditName(kind)}.ended", $"workspace/{plan.Workspace.Workspace}", result, data), CancellationToken.None);
        }
        catch (IOException failure)
        {
            // It has already run; the next start will be refused.
            LogEndNotRecorded(failure, plan.Key);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Execution {Id} could not be run")]
    private partial void LogFailed(Exception failure, string id);

    [LoggerMessage(Level = LogLevel.Error, Message = "The sandbox of execution {Id} could not be cleared away")]
    private partial void LogNotCleared(Exception failure, string id);

    [LoggerMessage(Level = LogLevel.Error, Message = "The result of execution {Id} could not be kept")]
    private partial void LogNotKept(Exception failure, string id);

    [LoggerMessage(Level = LogLevel.Error, Message = "The end of execution {Id} could not be recorded")]
    private partial void LogEndNotRecorded(Exception failure, string id);
}
