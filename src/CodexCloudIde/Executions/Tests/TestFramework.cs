using CodexCloudIde.Executions.Tests.Frameworks;
using System.Text.Json;
using CodexCloudIde.Sandboxing;

namespace CodexCloudIde.Executions.Tests;

/// <summary>How one kind of project runs its tests. A row of the table; others join as rows.</summary>
/// <param name="Name">As the API names it.</param>
/// <param name="Detects">Is this the project's runner, by the files it has?</param>
/// <param name="Command">The command for what is asked; no cases is all of them.</param>
internal sealed record TestFramework(string Name, Func<ProjectFiles, bool> Detects, Func<TestRunRequest, IReadOnlyList<string>> Command)
{
    /// <summary>The project is compiled before its tests run.</summary>
    public bool Builds { get; init; }

    /// <summary>The first that fits is taken.</summary>
    public static IReadOnlyList<TestFramework> All { get; } = [.. PythonTests.All, .. NodeTests.All, .. GoTests.All, .. RustTests.All, .. DotnetTests.All];

    /// <summary>Root files whose text detection looks at.</summary>
    public static IReadOnlyList<string> Configurations { get; } = [.. PythonTests.Configurations, .. NodeTests.Configurations];

    /// <summary>Files by whose text a runner is told, where neither names nor configuration do.</summary>
    public static bool MayHoldTests(string path) => PythonTests.MayHoldTests(path) || NodeTests.MayHoldTests(path) || DotnetTests.MayHoldTests(path);

    /// <summary>Makes any command that ends in one of the runners report, however it is started.</summary>
    public static IReadOnlyDictionary<string, string> Environment(TestRunRequest request) => new Dictionary<string, string>(
        PythonTests.Environment(request).Concat(NodeTests.Environment).Concat(GoTests.Environment).Concat(RustTests.Environment).Concat(DotnetTests.Environment))
    {
        ["IDE_FILTER"] = request is { Command: null or [], Filter: { Count: > 0 } filter } ? JsonSerializer.Serialize(filter) : "",
        ["IDE_REPORT"] = SandboxPaths.Report,
        ["IDE_ROOT"] = SandboxPaths.Workspace,
    };
}
