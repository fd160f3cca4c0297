using System.Text.Json;

namespace CodexCloudIde.Agents.Tools;

internal sealed class UpdatePlanTool : IAgentTool
{
    public string Name => "update_plan";

    public string Description => "Shows or updates the plan: short steps, at most one in progress.";

    public JsonElement Schema => Schemas.UpdatePlan;

    public ToolIntent Intend(ToolArguments arguments) => new(ToolEffect.Read);

    public string Describe(ToolArguments arguments) => "update the plan";

    public Task<ToolResult> InvokeAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken)
    {
        var steps = arguments.Value<IReadOnlyList<PlanStep>>("steps").Take(30).ToList();
        return context.ShowAsync(
            item => item with { Type = "plan", Steps = steps },
            steps.FirstOrDefault(step => step.Status is "inProgress" or "in_progress")?.Text ?? "planning",
            item => Task.FromResult((item, new ToolResult(new { ok = true }))),
            cancellationToken);
    }
}
