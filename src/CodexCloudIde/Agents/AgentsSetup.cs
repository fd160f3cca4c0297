using CodexCloudIde.Agents.Tools;
using CodexCloudIde.Api;
using Microsoft.Extensions.Options;

namespace CodexCloudIde.Agents;

/// <summary>Agents: tasks, their turns and tools.</summary>
internal static class AgentsSetup
{
    public static void AddAgents(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<AgentOptions>().BindConfiguration("Ide:Agents").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider =>
            new Permissions(new CommandPolicy([.. CommandPolicy.Defaults, .. provider.GetRequiredService<IOptions<AgentOptions>>().Value.Commands])));
        services.AddSingleton<TaskStore>();
        services.AddSingleton<TaskSlots>();
        services.AddHostedService(provider => provider.GetRequiredService<TaskSlots>());
        services.AddSingleton<TaskJob>();
        services.AddSingleton<TaskList>();
        services.AddEventSource<TaskEventStream>();
        services.AddSingleton<AgentTools>();
        services.AddSingleton<IAgentTool, ListFilesTool>();
        services.AddSingleton<IAgentTool, ReadFileTool>();
        services.AddSingleton<IAgentTool, SearchTool>();
        services.AddSingleton<RunTestsTool>();
        services.AddSingleton<IAgentTool>(provider => provider.GetRequiredService<RunTestsTool>());
        services.AddSingleton<IAgentTool, RunCommandTool>();
        services.AddSingleton<IAgentTool, TryPatchesTool>();
        services.AddSingleton<IAgentTool, ApplyEditTool>();
        services.AddSingleton<IAgentTool, ApplyPatchTool>();
        services.AddSingleton<IAgentTool, WriteFileTool>();
        services.AddSingleton<IAgentTool, DeleteFileTool>();
        services.AddSingleton<IAgentTool, UpdatePlanTool>();
        services.AddHostedService<InterruptedTasks>();
    }
}
