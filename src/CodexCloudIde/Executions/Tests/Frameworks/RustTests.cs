using CodexCloudIde.Sandboxing;

namespace CodexCloudIde.Executions.Tests.Frameworks;

/// <summary><c>cargo test</c>, its test programs run and read by a program of ours.</summary>
internal static class RustTests
{
    private static readonly string[] Programs = ["/usr/bin/cargo", "/usr/local/bin/cargo"];

    public static IReadOnlyList<TestFramework> All { get; } =
    [
        new("cargo test", files => files.Any(path => path == "Cargo.toml") && files.Any(path => path.EndsWith(".rs", StringComparison.Ordinal)) && Array.Exists(Programs, File.Exists),
            request => ["/usr/bin/python3", $"{SandboxPaths.Tools}/ide_cargo.py", .. request.Filter ?? []]) { Builds = true },
    ];

    public static IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>
    {
        ["CARGO_TARGET_DIR"] = "/tmp/target",
        ["CARGO_TERM_COLOR"] = "never",
        ["RUST_BACKTRACE"] = "1",
    };
}
