using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CodexCloudIde.Tests.Hosting;

namespace CodexCloudIde.Tests.Executions;

/// <summary>.NET projects tested in a real sandbox without a network, with the packages of a cache that the operator made.</summary>
public sealed class DotnetTestRunTests(DotnetHost made) : IClassFixture<DotnetHost>
{
    private const string Library = """
        <Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup></Project>
        """;

    private const string Till = """
        namespace Shop;

        public record Item(string Name, decimal Net);

        public static class Till
        {
            public static decimal Price(Item item) => item.Net;

            public static decimal Sum(IEnumerable<Item> items) => items.Sum(Price);
        }
        """;

    private const string XunitTests = """
        using Xunit;

        namespace Shop.Tests;

        public class TillTests
        {
            [Fact]
            public void Price_IsNet() => Assert.Equal(3, Till.Price(new("a", 2)));

            [Theory]
            [InlineData(1)]
            [InlineData(2)]
            public void Sum_OfOne(int net) => Assert.Equal(net, Till.Sum([new("a", net)]));

            [Fact]
            public void Sum_OfNothing()
            {
                Till.Sum([null!]);
            }

            [Fact(Skip = "not yet")]
            public void Later() { }
        }
        """;

    private const string Cases = "tests/TillTests.cs::Shop.Tests.TillTests.";

    private static string TestProject(string packages) => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
          <ItemGroup><PackageReference Include="Microsoft.NET.Test.Sdk" Version="{DotnetHost.TestSdk}" />{packages}<ProjectReference Include="../shop/Shop.csproj" /></ItemGroup>
        </Project>
        """;

    private IdeHost Host => made.Host;

    private Task<string> XunitAsync(string tests = XunitTests) => Host.NewWorkspaceAsync(
        ("shop/Shop.csproj", Library), ("shop/Till.cs", Till), ("tests/Shop.Tests.csproj", TestProject(DotnetHost.Xunit)), ("tests/TillTests.cs", tests));

    [Fact]
    public async Task Run_Xunit_HasEveryCaseWithItsFrames()
    {
        var run = await Host.TestAsync(await XunitAsync(), new { coverage = true });
        Assert.Equal(("dotnet test", "failed", 5, 2, 2, 0, 1), run.Counts());
        var cases = run.Cases();
        Assert.Equal(("passed", "Sum_OfOne(net: 2)"), ((string)cases[Cases + "Sum_OfOne(net: 2)"]["status"]!, (string)cases[Cases + "Sum_OfOne(net: 2)"]["name"]!));
        Assert.Equal(("skipped", "not yet"), ((string)cases[Cases + "Later"]["status"]!, (string)cases[Cases + "Later"]["message"]!));
        Assert.StartsWith("Assert.Equal() Failure: Values differ", (string)cases[Cases + "Price_IsNet"]["message"]!, StringComparison.Ordinal);
        var broken = cases[Cases + "Sum_OfNothing"];
        Assert.Equal(["tests/TillTests.cs:18", "shop/Till.cs:9", "shop/Till.cs:7"], broken.Frames());
        Assert.Contains("at shop/Till.cs:7", (string)run["summary"]!, StringComparison.Ordinal);
        Assert.DoesNotContain(run["execution"]!["changes"]!.AsArray(), change => !((string)change!["path"]!).Split('/').Any(part => part is "bin" or "obj"));
        var file = run["coverage"]!["files"]!.AsArray().Single(found => (string)found!["path"]! == "shop/Till.cs")!;
        Assert.Equal("[3,7,9]", file["covered"]!.ToJsonString());
    }

    [Fact]
    public async Task Run_Filtered_RunsOnlyThatCaseOfATheory()
    {
        var run = await Host.TestAsync(await XunitAsync(), new { filter = new[] { Cases + "Sum_OfOne(net: 2)" } });
        Assert.Equal([(Cases + "Sum_OfOne(net: 2)", "passed")], run["cases"]!.AsArray().Select(found => ((string)found!["id"]!, (string)found["status"]!)));
        Assert.Equal("passed", (string?)run["status"]);
    }

    [Fact]
    public async Task Run_HangingCase_IsNamedAndTheOthersKeepTheirResults()
    {
        var workspace = await XunitAsync("""
            using Xunit;

            public class Waiting
            {
                [Fact]
                public void A_IsQuick() { }

