using System.Text.Json;

namespace CodexCloudIde.Agents.Tools;

/// <summary>Something that a model may call. Names and arguments are one contract for every model, the offline one included.</summary>
internal interface IAgentTool
{
    string Name { get; }

    string Description { get; }

    /// <summary>JSON schema of the arguments.</summary>
    JsonElement Schema { get; }

    /// <summary>What the call is about to do. Pure.</summary>
    /// <exception cref="ToolArgumentException">The arguments do not fit.</exception>
    ToolIntent Intend(ToolArguments arguments);

    /// <summary>The action in one line, exactly, for a person to allow.</summary>
    string Describe(ToolArguments arguments);

    Task<ToolResult> InvokeAsync(ToolArguments arguments, ToolContext context, CancellationToken cancellationToken);
}

/// <summary>What the model is told.</summary>
/// <param name="Full">Everything, for a model without a window.</param>
/// <param name="Brief">What fits into one; null: the same.</param>
internal sealed record ToolResult(object Full, object? Brief = null)
{
    public static ToolResult Error(string message) => new(new { error = message });

    public string Json(bool brief) => TaskJson.Write(brief && Brief is not null ? Brief : Full);
}
