namespace CodexCloudIde.Tests.Executions;

/// <summary>Projects whose tests vitest or jest runs, as the project has it installed, in a real sandbox, read by our reporters.</summary>
public sealed class NodePackageTestRunTests(NodePackages packages) : IClassFixture<NodePackages>
{
    private const string Shop = """
        // What things cost.
        function price(item) {
          if (item === null) {
            throw new RangeError("no item");
          }
          return item.net;
        }
        module.exports = { price };
        """;

    private const string Mixed = """
        const { price } = require("../shop");

        test("good", () => expect(price({ net: 2 })).toBe(2));
        test("bad", () => expect(price({ net: 2 })).toBe(3));
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
          it.each([1, 2])("twin", (n) => expect(n).toBe(1));
        });
        """;

    /// <summary>vitest knows <c>test</c> and the like without an import only when told, and CommonJS not at all.</summary>
    private static (string Path, string Text)[] FilesOf(string runner, string tests = Mixed) => runner == "jest"
        ? [("package.json", """{ "name": "shop", "scripts": { "test": "jest" }, "devDependencies": { "jest": "*" } }"""), ("shop.js", Shop), ("test/shop.test.js", tests)]
        : [
            ("package.json", """{ "name": "shop", "type": "module", "scripts": { "test": "vitest run" }, "devDependencies": { "vitest": "*" } }"""),
            ("shop.js", Shop.Replace("module.exports =", "export", StringComparison.Ordinal)),
            ("test/shop.test.js", """import { describe, expect, it, test } from "vitest"; """ + tests.Replace("const { price } = require(\"../shop\")", "import { price } from \"../shop.js\"", StringComparison.Ordinal)),
        ];

