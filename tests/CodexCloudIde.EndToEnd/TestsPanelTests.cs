using System.Net.Http.Json;
using System.Text.Json;
using CodexCloudIde.Tests.Hosting;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CodexCloudIde.EndToEnd;

/// <summary>What the tests panel shows when there is nothing to show, and to two people at once.</summary>
public sealed class TestsPanelTests(Chromium chromium, IdeHost host) : IClassFixture<Chromium>, IClassFixture<IdeHost>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_InOneBrowser_IsSeenAndCancelledInAnother()
    {
        var workspace = await CreateAsync(("test_slow.py", "import time\n\n\ndef test_quick():\n    assert True\n\n\ndef test_slow():\n    time.sleep(600)\n"));
        var (one, two) = (await OpenAsync(workspace), await OpenAsync(workspace));
        await Panel(one).GetByRole(AriaRole.Button, new() { Name = "Run tests" }).ClickAsync();
        await Expect(Panel(two).Locator(".running")).ToContainTextAsync("runs them");
        await Expect(Panel(two).Locator(".case").Filter(new() { HasText = "test_slow" })).ToBeVisibleAsync();
        await Expect(Panel(two).Locator(".tests-summary b.is-passed")).ToContainTextAsync("1 passed");
        await Panel(two).GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Expect(Panel(one).GetByRole(AriaRole.Button, new() { Name = "Run tests" })).ToBeVisibleAsync();
        await Expect(Panel(one).Locator(".tests-summary")).ToContainTextAsync("1 skipped");
        await Expect(Panel(two).Locator(".tests-summary")).ToContainTextAsync("1 skipped");
    }

    [Fact]
    public async Task Result_AfterAFileChanged_IsMarkedUntilTheNextRun()
    {
        var workspace = await CreateAsync(("test_quick.py", "def test_quick():\n    assert True\n"));
        var page = await OpenAsync(workspace);
        var mark = Panel(page).GetByRole(AriaRole.Img, new() { Name = "Files have changed since this run" });
        await Panel(page).GetByRole(AriaRole.Button, new() { Name = "Run tests" }).ClickAsync();
        await Expect(Panel(page).Locator(".tests-summary b.is-passed")).ToContainTextAsync("1 passed");
        await Expect(Panel(page).GetByRole(AriaRole.Button, new() { Name = "Run tests" })).ToBeVisibleAsync();
        await Expect(mark).ToHaveCountAsync(0);

        using var content = new StringContent("def test_quick():\n    assert False\n");
        using var put = await host.Client.PutAsync($"/api/v1/workspaces/{workspace}/files/test_quick.py", content, Cancel);
        put.EnsureSuccessStatusCode();
        await Expect(mark).ToBeVisibleAsync();
        await Panel(page).GetByRole(AriaRole.Button, new() { Name = "Run tests" }).ClickAsync();
        await Expect(Panel(page).Locator(".tests-summary b.is-failed")).ToContainTextAsync("1 failed");
        await Expect(Panel(page).GetByRole(AriaRole.Button, new() { Name = "Run tests" })).ToBeVisibleAsync();
        await Expect(mark).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Run_OfANodeProject_ShowsWhatWasExpectedAndOpensTheFrame()
    {
        var workspace = await CreateAsync(
            ("shop.js", "exports.price = (item) => item.net;\n"),
            ("shop.test.js", "const { describe, it } = require(\"node:test\");\nconst assert = require(\"node:assert/strict\");\nconst { price } = require(\"./shop\");\n\ndescribe(\"price\", () => {\n  it(\"is net\", () => {\n    assert.equal(price({ net: 2 }), 3);\n  });\n  it(\"takes any item\", () => {\n    price(null);\n  });\n  it(\"is there\", () => assert.ok(price));\n});\n"));
        var page = await OpenAsync(workspace);
        await Panel(page).GetByRole(AriaRole.Button, new() { Name = "Run tests" }).ClickAsync();
        await Expect(Panel(page).Locator(".tests-summary b.is-failed")).ToContainTextAsync("2 failed");
        await Expect(Panel(page).Locator(".tests-summary b.is-passed")).ToContainTextAsync("1 passed");
        await Panel(page).Locator(".case").Filter(new() { HasText = "price > is net" }).ClickAsync();
        await Expect(Panel(page).Locator("dd.expected")).ToHaveTextAsync("3");
        await Expect(Panel(page).Locator(".compare dd").Last).ToHaveTextAsync("2");
        await Panel(page).Locator(".case").Filter(new() { HasText = "price > takes any item" }).ClickAsync();
        await Chromium.ShootAsync(page, "tests-node");

        // On a phone the result stands under the cases, whose names have the whole width.
        await page.SetViewportSizeAsync(390, 844);
        var (tree, detail) = (await BoxAsync(".tests-tree"), await BoxAsync(".tests-detail"));
        Assert.True(tree.Width > 340 && detail.Y >= tree.Y + tree.Height, $"{tree.Width} px wide, {detail.Y} under {tree.Y + tree.Height}.");
        var (bar, last) = (await BoxAsync(".tests-bar"), await BoxAsync(".tests-bar > :last-child"));
        Assert.True(last.Y + last.Height <= bar.Y + bar.Height && tree.Y >= bar.Y + bar.Height, $"{last.Y + last.Height} within {bar.Y + bar.Height}, above {tree.Y}.");
        await Chromium.ShootAsync(page, "tests-node-narrow");
        await page.SetViewportSizeAsync(1440, 900);
        await Panel(page).Locator("button.frame").Filter(new() { HasText = "shop.js:1" }).ClickAsync();
        await Expect(page.Locator(".tabs-scroll [role=tab]").Filter(new() { HasText = "shop.js" })).ToBeVisibleAsync();

        async Task<LocatorBoundingBoxResult> BoxAsync(string selector) => (await Panel(page).Locator(selector).BoundingBoxAsync())!;
    }

    [Fact]
    public async Task Run_WithoutARunner_SaysWhatToDo()
    {
        var page = await OpenAsync(await CreateAsync(("notes.txt", "no tests here\n")));
        await Panel(page).GetByRole(AriaRole.Button, new() { Name = "Run tests" }).ClickAsync();
        await Expect(Panel(page)).ToContainTextAsync("No test runner was found");
        await Expect(Panel(page).GetByRole(AriaRole.Button, new() { Name = "Run tests" })).ToBeEnabledAsync();
    }

    [Fact]
    public async Task Run_CommandThatDoesNotExist_ShowsWhatItSaid()
    {
        var workspace = await CreateAsync(("notes.txt", "no tests here\n"));
        var page = await OpenAsync(workspace);
        using var answer = await host.Client.PostAsJsonAsync($"/api/v1/workspaces/{workspace}/test-runs", new { command = new[] { "no-such-runner" } }, Cancel);
        Assert.Equal("error", (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("status").GetString());
        await Expect(Panel(page)).ToContainTextAsync("No tests ran");
        await Expect(Panel(page)).ToContainTextAsync("no-such-runner");
    }

    private static ILocator Panel(IPage page) => page.Locator("#panel-tests");

    private async Task<string> CreateAsync(params (string Path, string Text)[] files)
    {
        using var made = await host.Client.PostAsJsonAsync("/api/v1/workspaces", new { name = "panel", source = new { template = "empty" } }, Cancel);
        var workspace = (await made.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("id").GetString()!;
        foreach (var (path, text) in files)
        {
            using var content = new StringContent(text);
            using var put = await host.Client.PutAsync($"/api/v1/workspaces/{workspace}/files/{path}", content, Cancel);
            put.EnsureSuccessStatusCode();
        }

        return workspace;
    }

    private async Task<IPage> OpenAsync(string workspace)
    {
        var page = await chromium.OpenAsync(host.Address);
        await page.GotoAsync($"/sign-in?returnUrl=/w/{workspace}");
        await page.GetByLabel("E-mail").FillAsync(IdeHost.OwnerEmail);
        await page.GetByLabel("Password").FillAsync(IdeHost.OwnerPassword);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await page.GotoAsync($"/w/{workspace}");
        await page.GetByRole(AriaRole.Tab, new() { Name = "Tests" }).ClickAsync();
        return page;
    }
}
