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
        new("pytest", files => HasPythonTests(files) && File.Exists(PytestOnHost), cases => ["/usr/bin/python3", "-m", "pytest", .. cases]),
        new("unittest", HasPythonTests, cases => ["/usr/bin/python3", $"{SandboxPaths.Tools}/ide_unittest.py", .. cases]),
    ];

    /// <summary>Makes any command that ends in one of the runners report, however it is started.</summary>
    public static IReadOnlyDictionary<string, string> Environment(TestRunRequest request) => new Dictionary<string, string>
    {
        ["PYTHONPATH"] = SandboxPaths.Tools,
        ["PYTEST_ADDOPTS"] = "-p ide_pytest -p no:cacheprovider --color=no --tb=short",
        ["IDE_REPORT"] = SandboxPaths.Report,
        ["IDE_ROOT"] = SandboxPaths.Workspace,
        ["IDE_COVERAGE"] = request.CoveragePerCase ? "cases" : request.Coverage ? "lines" : "",
    };

    private static bool HasPythonTests(ProjectFiles files) =>
        files.Any(name => name is "pytest.ini" or "conftest.py" or "tox.ini")
        || files.Any(name => name.EndsWith(".py", StringComparison.Ordinal) && (name.StartsWith("test_", StringComparison.Ordinal) || name.EndsWith("_test.py", StringComparison.Ordinal)));
}

/// <summary>The names of a project's files, its dependencies' left out.</summary>
internal sealed class ProjectFiles(IEnumerable<string> paths)
{
    private static readonly string[] Foreign = ["node_modules", ".venv", "venv", ".git", "target", "site-packages", "__pycache__"];

    private readonly string[] names =
    [
        .. paths.Where(path => !path.Split('/').Any(part => Foreign.Contains(part, StringComparer.Ordinal))).Select(path => path[(path.LastIndexOf('/') + 1)..]),
    ];

    public bool Any(Predicate<string> name) => Array.Exists(names, name);
}