    [Theory]
    [InlineData("vitest", "AssertionError: expected 2 to be 3 // Object.is equality")]
    [InlineData("jest", "expect(received).toBe(expected): Expected: 3, Received: 2")]
    public async Task Run_Mixed_HasEveryCaseWithItsFrames(string runner, string message)
    {
        var run = await packages.Host.TestAsync(await packages.NewWorkspaceAsync(runner, FilesOf(runner)), new { });
        Assert.Equal((runner, "failed", 8, 3, 3, 0, 2), run.Counts());
        var cases = run.Cases();
        Assert.Equal("passed", (string?)cases["test/shop.test.js::price > of (a+b) > 1 > 0"]["status"]);
        Assert.Equal("skipped", (string?)cases["test/shop.test.js::price > later"]["status"]);
        Assert.Equal(("skipped", "Still to be done."), ((string)cases["test/shop.test.js::price > some day"]["status"]!, (string)cases["test/shop.test.js::price > some day"]["message"]!));
        Assert.Equal(message, (string?)cases["test/shop.test.js::bad"]["message"]);
        Assert.Equal(("passed", "failed"), ((string)cases["test/shop.test.js::price > twin"]["status"]!, (string)cases["test/shop.test.js::price > twin (2)"]["status"]!));
        var broken = cases["test/shop.test.js::price > breaks"];
        Assert.Equal(("failed", "RangeError: no item", "test/shop.test.js", 6), ((string)broken["status"]!, (string)broken["message"]!, (string)broken["path"]!, (int)broken["line"]!));
        Assert.Equal(["test/shop.test.js:8", "shop.js:4"], broken.Frames());
        Assert.Contains("at shop.js:4", (string)run["summary"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vitest", "test/shop.test.js::price > of (a+b) > 1 > 0", "passed")]
    [InlineData("vitest", "test/shop.test.js::price > twin (2)", "failed")]
    [InlineData("jest", "test/shop.test.js::price > of (a+b) > 1 > 0", "passed")]
    [InlineData("jest", "test/shop.test.js::price > twin (2)", "failed")]
    public async Task Run_Filtered_RunsOnlyThat(string runner, string id, string status)
    {
        var run = await packages.Host.TestAsync(await packages.NewWorkspaceAsync(runner, FilesOf(runner)), new { filter = new[] { id } });
        Assert.Equal([(id, status)], run["cases"]!.AsArray().Select(found => ((string)found!["id"]!, (string)found["status"]!)));
    }

    [Theory]
    [InlineData("vitest")]
    [InlineData("jest")]
    public async Task Run_Coverage_IsByLineOfCode(string runner)
    {
        var run = await packages.Host.TestAsync(await packages.NewWorkspaceAsync(runner, FilesOf(runner)), new { coverage = true, filter = new[] { "test/shop.test.js::good" } });
        var file = run["coverage"]!["files"]!.AsArray().Single(found => (string)found!["path"]! == "shop.js")!;
        Assert.Equal(("[4]", true), (file["uncovered"]!.ToJsonString(), file["covered"]!.AsArray().Any(line => (int)line! == 6)));
    }

    [Theory]
    [InlineData("vitest")]
    [InlineData("jest")]
    public async Task Run_OwnCommand_StillReports(string runner)
    {
        var run = await packages.Host.TestAsync(await packages.NewWorkspaceAsync(runner, FilesOf(runner)), new { command = new[] { "npm", "test" } });
        Assert.Equal((runner, "failed", 8, 3, 3, 0, 2), run.Counts());
        Assert.Contains("shop.test.js", (string)run["execution"]!["stdout"]! + (string)run["execution"]!["stderr"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vitest", "() => new Promise(() => {}), 1e8")]
    [InlineData("jest", "() => { for (;;) {} }")]
    public async Task Run_HangingCase_IsNamedAndTheOthersKeepTheirResults(string runner, string hangs)
    {
        var files = FilesOf(runner, $"test(\"quick\", () => {{}});\ntest(\"hangs\", {hangs});\n");
        var run = await packages.Host.TestAsync(await packages.NewWorkspaceAsync(runner, files), new { limits = new { wallSeconds = 12 } });
        Assert.Equal((runner, "failed", 2, 1, 1, 0, 0), run.Counts());
        Assert.Equal("timedOut", (string?)run.Cases()["test/shop.test.js::hangs"]["status"]);
    }

    [Fact]
    public async Task Run_VitestThatNeverGivesBack_HasTheCasesOfTheFile()
    {
        var files = FilesOf("vitest", "test(\"quick\", () => {});\ntest(\"hangs\", () => { for (;;) {} });\n");
        var run = await packages.Host.TestAsync(await packages.NewWorkspaceAsync("vitest", files), new { limits = new { wallSeconds = 12 } });
        Assert.Equal(("vitest", "failed", 2, 0, 0, 0, 2), run.Counts());
        Assert.Equal("wall", (string?)run["execution"]!["reason"]);
    }

    [Theory]
    [InlineData("vitest")]
    [InlineData("jest")]
    public async Task Run_FileThatCannotBeRead_IsACaseInError(string runner)
    {
        var broken = runner == "jest" ? "require(\"./nothing.js\");\n" : "import \"./nothing.js\";\n";
        var run = await packages.Host.TestAsync(await packages.NewWorkspaceAsync(runner, [.. FilesOf(runner), ("test/broken.test.js", broken)]), new { });
        Assert.Equal((runner, "failed", 9, 3, 3, 1, 2), run.Counts());
        Assert.Contains("nothing.js", (string)run.Cases()["test/broken.test.js"]["message"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vitest")]
    [InlineData("jest")]
    public async Task Run_SetUpThatFails_IsSaid(string runner)
    {
        var files = FilesOf(runner, "describe(\"shop\", () => {\n  beforeAll(() => { throw new Error(\"no stock\"); });\n  it(\"sells\", () => {});\n});\n")
            .Select(file => (file.Path, file.Text.Replace("import { describe", "import { beforeAll, describe", StringComparison.Ordinal))).ToArray();
        var run = await packages.Host.TestAsync(await packages.NewWorkspaceAsync(runner, files), new { });
        Assert.Equal("failed", (string?)run["status"]);
        Assert.Contains("no stock", (string)run["summary"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WithTypes_HasTheLinesOfTheSources()
    {
        var workspace = await packages.NewWorkspaceAsync(
            "vitest", ("package.json", """{ "type": "module", "devDependencies": { "vitest": "*" } }"""),
            ("src/shop.ts", "interface Item {\n  net: number;\n}\n\nexport function price(item: Item | null): number {\n  return item!.net;\n}\n"),
            ("src/shop.test.ts", "import { expect, test } from \"vitest\";\nimport { price } from \"./shop\";\n\ninterface Empty {\n  none?: never;\n}\n\ntest(\"null\", () => expect(price(null)).toBe(1));\n"));
        var found = (await packages.Host.TestAsync(workspace, new { })).Cases()["src/shop.test.ts::null"];
        Assert.Equal((8, "src/shop.test.ts:8", "src/shop.ts:6"), ((int)found["line"]!, found.Frames().First(), found.Frames().Last()));
    }

    [Theory]
    [InlineData("vitest")]
    [InlineData("jest")]
    public async Task Run_NotInstalled_SaysWhatToDo(string runner)
    {
        var run = await packages.Host.TestAsync(await packages.Host.NewWorkspaceAsync(FilesOf(runner)), new { });
        Assert.Equal((runner, "failed", 1, 0, 0, 1, 0), run.Counts());
        Assert.Equal($"{runner} is not installed in this workspace: run npm ci (or npm install) in a terminal.", (string?)run.Cases()["package.json"]["message"]);
    }
}
