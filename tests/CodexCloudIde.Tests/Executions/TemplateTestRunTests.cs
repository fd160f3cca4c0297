using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CodexCloudIde.Tests.Hosting;

namespace CodexCloudIde.Tests.Executions;

/// <summary>A new workspace from a template has tests that are found and pass, without a network.</summary>
public sealed class TemplateTestRunTests(IdeHost host) : IClassFixture<IdeHost>
{
    [Theory]
    [InlineData("python", "pytest")]
    [InlineData("javascript", "node:test")]
    [InlineData("go", "go test")]
    [InlineData("rust", "cargo test")]
    public async Task Run_OfATemplate_Passes(string template, string framework)
    {
        using var made = await host.Client.PostAsJsonAsync("/api/v1/workspaces", new { name = template, source = new { template } }, TestContext.Current.CancellationToken);
        var workspace = (string)(await made.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!["id"]!;
        var run = await host.TestAsync(workspace, new { });
        Assert.Equal((framework, "passed"), ((string)run["framework"]!, (string)run["status"]!));
        Assert.True((int)run["total"]! > 1 && (int)run["passed"]! == (int)run["total"]!, (string)run["summary"]!);
        Assert.All(run["cases"]!.AsArray(), found => Assert.True((int?)found!["line"] > 0 && ((string)found["path"]!).Contains('.', StringComparison.Ordinal), found.ToJsonString()));
    }
}
