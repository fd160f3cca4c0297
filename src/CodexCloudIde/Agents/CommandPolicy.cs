namespace CodexCloudIde.Agents;

internal enum PolicyDecision
{
    /// <summary>No rule says anything: the mode decides.</summary>
    None,
    Allow,
    Prompt,
    Forbidden,
}

/// <summary>One rule: commands that begin with these words.</summary>
internal sealed class PolicyRule
{
    public IReadOnlyList<string> Prefix { get; set; } = [];

    public PolicyDecision Decision { get; set; }

    /// <summary>Why, in words that the model and people read.</summary>
    public string Reason { get; set; } = "";
}

/// <summary>
/// What commands may do, by the words that they begin with; the longest matching prefix decides, the stricter one of equals. A shell's script is taken
/// apart and judged command by command, the strictest counts; a script that cannot be taken apart needs a person if any rule is at stake.
/// </summary>
internal sealed class CommandPolicy(IReadOnlyList<PolicyRule> rules)
{
    private static readonly string[] Shells = ["sh", "bash", "dash", "zsh"];
    private static readonly string[] Wrappers = ["env", "nice", "nohup", "time", "timeout", "xargs", "exec", "command", "sudo"];

    public static IReadOnlyList<PolicyRule> Defaults { get; } =
    [
        new() { Prefix = ["git", "push"], Decision = PolicyDecision.Forbidden, Reason = "pushing is for people" },
        new() { Prefix = ["git", "reset", "--hard"], Decision = PolicyDecision.Prompt, Reason = "throws work away" },
        new() { Prefix = ["git", "clean"], Decision = PolicyDecision.Prompt, Reason = "throws work away" },
        new() { Prefix = ["rm", "-rf"], Decision = PolicyDecision.Prompt, Reason = "deletes folders" },
        new() { Prefix = ["sudo"], Decision = PolicyDecision.Forbidden, Reason = "there is nobody else to be in the sandbox" },
    ];

    public (PolicyDecision Decision, string Reason) Judge(IReadOnlyList<string> command)
    {
        if (command.Count == 0)
        {
            return (PolicyDecision.None, "");
        }

        var found = Match(command);
        foreach (var inner in Inner(command))
        {
            var judged = Judge(inner);
            found = judged.Decision > found.Decision ? judged : found;
        }

        return found;
    }

    private static string Program(string word) => word[(word.LastIndexOf('/') + 1)..];

    private (PolicyDecision Decision, string Reason) Match(IReadOnlyList<string> command)
    {
        var matching = rules.Where(rule => Begins(command, rule.Prefix)).ToList();
        return matching.Count == 0
            ? (PolicyDecision.None, "")
            : matching.OrderByDescending(rule => rule.Prefix.Count).ThenByDescending(rule => rule.Decision).Select(rule => (rule.Decision, rule.Reason)).First();
    }

    private static bool Begins(IReadOnlyList<string> command, IReadOnlyList<string> prefix) =>
        prefix.Count > 0 && prefix.Count <= command.Count && Program(command[0]) == prefix[0] && prefix.Skip(1).SequenceEqual(command.Skip(1).Take(prefix.Count - 1));

    /// <summary>Commands that this one runs: a wrapper's rest, a shell script's parts.</summary>
    private static IEnumerable<IReadOnlyList<string>> Inner(IReadOnlyList<string> command)
    {
        var program = Program(command[0]);
        if (Wrappers.Contains(program))
        {
            for (var i = 1; i < command.Count; i++)
            {
                yield return [.. command.Skip(i)];
            }
        }

        var script = Shells.Contains(program) ? command.Skip(1).SkipWhile(word => !(word.StartsWith('-') && word.Contains('c', StringComparison.Ordinal))).ElementAtOrDefault(1) : null;
        foreach (var part in script is null ? [] : ShellWords.Commands(script))
        {
            yield return part;
        }
    }
}
