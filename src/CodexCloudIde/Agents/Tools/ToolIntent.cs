namespace CodexCloudIde.Agents.Tools;

internal enum ToolEffect
{
    /// <summary>Looks only.</summary>
    Read,

    /// <summary>Changes documents.</summary>
    Edit,

    /// <summary>Runs something in a sandbox.</summary>
    Run,
}

/// <summary>What a tool call is about to do, for the mode and the policy to judge.</summary>
/// <param name="Effect">Kind of effect.</param>
/// <param name="Command">The command, if it runs one that the model chose.</param>
/// <param name="Network">It asks for the network.</param>
/// <param name="WriteBack">What it writes in the sandbox goes to the workspace.</param>
internal sealed record ToolIntent(ToolEffect Effect, IReadOnlyList<string>? Command = null, bool Network = false, bool WriteBack = false);
