using CodexCloudIde.Api;
using CodexCloudIde.Models;

namespace CodexCloudIde.Agents;

/// <summary>Budget as asked for; what is missing is the default.</summary>
internal sealed record BudgetRequest(int? Iterations = null, long? Tokens = null, decimal? Cost = null, int? Seconds = null);

/// <summary>The body of <c>POST /workspaces/{w}/tasks</c>.</summary>
internal sealed record TaskRequest(
    string Kind, string? Prompt = null, string? Mode = null, string? Model = null, string? Priority = null, string? Checkout = null, BudgetRequest? Budget = null)
{
    public const int MostPrompt = 64 * 1024;

    /// <returns>Why it cannot be accepted; null when it can.</returns>
    public Refusal? Check(ModelCatalog models)
    {
        if (!TaskPrompts.Kinds.Contains(Kind))
        {
            return Malformed("kind", $"'kind' is one of {string.Join(", ", TaskPrompts.Kinds)}.");
        }

        if (TaskPrompts.NeedsPrompt(Kind) && string.IsNullOrWhiteSpace(Prompt))
        {
            return Malformed("prompt", $"A task of kind '{Kind}' needs a 'prompt'.");
        }

        if (Prompt?.Length > MostPrompt)
        {
            return Malformed("prompt", $"'prompt' may have {MostPrompt} characters at most.");
        }

        if (Mode is not null && !Permissions.Modes.Contains(Mode))
        {
            return Malformed("mode", $"'mode' is one of {string.Join(", ", Permissions.Modes)}.");
        }

        if (!GatewayRequest.TryBand(Priority, out _))
        {
            return Malformed("priority", "'priority' is interactive, default or batch.");
        }

        if (Checkout is not (null or "live" or "branch"))
        {
            return Malformed("checkout", "'checkout' is live or branch.");
        }

        if (!models.TryFind(Model, out _))
        {
            return new Refusal(422, "no-such-model", $"There is no model of this name; choose one of {string.Join(", ", models.All.Select(model => model.Name))}.", "model");
        }

        return Budget is { Iterations: < 1 } or { Tokens: < 1 } or { Cost: < 0 } or { Seconds: < 1 } ? Malformed("budget", "Each part of 'budget' must be positive.") : null;
    }

    public TaskBudget BudgetOrDefault()
    {
        var fallback = TaskBudget.Default;
        return new TaskBudget(
            Budget?.Iterations ?? fallback.Iterations, Budget?.Tokens ?? fallback.Tokens, Budget?.Cost ?? fallback.Cost, Budget?.Seconds ?? fallback.Seconds);
    }

    private static Refusal Malformed(string field, string detail) => new(400, "malformed-request", detail, field);
}
