using System.ComponentModel.DataAnnotations;

namespace CodexCloudIde.Agents;

/// <summary>Section <c>Ide:Agents</c>.</summary>
internal sealed class AgentOptions
{
    /// <summary>Further command rules; of two with equal prefixes the stricter wins.</summary>
    public IList<PolicyRule> Commands { get; } = [];

    /// <summary>Seconds that an approval waits for a person.</summary>
    [Range(1, 86_400)]
    public int ApprovalSeconds { get; set; } = 1_800;

    /// <summary>Tasks at a time per tenant; others wait as <c>queued</c>.</summary>
    [Range(1, 1_000)]
    public int Concurrent { get; set; } = 8;
}
