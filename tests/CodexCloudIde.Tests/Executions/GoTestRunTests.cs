using CodexCloudIde.Tests.Hosting;

namespace CodexCloudIde.Tests.Executions;

/// <summary>Go modules in a real sandbox, read by <c>go test</c>'s own stream.</summary>
public sealed class GoTestRunTests(IdeHost host) : IClassFixture<IdeHost>
{
    private const string Module = "module example.org/shop\n\ngo 1.19\n";

    private const string Price = """
        package price

        // Of returns what an item costs.
        func Of(prices []int, item int) int {
        	if item < 0 {
        		return 0
        	}
        	return prices[item]
        }
        """;

    private const string Tests = """
        package price

        import "testing"

        func TestGood(t *testing.T) {
        	if got := Of([]int{2}, 0); got != 2 {
        		t.Errorf("got %d, want 2", got)
        	}
        }

        func TestBad(t *testing.T) {
        	if got := Of([]int{2}, 0); got != 3 {
        		t.Errorf("got %d, want 3", got)
        	}
        }

        func TestMany(t *testing.T) {
        	for _, name := range []string{"one", "two words"} {
        		t.Run(name, func(t *testing.T) {})
        	}
        }

        func TestLater(t *testing.T) {
        	t.Skip("later")
        }
        """;

    private const string Breaking = """
        package stock

        import (
        	"testing"

        	"example.org/shop/price"
        )

        func TestBreaks(t *testing.T) {
        	price.Of(nil, 1)
        }
        """;

    private async Task<string> ShopAsync() => await host.NewWorkspaceAsync(
        ("go.mod", Module), ("price/price.go", Price), ("price/price_test.go", Tests), ("stock/stock.go", "package stock\n"), ("stock/stock_test.go", Breaking));

    [Fact]
    public async Task Run_Module_HasEveryCaseWithItsFramesAndCoverage()
    {
        var run = await host.TestAsync(await ShopAsync(), new { coverage = true });
        var cases = run.Cases();
        Assert.Equal(
            [
                ("price/price_test.go::TestBad", "failed"), ("price/price_test.go::TestGood", "passed"), ("price/price_test.go::TestLater", "skipped"),
                ("price/price_test.go::TestMany", "passed"), ("price/price_test.go::TestMany/one", "passed"), ("price/price_test.go::TestMany/two_words", "passed"),
                ("stock/stock_test.go::TestBreaks", "failed"),
            ],
            cases.OrderBy(found => found.Key, StringComparer.Ordinal).Select(found => (found.Key, (string)found.Value["status"]!)));
        Assert.Equal(("go test", "failed", 11), ((string)run["framework"]!, (string)run["status"]!, (int)cases["price/price_test.go::TestBad"]["line"]!));
        Assert.Equal("got 2, want 3", (string?)cases["price/price_test.go::TestBad"]["message"]);
        Assert.Equal(["price/price_test.go:13"], cases["price/price_test.go::TestBad"].Frames());
        var broken = cases["stock/stock_test.go::TestBreaks"];
        Assert.StartsWith("panic: runtime error: index out of range", (string)broken["message"]!, StringComparison.Ordinal);
        Assert.Equal(["stock/stock_test.go:10", "price/price.go:8"], broken.Frames());
        var file = run["coverage"]!["files"]!.AsArray().Single(found => (string)found!["path"]! == "price/price.go")!;
        Assert.Equal(("[4,5,8]", "[6]"), (file["covered"]!.ToJsonString(), file["uncovered"]!.ToJsonString()));
        Assert.Empty(run["execution"]!["changes"]!.AsArray());
    }

    [Fact]
    public async Task Run_Filtered_RunsOnlyThat()
    {
        var run = await host.TestAsync(await ShopAsync(), new { filter = new[] { "price/price_test.go::TestMany/one" } });
        Assert.Equal(["price/price_test.go::TestMany", "price/price_test.go::TestMany/one"], run.Cases().Keys.Order(StringComparer.Ordinal));
        Assert.Equal("passed", (string?)run["status"]);
    }

    [Fact]
    public async Task Run_PackageThatIsNotBuilt_IsACaseInErrorAtItsLine()
    {
        var workspace = await host.NewWorkspaceAsync(
            ("go.mod", Module), ("a.go", "package shop\n\nfunc A() int {\n\treturn nothing\n}\n"), ("a_test.go", "package shop\n\nimport \"testing\"\n\nfunc TestA(t *testing.T) { A() }\n"),
            ("fine/fine_test.go", "package fine\n\nimport \"testing\"\n\nfunc TestFine(t *testing.T) {}\n"));
        var run = await host.TestAsync(workspace, new { });
        var cases = run.Cases();
        Assert.Equal(("failed", 2, "passed", "error"), ((string)run["status"]!, (int)run["total"]!, (string)cases["fine/fine_test.go::TestFine"]["status"]!, (string)cases["a.go"]["status"]!));
        Assert.Contains("undefined: nothing", (string)cases["a.go"]["message"]!, StringComparison.Ordinal);
        Assert.Equal(["a.go:4"], cases["a.go"].Frames());
    }

    [Fact]
    public async Task Run_HangingCase_IsNamed()
    {
        var workspace = await host.NewWorkspaceAsync(
            ("go.mod", Module), ("a_test.go", "package shop\n\nimport \"testing\"\n\nfunc TestQuick(t *testing.T) {}\n\nfunc TestHangs(t *testing.T) { select {} }\n"),
            ("b_test.go", "package shop\n\nimport (\n\t\"testing\"\n\t\"time\"\n)\n\nfunc TestSleeps(t *testing.T) { time.Sleep(time.Hour) }\n"));
        var run = await host.TestAsync(workspace, new { filter = new[] { "a_test.go::TestQuick", "b_test.go::TestSleeps" }, limits = new { idleSeconds = 8 } });
        var cases = run.Cases();
        Assert.Equal(("passed", "timedOut"), ((string)cases["a_test.go::TestQuick"]["status"]!, (string)cases["b_test.go::TestSleeps"]["status"]!));
    }
}
