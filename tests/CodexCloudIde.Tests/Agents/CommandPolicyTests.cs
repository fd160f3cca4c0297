using CodexCloudIde.Agents;
using CodexCloudIde.Agents.Tools;

namespace CodexCloudIde.Tests.Agents;

public sealed class CommandPolicyTests
{
    private static readonly CommandPolicy Policy = new(
    [
        .. CommandPolicy.Defaults,
        new PolicyRule { Prefix = ["npm"], Decision = PolicyDecision.Prompt },
        new PolicyRule { Prefix = ["npm", "test"], Decision = PolicyDecision.Allow },
    ]);

    [Theory]
    [InlineData("ls", nameof(PolicyDecision.None))]
    [InlineData("git status", nameof(PolicyDecision.None))]
    [InlineData("git push origin", nameof(PolicyDecision.Forbidden))]
    [InlineData("/usr/bin/git push", nameof(PolicyDecision.Forbidden))]
    [InlineData("npm install", nameof(PolicyDecision.Prompt))]
    [InlineData("npm test -- all", nameof(PolicyDecision.Allow))]
    [InlineData("env A=1 git push", nameof(PolicyDecision.Forbidden))]
    [InlineData("timeout 5 git push", nameof(PolicyDecision.Forbidden))]
    public void Judge_Words_LongestPrefixDecides(string command, string decision) =>
        Assert.Equal(decision, Policy.Judge(command.Split(' ')).Decision.ToString());

    [Theory]
    [InlineData("ls && git push")]
    [InlineData("ls; git 'push'")]
    [InlineData("echo $(git push)")]
    [InlineData("echo \"`git push`\"")]
    [InlineData("if true; then git push; fi")]
    [InlineData("A=1 git push")]
    [InlineData("(git push)")]
    [InlineData("echo a | bash -c 'git push'")]
    [InlineData("git\\\n push")]
    public void Judge_ShellScript_IsTakenApart(string script) => Assert.Equal(PolicyDecision.Forbidden, Policy.Judge(["bash", "-lc", script]).Decision);

    [Theory]
    [InlineData("read-only", false, false, "", nameof(Verdict.Refuse))]
    [InlineData("auto", false, false, "", nameof(Verdict.Allow))]
    [InlineData("auto", true, false, "", nameof(Verdict.Ask))]
    [InlineData("auto", false, true, "", nameof(Verdict.Ask))]
    [InlineData("full-access", true, true, "", nameof(Verdict.Allow))]
    [InlineData("full-access", false, false, "git push", nameof(Verdict.Refuse))]
    [InlineData("full-access", false, false, "npm install", nameof(Verdict.Ask))]
    public void Permissions_ByModeAndPolicy(string mode, bool network, bool writeBack, string command, string verdict)
    {
        var intent = new ToolIntent(ToolEffect.Run, command.Length == 0 ? ["true"] : command.Split(' '), network, writeBack);
        Assert.Equal(verdict, new Permissions(Policy).Judge(mode, intent).Verdict.ToString());
    }

    [Fact]
    public void HashOf_ArgumentsInOtherOrder_IsTheSame()
    {
        var one = ToolArguments.From(new Dictionary<string, object?> { ["a"] = 1, ["b"] = "x" });
        var two = ToolArguments.From(new Dictionary<string, object?> { ["b"] = "x", ["a"] = 1 });
        Assert.Equal(Permissions.HashOf("t", one.Canonical), Permissions.HashOf("t", two.Canonical));
        Assert.NotEqual(Permissions.HashOf("t", one.Canonical), Permissions.HashOf("u", two.Canonical));
    }
}
