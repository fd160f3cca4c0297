using CodexCloudIde.Sandboxing;

namespace CodexCloudIde.Executions.Tests;

/// <summary>How one kind of project runs its tests. A row of the table; others join as rows.</summary>
/// <param name="Name">As the API names it.</param>
/// <param name="Detects">Is this the project's runner, by the files it has?</param>
/// <param name="Command">The command for these cases; no cases is all of them.</param>
internal sealed record TestFramework(string Name, Func<ProjectFiles, bool> Detects, Func<IReadOnlyList<string>, IReadOnlyList<string>> Command)
{
    private const string PytestOnHost = "/usr/lib/python3/dist-packages/pytest/__init__.py";

    /// <summary>The first that fits is taken.</summary>
    public static IReadOnlyList<TestFramework> All { get; } =
    [
        new("pytest", files => (IsPytestConfigured(files) || HasPytestNames(files)) && File.Exists(PytestOnHost), cases => ["/usr/bin/python3", "-m", "pytest", .. cases]),
        new("unittest", files => HasPytestNames(files) || HasUnittests(files), cases => ["/usr/bin/python3", $"{SandboxPaths.Tools}/ide_unittest.py", .. cases]),
    ];

    /// <summary>Root files that say which runner a project uses, where its file names do not.</summary>
    public static IReadOnlyList<string> Configurations { get; } = ["pytest.ini", "pyproject.toml", "setup.cfg", "tox.ini"];

    /// <summary>Makes any command that ends in one of the runners report, however it is started.</summary>
    public static IReadOnlyDictionary<string, string> Environment(TestRunRequest request) => new Dictionary<string, string>
    {
        // Packages below src are found as if they were installed, which needs a network.
        ["PYTHONPATH"] = $"{SandboxPaths.Tools}:{SandboxPaths.Workspace}/src",
        ["PYTEST_ADDOPTS"] = "-p ide_pytest -p no:cacheprovider --color=no --tb=short",
        ["IDE_REPORT"] = SandboxPaths.Report,
        ["IDE_ROOT"] = SandboxPaths.Workspace,
        ["IDE_COVERAGE"] = request.CoveragePerCase ? "cases" : request.Coverage ? "lines" : "",
    };

    /// <summary>What unittest's own discovery would look at.</summary>
    public static bool MayHoldUnittests(string name) => name.StartsWith("test", StringComparison.Ordinal) && name.EndsWith(".py", StringComparison.Ordinal);

    private static bool IsPytestConfigured(ProjectFiles files) =>
        files.Any(name => name is "pytest.ini" or "conftest.py") || files.Says("pyproject.toml", "[tool.pytest") || files.Says("setup.cfg", "[tool:pytest]") || files.Says("tox.ini", "[pytest]");

    private static bool HasPytestNames(ProjectFiles files) => files.Any(name =>
        name.EndsWith(".py", StringComparison.Ordinal) && (name.StartsWith("test_", StringComparison.Ordinal) || name.EndsWith("_test.py", StringComparison.Ordinal)));

    private static bool HasUnittests(ProjectFiles files) => files.AnyText(MayHoldUnittests, "unittest");
}

/// <summary>The names of a project's files, its dependencies' left out, and the text of the few that were asked for.</summary>
internal sealed class ProjectFiles(IEnumerable<string> paths, IReadOnlyDictionary<string, string> texts)
{
    private static readonly string[] Foreign = ["node_modules", ".venv", "venv", ".git", "target", "site-packages", "__pycache__"];

    private readonly string[] names = [.. paths.Select(NameOf)];

    public static bool IsOwn(string path) => !path.Split('/').Any(part => Foreign.Contains(part, StringComparer.Ordinal));

    public static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    public bool Any(Predicate<string> name) => Array.Exists(names, name);

    public bool Says(string path, string word) => texts.TryGetValue(path, out var text) && text.Contains(word, StringComparison.Ordinal);

    public bool AnyText(Predicate<string> name, string word) => texts.Any(pair => name(NameOf(pair.Key)) && pair.Value.Contains(word, StringComparison.Ordinal));
}
