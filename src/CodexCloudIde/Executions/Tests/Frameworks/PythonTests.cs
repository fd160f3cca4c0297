using CodexCloudIde.Sandboxing;

namespace CodexCloudIde.Executions.Tests.Frameworks;

/// <summary>pytest where it is installed, else unittest; both by plugins of ours.</summary>
internal static class PythonTests
{
    private const string PytestOnHost = "/usr/lib/python3/dist-packages/pytest/__init__.py";

    public static IReadOnlyList<TestFramework> All { get; } =
    [
        new("pytest", files => (IsPytestConfigured(files) || HasPytestNames(files)) && File.Exists(PytestOnHost), request => ["/usr/bin/python3", "-m", "pytest", .. request.Filter ?? []]),
        new("unittest", files => HasPytestNames(files) || HasUnittests(files), request => ["/usr/bin/python3", $"{SandboxPaths.Tools}/ide_unittest.py", .. request.Filter ?? []]),
    ];

    /// <summary>Root files that say which runner a project uses, where its file names do not.</summary>
    public static IReadOnlyList<string> Configurations { get; } = ["pytest.ini", "pyproject.toml", "setup.cfg", "tox.ini"];

    public static IReadOnlyDictionary<string, string> Environment(TestRunRequest request) => new Dictionary<string, string>
    {
        // Packages below src are found as if they were installed, which needs a network.
        ["PYTHONPATH"] = $"{SandboxPaths.Tools}:{SandboxPaths.Workspace}/src",
        ["PYTEST_ADDOPTS"] = "-p ide_pytest -p no:cacheprovider --color=no --tb=short",
        ["IDE_COVERAGE"] = request.CoveragePerCase ? "cases" : request.Coverage ? "lines" : "",
    };

    /// <summary>What unittest's own discovery would look at.</summary>
    public static bool MayHoldTests(string path) =>
        ProjectFiles.NameOf(path) is var name && name.StartsWith("test", StringComparison.Ordinal) && name.EndsWith(".py", StringComparison.Ordinal);

    private static bool IsPytestConfigured(ProjectFiles files) =>
        files.Any(path => ProjectFiles.NameOf(path) is "pytest.ini" or "conftest.py") || files.Says("pyproject.toml", "[tool.pytest") || files.Says("setup.cfg", "[tool:pytest]") || files.Says("tox.ini", "[pytest]");

    private static bool HasPytestNames(ProjectFiles files) => files.Any(path => ProjectFiles.NameOf(path) is var name && name.EndsWith(".py", StringComparison.Ordinal)
        && (name.StartsWith("test_", StringComparison.Ordinal) || name.EndsWith("_test.py", StringComparison.Ordinal)));

    private static bool HasUnittests(ProjectFiles files) => files.AnyText(MayHoldTests, "unittest");
}