                [Fact]
                public void B_Hangs() => Thread.Sleep(Timeout.Infinite);
            }
            """);
        var run = await Host.TestAsync(workspace, new { limits = new { idleSeconds = 20 } });
        var hung = run.Cases()["tests/TillTests.cs::Waiting.B_Hangs"];
        Assert.Equal(("failed", "timedOut", 9, "Waiting.B_Hangs"), ((string)run["status"]!, (string)hung["status"]!, (int)hung["line"]!, (string)hung["name"]!));
    }

    [Fact]
    public async Task Run_FileThatCannotBeBuilt_IsACaseInError()
    {
        var run = await Host.TestAsync(await XunitAsync("namespace Shop.Tests;\n\npublic class Broken : Nothing;\n"), new { });
        Assert.Equal(("dotnet test", "failed", 1, 0, 0, 1, 0), run.Counts());
        var broken = run.Cases()["tests/TillTests.cs"];
        Assert.StartsWith("CS0246", (string)broken["message"]!, StringComparison.Ordinal);
        Assert.Equal(["tests/TillTests.cs:3"], broken.Frames());
    }

    [Fact]
    public async Task Run_PackageThatNoCacheHas_SaysSoAtOnce()
    {
        var workspace = await Host.NewWorkspaceAsync(("Some.csproj", TestProject("""<PackageReference Include="No.Such.Package" Version="1.0.0" />""").Replace("""<ProjectReference Include="../shop/Shop.csproj" />""", "", StringComparison.Ordinal)), ("A.cs", "class A;\n"));
        var run = await Host.TestAsync(workspace, new { });
        Assert.Equal(("failed", "error"), ((string)run["status"]!, (string)run.Cases()["Some.csproj"]["status"]!));
        Assert.Contains("No.Such.Package", (string)run.Cases()["Some.csproj"]["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OfTheTemplate_Passes()
    {
        using var made = await Host.Client.PostAsJsonAsync("/api/v1/workspaces", new { name = "csharp", source = new { template = "csharp" } }, TestContext.Current.CancellationToken);
        var workspace = (string)(await made.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!["id"]!;
        var run = await Host.TestAsync(workspace, new { });
        Assert.Equal(("dotnet test", "passed", 5, 5, 0, 0, 0), run.Counts());
        Assert.All(run["cases"]!.AsArray(), found => Assert.True((int?)found!["line"] > 0 && (string)found["path"]! == "tests/WordCount.Tests/CountingTests.cs", found.ToJsonString()));
        Assert.Contains(run["cases"]!.AsArray(), found => (string)found!["name"]! == "MostCommon_Ties_AreAlphabetical");
    }

    [Fact]
    public async Task Run_ProgramOfXunit3_HasEveryCaseWithItsFrames()
    {
        var workspace = await Host.NewWorkspaceAsync(
            ("shop/Shop.csproj", Library), ("shop/Till.cs", Till), ("tests/TillTests.cs", XunitTests), ("tests/Shop.Tests.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
              <ItemGroup>{DotnetHost.Xunit3}<ProjectReference Include="../shop/Shop.csproj" /></ItemGroup>
            </Project>
            """));
        var run = await Host.TestAsync(workspace, new { });
        Assert.Equal(("dotnet test", "failed", 5, 2, 2, 0, 1), run.Counts());
        var cases = run.Cases();
        Assert.Equal(("skipped", "not yet"), ((string)cases[Cases + "Later"]["status"]!, (string)cases[Cases + "Later"]["message"]!));
        Assert.StartsWith("Assert.Equal() Failure: Values differ", (string)cases[Cases + "Price_IsNet"]["message"]!, StringComparison.Ordinal);
        Assert.StartsWith("System.NullReferenceException : ", (string)cases[Cases + "Sum_OfNothing"]["message"]!, StringComparison.Ordinal);
        Assert.Equal(["tests/TillTests.cs:18", "shop/Till.cs:9", "shop/Till.cs:7"], cases[Cases + "Sum_OfNothing"].Frames());

        var again = await Host.TestAsync(workspace, new { filter = new[] { Cases + "Sum_OfOne(net: 2)" } });
        Assert.Equal([(Cases + "Sum_OfOne(net: 2)", "passed")], again["cases"]!.AsArray().Select(found => ((string)found!["id"]!, (string)found["status"]!)));
    }

    [Fact]
    public async Task Run_FrameworkThatTheSdkLacks_IsSaidOfTheProject()
    {
        var project = TestProject("").Replace("net10.0", "net99.0", StringComparison.Ordinal).Replace("""<ProjectReference Include="../shop/Shop.csproj" />""", "", StringComparison.Ordinal);
        var run = await Host.TestAsync(await Host.NewWorkspaceAsync(("tests/Some.csproj", project), ("tests/A.cs", "class A;\n")), new { });
        Assert.Equal(["tests/Some.csproj"], run.Cases().Keys);
        Assert.Contains("NETSDK1045", (string)run.Cases()["tests/Some.csproj"]["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NUnit_HasEveryCaseWithItsFrames()
    {
        var workspace = await Host.NewWorkspaceAsync(
            ("shop/Shop.csproj", Library), ("shop/Till.cs", Till), ("tests/Shop.Tests.csproj", TestProject(DotnetHost.NUnit)), ("tests/TillTests.cs", """
            using NUnit.Framework;

            namespace Shop.Tests;

            public class TillTests
            {
                [Test]
                public void Price_IsNet() => Assert.That(Till.Price(new("a", 2)), Is.EqualTo(3));

                [TestCase(1, "x")]
                [TestCase(2, "y")]
                public void Sum_OfOne(int net, string name) => Assert.That(Till.Sum([new(name, net)]), Is.EqualTo(net));

                [Test]
                public void Sum_OfNothing() => Till.Sum([null!]);

                [Test, Ignore("not yet")]
                public void Later() { }
            }
            """));
        var run = await Host.TestAsync(workspace, new { });
        Assert.Equal(("dotnet test", "failed", 5, 2, 2, 0, 1), run.Counts());
        var cases = run.Cases();
        Assert.Equal("passed", (string?)cases[Cases + "Sum_OfOne(2,\"y\")"]["status"]);
        Assert.Equal(["tests/TillTests.cs:15", "shop/Till.cs:9", "shop/Till.cs:7"], cases[Cases + "Sum_OfNothing"].Frames());
        Assert.Contains("Expected: 3", (string)cases[Cases + "Price_IsNet"]["message"]!, StringComparison.Ordinal);

        var again = await Host.TestAsync(workspace, new { filter = new[] { Cases + "Sum_OfOne(2,\"y\")" } });
        Assert.Equal([Cases + "Sum_OfOne(2,\"y\")"], again.Cases().Keys);
    }
}
