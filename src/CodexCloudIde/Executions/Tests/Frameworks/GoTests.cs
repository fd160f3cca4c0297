using CodexCloudIde.Sandboxing;

namespace CodexCloudIde.Executions.Tests.Frameworks;

/// <summary><c>go test</c> of a module, its JSON stream read by a program of ours.</summary>
internal static class GoTests
{
    private static readonly string[] Programs = ["/usr/bin/go", "/usr/local/go/bin/go"];

    public static IReadOnlyList<TestFramework> All { get; } =
    [
        new("go test", files => files.Any(path => path == "go.mod") && files.Any(MayHoldTests) && Array.Exists(Programs, File.Exists),
            request => ["/usr/bin/python3", $"{SandboxPaths.Tools}/ide_go.py", .. request.Filter ?? []]) { Builds = true },
    ];

    public static IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>
    {
        ["GOFLAGS"] = "-buildvcs=false",
    };

    private static bool MayHoldTests(string path) => path.EndsWith("_test.go", StringComparison.Ordinal);
}
