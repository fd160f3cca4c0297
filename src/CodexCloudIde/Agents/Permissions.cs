using System.Security.Cryptography;
using System.Text;
using CodexCloudIde.Agents.Tools;

namespace CodexCloudIde.Agents;

/// <summary>What becomes of a tool call before it is made.</summary>
internal enum Verdict
{
    Allow,
    Ask,
    Refuse,
}

/// <param name="Verdict">What becomes of it.</param>
/// <param name="Reason">Why, for the model and for people.</param>
/// <param name="Risk"><c>low</c>, <c>medium</c> or <c>high</c>.</param>
internal sealed record Judgement(Verdict Verdict, string Reason = "", string Risk = "low");

/// <summary>The mode and the command policy, put together. Pure.</summary>
internal sealed class Permissions(CommandPolicy policy)
{
    public static IReadOnlyList<string> Modes { get; } = ["read-only", "auto", "full-access"];

    public Judgement Judge(string mode, ToolIntent intent)
    {
        var (decision, reason) = intent.Command is { } command ? policy.Judge(command) : (PolicyDecision.None, "");
        if (decision == PolicyDecision.Forbidden)
        {
            return new Judgement(Verdict.Refuse, $"The command policy forbids it: {reason}.");
        }

        if (mode == "read-only" && intent.Effect != ToolEffect.Read)
        {
            return new Judgement(Verdict.Refuse, "The mode is read-only: nothing is written or run. Say what you would do.");
        }

        if (decision == PolicyDecision.Prompt)
        {
            return new Judgement(Verdict.Ask, $"The command policy asks: {reason}.", "high");
        }

        if (mode == "full-access" || decision == PolicyDecision.Allow)
        {
            return new Judgement(Verdict.Allow);
        }

        return (intent.Network, intent.WriteBack) switch
        {
            (true, true) => new Judgement(Verdict.Ask, "It uses the network and writes to the workspace.", "high"),
            (true, false) => new Judgement(Verdict.Ask, "It uses the network.", "medium"),
            (false, true) => new Judgement(Verdict.Ask, "What it writes goes to the workspace.", "medium"),
            _ => new Judgement(Verdict.Allow),
        };
    }

    /// <summary>What a decision is bound to: tool and arguments, byte for byte.</summary>
    public static string HashOf(string tool, string canonicalArguments) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{tool}\n{canonicalArguments}")));
}
