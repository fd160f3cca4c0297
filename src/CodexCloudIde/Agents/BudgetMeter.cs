using CodexCloudIde.Inference;
using CodexCloudIde.Models;
using Microsoft.Extensions.AI;

namespace CodexCloudIde.Agents;

/// <summary>What a turn has used, against its budget.</summary>
internal sealed class BudgetMeter(TaskSession session, ModelDefinition model)
{
    private readonly long startedAt = session.Time.GetTimestamp();
    private readonly TaskUsage before = session.State.Usage;
    private int iterations;

    /// <returns>What is spent, in words; null when nothing is.</returns>
    public string? Exceeded()
    {
        var (budget, usage) = (session.State.Budget, session.State.Usage);
        return iterations >= budget.Iterations ? $"{budget.Iterations} steps"
            : usage.TokensIn + usage.TokensOut - before.TokensIn - before.TokensOut >= budget.Tokens ? $"{budget.Tokens} tokens"
            : budget.Cost > 0 && usage.Cost - before.Cost >= budget.Cost ? $"cost {budget.Cost}"
            : session.Time.GetElapsedTime(startedAt).TotalSeconds >= budget.Seconds ? $"{budget.Seconds} seconds"
            : null;
    }

    public Task AddAsync(UsageDetails? details, CancellationToken cancellationToken)
    {
        iterations++;
        var usage = new TokenUsage((int)(details?.InputTokenCount ?? 0), (int)(details?.CachedInputTokenCount ?? 0), (int)(details?.OutputTokenCount ?? 0));
        var seconds = before.Seconds + Math.Round(session.Time.GetElapsedTime(startedAt).TotalSeconds, 1);
        return session.ChangeAsync(
            draft => draft.Change(state => state with
            {
                Usage = new TaskUsage(
                    state.Usage.TokensIn + usage.TokensIn, state.Usage.TokensOut + usage.TokensOut, state.Usage.Cost + model.CostOf(usage), seconds),
            }),
            cancellationToken);
    }
}
