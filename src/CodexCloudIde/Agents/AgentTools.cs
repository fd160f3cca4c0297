using CodexCloudIde.Agents.Tools;
using Microsoft.Extensions.AI;

namespace CodexCloudIde.Agents;

/// <summary>The tools by name, and as declarations for a model.</summary>
internal sealed class AgentTools
{
    private readonly Dictionary<string, IAgentTool> tools;

    public AgentTools(IEnumerable<IAgentTool> tools)
    {
        this.tools = tools.ToDictionary(tool => tool.Name, StringComparer.Ordinal);
        Declarations = [.. this.tools.Values.Select(tool => AIFunctionFactory.CreateDeclaration(tool.Name, tool.Description, tool.Schema))];
        Tests = (RunTestsTool)this.tools["run_tests"];
    }

    public IList<AITool> Declarations { get; }

    public RunTestsTool Tests { get; }

    public IAgentTool? Find(string name) => tools.GetValueOrDefault(name);
}
