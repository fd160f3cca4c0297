using CodexCloudIde.Tests.Hosting;

namespace CodexCloudIde.Tests.Executions;

/// <summary>Cargo packages in a real sandbox, read by the text of their test programs.</summary>
public sealed class RustTestRunTests(IdeHost host) : IClassFixture<IdeHost>
{
    private const string Package = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";

    private const string Library = """
        pub mod stock;

        /// What an item costs.
        ///
        /// ```
        /// assert_eq!(shop::price(&[1], 0), 1);
        /// ```
        pub fn price(prices: &[u32], item: usize) -> u32 {
            prices[item]
        }

        #[cfg(test)]
        mod tests {
            use super::*;

            #[test]
            fn good() {
                println!("words of a test ok");
                assert_eq!(price(&[2], 0), 2);
            }

            #[test]
            fn bad() {
                assert_eq!(price(&[2], 0), 3, "the price");
            }

            #[test]
            #[ignore = "later"]
            fn later() {}

            #[test]
            #[should_panic]
            fn panics() {
                price(&[], 0);
            }
        }
        """;

    private const string Stock = """
        #[cfg(test)]
        mod tests {
            #[test]
            fn good() {}
        }
        """;

    private const string Whole = "#[test]\nfn breaks() {\n    shop::price(&[], 1);\n}\n";

    private async Task<string> ShopAsync() => await host.NewWorkspaceAsync(("Cargo.toml", Package), ("src/lib.rs", Library), ("src/stock.rs", Stock), ("tests/whole.rs", Whole));

    [Fact]
    public async Task Run_Package_HasEveryCaseWithItsFrames()
    {
        var run = await host.TestAsync(await ShopAsync(), new { });
        var cases = run.Cases();
        Assert.Equal(
            [
                ("src/lib.rs::price (line 5)", "passed", 5), ("src/lib.rs::tests::bad", "failed", 23), ("src/lib.rs::tests::good", "passed", 17), ("src/lib.rs::tests::later", "skipped", 29),
                ("src/lib.rs::tests::panics", "passed", 33), ("src/stock.rs::stock::tests::good", "passed", 4), ("tests/whole.rs::breaks", "failed", 2),
            ],
            cases.OrderBy(found => found.Key, StringComparer.Ordinal).Select(found => (found.Key, (string)found.Value["status"]!, (int)found.Value["line"]!)));
        Assert.Equal(("cargo test", "failed"), ((string)run["framework"]!, (string)run["status"]!));
        Assert.Contains("the price", (string)cases["src/lib.rs::tests::bad"]["message"]!, StringComparison.Ordinal);
        Assert.Equal(["src/lib.rs:24"], cases["src/lib.rs::tests::bad"].Frames());
        Assert.StartsWith("index out of bounds", (string)cases["tests/whole.rs::breaks"]["message"]!, StringComparison.Ordinal);
        Assert.Equal(["tests/whole.rs:3", "src/lib.rs:9"], cases["tests/whole.rs::breaks"].Frames());
        // What is built lies outside the workspace; the lock file is what a run of Cargo leaves in it.
        Assert.Equal(["Cargo.lock"], run["execution"]!["changes"]!.AsArray().Select(change => (string)change!["path"]!));
    }

    [Fact]
    public async Task Run_Filtered_RunsOnlyThat()
    {
        var run = await host.TestAsync(await ShopAsync(), new { filter = new[] { "src/stock.rs::stock::tests::good", "tests/whole.rs::breaks" } });
        Assert.Equal(["src/stock.rs::stock::tests::good", "tests/whole.rs::breaks"], run.Cases().Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Run_WhatDoesNotCompile_IsACaseInErrorAtItsLine()
    {
        var workspace = await host.NewWorkspaceAsync(("Cargo.toml", Package), ("src/lib.rs", "pub fn a() -> u32 {\n    nothing\n}\n"));
        var run = await host.TestAsync(workspace, new { });
        var broken = Assert.Single(run.Cases()).Value;
        Assert.Equal(("failed", "error", "src/lib.rs"), ((string)run["status"]!, (string)broken["status"]!, (string)broken["id"]!));
        Assert.Contains("cannot find value `nothing`", (string)broken["message"]!, StringComparison.Ordinal);
        Assert.Equal(["src/lib.rs:2"], broken.Frames());
    }

    [Fact]
    public async Task Run_HangAndAbort_AreNamed()
    {
        var workspace = await host.NewWorkspaceAsync(("Cargo.toml", Package), ("src/lib.rs", """
            #[test]
            fn a_quick() {}

            #[test]
            fn b_hangs() {
                std::thread::sleep(std::time::Duration::from_secs(1000));
            }
            """), ("tests/aborts.rs", "#[test]\nfn aborts() {\n    std::process::abort();\n}\n"));
        var aborted = await host.TestAsync(workspace, new { filter = new[] { "tests/aborts.rs::aborts" } });
        Assert.Equal(("failed", "error"), ((string)aborted["status"]!, (string)Assert.Single(aborted.Cases()).Value["status"]!));
        var run = await host.TestAsync(workspace, new { filter = new[] { "src/lib.rs::a_quick", "src/lib.rs::b_hangs" }, limits = new { idleSeconds = 8 } });
        var cases = run.Cases();
        Assert.Equal(("passed", "timedOut"), ((string)cases["src/lib.rs::a_quick"]["status"]!, (string)cases["src/lib.rs::b_hangs"]["status"]!));
    }
}
