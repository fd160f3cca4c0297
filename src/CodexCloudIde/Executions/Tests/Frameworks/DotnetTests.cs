using CodexCloudIde.Sandboxing;

namespace CodexCloudIde.Executions.Tests.Frameworks;

/// <summary><c>dotnet test</c> of every project that refers to the test SDK (xUnit, NUnit, MSTest), by a logger of ours; test programs of xUnit 3 by their own JSON.</summary>
internal static class DotnetTests
{
    private static readonly string[] References = ["Microsoft.NET.Test.Sdk", "MSTest.Sdk", "xunit.v3"];
    private static readonly string[] Programs = ["/usr/bin/dotnet", "/usr/local/bin/dotnet"];

    public static IReadOnlyList<TestFramework> All { get; } =
    [
        new("dotnet test", files => Array.Exists(References, reference => files.AnyText(MayHoldTests, reference)) && Array.Exists(Programs, File.Exists),
            request => ["/usr/bin/python3", $"{SandboxPaths.Tools}/ide_dotnet.py", .. request.Filter ?? []]) { Builds = true },
    ];

    /// <summary>Nothing stays behind to serve the next build, no feed of advisories is asked, and English is what the driver reads.</summary>
    public static IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>
    {
        ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
        ["DOTNET_NOLOGO"] = "1",
        ["DOTNET_SKIP_FIRST_TIME_EXPERIENCE"] = "1",
        ["DOTNET_SKIP_WORKLOAD_INTEGRITY_CHECK"] = "true",
        ["DOTNET_CLI_UI_LANGUAGE"] = "en",
        ["MSBUILDDISABLENODEREUSE"] = "1",
        ["NuGetAudit"] = "false",
    };

    public static bool MayHoldTests(string path) => path.EndsWith("proj", StringComparison.Ordinal) && path.LastIndexOf('.') > path.LastIndexOf('/');
}
