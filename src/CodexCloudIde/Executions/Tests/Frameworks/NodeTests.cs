using System.Text.RegularExpressions;
using CodexCloudIde.Sandboxing;

namespace CodexCloudIde.Executions.Tests.Frameworks;

/// <summary>vitest, jest and Node's own runner, by reporters of ours.</summary>
internal static partial class NodeTests
{
    private const string Suite = " > ";
    private static readonly string[] Programs = ["/usr/bin/node", "/usr/local/bin/node"];

    public static IReadOnlyList<TestFramework> All { get; } =
    [
        .. new[] { "vitest", "jest" }.Select(Package),
        new("node:test", files => (files.Says("package.json", "node --test") || files.AnyText(MayHoldTests, "node:test")) && Array.Exists(Programs, File.Exists), Command),
    ];

    public static IReadOnlyList<string> Configurations { get; } = ["package.json"];

    /// <summary>The reporters by a variable: they report whoever starts Node, an npm script too. Beside them the runner's own words for people.</summary>
    public static IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>
    {
        ["NODE_OPTIONS"] = $"--test-reporter=spec --test-reporter-destination=stdout --test-reporter={SandboxPaths.Tools}/ide_node.mjs --test-reporter-destination=stderr --require={SandboxPaths.Tools}/ide_preload.cjs",
    };

    /// <summary>Where the runner looks for tests when it is told no files.</summary>
    public static bool MayHoldTests(string path) => TestFile().IsMatch(path);

    /// <summary>As the project has it installed, by a reporter of ours. What it runs is translated first, which takes what a build takes.</summary>
    private static TestFramework Package(string name) => new(
        name, files => (files.Says("package.json", $"\"{name}\"") || files.Any(path => path.StartsWith($"{name}.config.", StringComparison.Ordinal))) && Array.Exists(Programs, File.Exists),
        request => ["node", $"{SandboxPaths.Tools}/ide_js.mjs", name, .. request.Coverage || request.CoveragePerCase ? ["--coverage"] : Array.Empty<string>()])
    { Builds = true };

    /// <summary>
    /// Cases are named <c>file::suite > … > case</c>. The runner takes files and a pattern that each name must match by itself, so it may run more than was asked for: the reporter
    /// leaves that out.
    /// </summary>
    private static List<string> Command(TestRunRequest request)
    {
        List<string> command = ["node", "--test"];
        if (request.Coverage || request.CoveragePerCase) command.Add("--experimental-test-coverage");
        var cases = (request.Filter ?? []).Select(id => id.Split("::", 2)).ToList();
        if (cases.Count > 0 && cases.TrueForAll(parts => parts.Length == 2))
        {
            command.Add($"--test-name-pattern=^(?:{string.Join('|', cases.SelectMany(parts => NamesOf(parts[1])).Select(Escape).Distinct(StringComparer.Ordinal))})$");
        }

        command.AddRange(cases.Select(parts => parts[0]).Distinct(StringComparer.Ordinal));
        return command;
    }

    /// <summary>The case's own name: what follows the last sign of a suite, or the one before, should the name hold such a sign.</summary>
    private static IEnumerable<string> NamesOf(string names)
    {
        names = Line().Replace(names, "");
        yield return names;
        for (var at = names.IndexOf(Suite, StringComparison.Ordinal); at >= 0; at = names.IndexOf(Suite, at + 1, StringComparison.Ordinal)) yield return names[(at + Suite.Length)..];
    }

    /// <summary>For JavaScript's expressions, in which a blank needs no escape and may have none.</summary>
    private static string Escape(string name) => Special().Replace(name, @"\$&");

    [GeneratedRegex(@"(^|/)(test/.*|test|test-[^/]*|[^/]*[.\-_]test)\.[cm]?js$")]
    private static partial Regex TestFile();

    [GeneratedRegex(@"[.*+?^${}()|[\]\\/]")]
    private static partial Regex Special();

    [GeneratedRegex(@" \(line \d+\)$")]
    private static partial Regex Line();
}
