using CodexCloudIde.Tests.Hosting;

namespace CodexCloudIde.Tests.Executions;

/// <summary>Projects whose tests Node's own runner runs, in a real sandbox, read by our reporter.</summary>
public sealed class NodeTestRunTests(IdeHost host) : IClassFixture<IdeHost>
{
    private const string Package = """{ "name": "shop", "type": "module", "scripts": { "test": "node --test" } }""";

    private const string Shop = """
        // What things cost.
        export function price(item) {
          if (item === null) {
            throw new RangeError("no item");
          }
          return item.net;
        }
        """;

    private const string Mixed = """
        import { describe, it, test } from "node:test";
        import assert from "node:assert/strict";
        import { price } from "../shop.js";

        test("good", () => assert.equal(price({ net: 2 }), 2));
        test("bad", () => assert.equal(price({ net: 2 }), 3));
        describe("price", () => {
          it("breaks", async () => {
            await Promise.resolve();
            price(null);
          });
          it.skip("later", () => {});
          it.todo("some day");
          describe("of (a+b)", () => {
            it("1 > 0", () => {});
          });
        });
        """;

    private async Task<string> MixedAsync() => await host.NewWorkspaceAsync(("package.json", Package), ("shop.js", Shop), ("test/shop.test.js", Mixed));

    [Fact]
    public async Task Run_Mixed_HasEveryCaseWithItsFrames()
    {
        var run = await host.TestAsync(await MixedAsync(), new { });
        Assert.Equal(("node:test", "failed", 6, 2, 2, 0, 2), run.Counts());
        var cases = run.Cases();
        Assert.Equal("passed", (string?)cases["test/shop.test.js::price > of (a+b) > 1 > 0"]["status"]);
        Assert.Equal(("skipped", "Still to be done."), ((string)cases["test/shop.test.js::price > some day"]["status"]!, (string)cases["test/shop.test.js::price > some day"]["message"]!));
        Assert.Equal("AssertionError: Expected values to be strictly equal: 2 !== 3", (string?)cases["test/shop.test.js::bad"]["message"]);
        var broken = cases["test/shop.test.js::price > breaks"];
        Assert.Equal(("failed", "RangeError: no item", "test/shop.test.js", 8), ((string)broken["status"]!, (string)broken["message"]!, (string)broken["path"]!, (int)broken["line"]!));
        Assert.Equal(["test/shop.test.js:10", "shop.js:4"], broken.Frames());
        Assert.Contains("at shop.js:4", (string)run["summary"]!, StringComparison.Ordinal);
        Assert.Empty(run["execution"]!["changes"]!.AsArray());
    }

    [Theory]
    [InlineData("test/shop.test.js::price > of (a+b) > 1 > 0", "passed")]
    [InlineData("test/shop.test.js::price > breaks", "failed")]
    public async Task Run_Filtered_RunsOnlyThat(string id, string status)
    {
        var run = await host.TestAsync(await MixedAsync(), new { filter = new[] { id } });
        Assert.Equal([(id, status)], run["cases"]!.AsArray().Select(found => ((string)found!["id"]!, (string)found["status"]!)));
        Assert.Equal(status, (string?)run["status"]);
    }

    [Fact]
    public async Task Run_Coverage_IsByLineOfCode()
    {
        var run = await host.TestAsync(await MixedAsync(), new { coverage = true, filter = new[] { "test/shop.test.js::good" } });
        var file = run["coverage"]!["files"]!.AsArray().Single(found => (string)found!["path"]! == "shop.js")!;
        Assert.Equal(("[2,3,6]", "[4]"), (file["covered"]!.ToJsonString(), file["uncovered"]!.ToJsonString()));
    }

    [Fact]
    public async Task Run_HangingCase_IsNamedAndTheOthersKeepTheirResults()
    {
        var workspace = await host.NewWorkspaceAsync(("hang.test.js", """
            const test = require("node:test");
            test("quick", () => {});
            test("hangs", () => new Promise(() => setInterval(() => {}, 1000)));
            """));
        var events = await host.StreamAsync($"/api/v1/workspaces/{workspace}/test-runs", new { limits = new { idleSeconds = 3 } });
        var run = events[^1].Data.AsObject();
        Assert.Equal(("node:test", "failed", 2, 1, 1, 0, 0), run.Counts());
        Assert.Equal("timedOut", (string?)run.Cases()["hang.test.js::hangs"]["status"]);
        Assert.Contains(events, told => told.Event == "case" && (string?)told.Data["status"] == "running" && (string?)told.Data["name"] == "hangs");
    }

    [Fact]
    public async Task Run_FileThatCannotBeRead_IsACaseInError()
    {
        var workspace = await host.NewWorkspaceAsync(("package.json", Package), ("a.test.js", "import { x } from \"./nothing.js\";\n"), ("b.test.js", "import test from \"node:test\";\ntest(\"fine\", () => {});\n"));
        var run = await host.TestAsync(workspace, new { });
        Assert.Equal(("node:test", "failed", 2, 1, 0, 1, 0), run.Counts());
        Assert.Contains("nothing.js", (string)run.Cases()["a.test.js"]["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OwnCommand_StillReports()
    {
        var run = await host.TestAsync(await MixedAsync(), new { command = new[] { "npm", "test" } });
        Assert.Equal(("node:test", "failed", 6, 2, 2, 0, 2), run.Counts());
    }

    [Fact]
    public async Task Run_TestsOfOneNameAndTestsWithinTests_AreToldApart()
    {
        var workspace = await host.NewWorkspaceAsync(("same.test.mjs", """
            import test from "node:test";
            test("twin", () => {});
            test("twin", () => { throw new Error("second"); });
            test("outer", async (t) => {
              await t.test("inner", () => {});
              throw new Error("outer itself");
            });
            """));
        var run = await host.TestAsync(workspace, new { });
        var cases = run.Cases();
        Assert.Equal(["same.test.mjs::outer", "same.test.mjs::outer > inner", "same.test.mjs::twin", "same.test.mjs::twin (line 3)"], cases.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(("passed", "failed", "passed"), ((string)cases["same.test.mjs::twin"]["status"]!, (string)cases["same.test.mjs::twin (line 3)"]["status"]!, (string)cases["same.test.mjs::outer > inner"]["status"]!));
        Assert.Equal("Error: outer itself", (string?)cases["same.test.mjs::outer"]["message"]);
    }
}
