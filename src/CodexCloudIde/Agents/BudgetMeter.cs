using CodexCloudIde.Inference;
using CodexCloudIde.Models;
using Microsoft.Extensions.AI;

namespace CodexCloudIde.Agents;

/// <summary>What a turn has used, against its budget. Its seconds run while it works, not while it waits for people; when they are over, the step that is under way is ended.</summary>
internal sealed class BudgetMeter : IDisposable
{
    private readonly TaskSession session;
    private readonly TaskRun run;
    private readonly ModelDefinition model;
    private readonly TaskUsage before;
    private readonly TimeSpan allowed;
    private readonly CancellationTokenSource expiry;
    private readonly CancellationTokenSource working;
    private readonly Lock gate = new();
    private TimeSpan worked;
    private long? since;
    private int iterations;

    public BudgetMeter(TaskSession session, TaskRun run, ModelDefinition model)
    {
        (this.session, this.run, this.model, before) = (session, run, model, session.State.Usage);
        allowed = TimeSpan.FromSeconds(session.State.Budget.Seconds);
        since = session.Time.GetTimestamp();
        expiry = new CancellationTokenSource(allowed, session.Time);
        working = CancellationTokenSource.CreateLinkedTokenSource(run.Stopping, expiry.Token);
        run.Waiting += Wait;
    }

    /// <summary>Cancelled when the turn is to stop, or has no seconds left.</summary>
    public CancellationToken Working => working.Token;

    public bool IsOver => expiry.IsCancellationRequested;

    /// <returns>What is spent, in words; null when nothing is.</returns>
    public string? Exceeded()
    {
        var (budget, usage) = (session.State.Budget, session.State.Usage);
        return iterations >= budget.Iterations ? $"{budget.Iterations} steps"
            : usage.TokensIn + usage.TokensOut - before.TokensIn - before.TokensOut >= budget.Tokens ? $"{budget.Tokens} tokens"
            : budget.Cost > 0 && usage.Cost - before.Cost >= budget.Cost ? $"cost {budget.Cost}"
            : IsOver || Worked() >= allowed ? $"{budget.Seconds} seconds"
            : null;
    }

    public Task AddAsync(UsageDetails? details, CancellationToken cancellationToken)
    {
        iterations++;
        var usage = new TokenUsage((int)(details?.InputTokenCount ?? 0), (int)(details?.CachedInputTokenCount ?? 0), (int)(details?.OutputTokenCount ?? 0));
        return session.ChangeAsync(
            draft => draft.Change(state => state with
            {
                Usage = new TaskUsage(state.Usage.TokensIn + usage.TokensIn, state.Usage.TokensOut + usage.TokensOut, state.Usage.Cost + model.CostOf(usage), Seconds()),
            }),
            cancellationToken);
    }

    /// <summary>The time of the turn so far, into the task's usage.</summary>
    public Task SettleAsync() => session.ChangeAsync(draft => draft.Change(state => state with { Usage = state.Usage with { Seconds = Seconds() } }), CancellationToken.None);

    public void Dispose()
    {
        run.Waiting -= Wait;
        working.Dispose();
        expiry.Dispose();
    }

    private double Seconds() => before.Seconds + Math.Round(Worked().TotalSeconds, 1);

    private TimeSpan Worked()
    {
        lock (gate)
        {
            return worked + (since is { } started ? session.Time.GetElapsedTime(started) : TimeSpan.Zero);
        }
    }

    private void Wait(bool waits)
    {
        lock (gate)
        {
            if (waits && since is { } started)
            {
                (worked, since) = (worked + session.Time.GetElapsedTime(started), null);
                expiry.CancelAfter(Timeout.InfiniteTimeSpan);
            }
            else if (!waits && since is null)
            {
                since = session.Time.GetTimestamp();
                expiry.CancelAfter(worked < allowed ? allowed - worked : TimeSpan.Zero);
            }
        }
    }
}
