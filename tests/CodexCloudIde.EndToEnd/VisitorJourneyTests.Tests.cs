using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CodexCloudIde.EndToEnd;

/// <summary>Step 5: the tests panel.</summary>
public sealed partial class VisitorJourneyTests
{
    private static async Task RunTestsAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Tab, new() { Name = "Tests" }).ClickAsync();
        var panel = page.Locator("#panel-tests");
        await panel.GetByRole(AriaRole.Button, new() { Name = "Run tests" }).ClickAsync();
        await Expect(panel.GetByRole(AriaRole.Button, new() { Name = "Cancel" })).ToBeVisibleAsync();
        await Expect(panel.Locator(".tests-summary b.is-failed")).ToContainTextAsync("7 failed");
        await Expect(panel.Locator(".tests-summary b.is-passed")).ToContainTextAsync("71 passed");

        // A failure: its message, and a frame that leads to the line.
        await panel.GetByText("test_postage_of_revision_two").First.ClickAsync();
        await Expect(panel.Locator(".tests-detail")).ToContainTextAsync("KeyError: 'country'");
        await panel.GetByRole(AriaRole.Button, new() { Name = "dispatch/rates.py:44" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Tab, new() { Name = "rates.py" })).ToBeVisibleAsync();
        await Expect(page.Locator("[data-status=position]")).ToContainTextAsync("Ln 44");
        await Expect(page.Locator(".view-lines").First).ToContainTextAsync(Spaced("def price(grams"));
        await Chromium.ShootAsync(page, "5-tests-red");

        await panel.GetByRole(AriaRole.Button, new() { Name = "Run failed" }).ClickAsync();
        await Expect(panel.GetByRole(AriaRole.Button, new() { Name = "Run tests" })).ToBeVisibleAsync();
        Assert.Equal(7, await NewestRunAsync(page, "total"));
        await Expect(panel.Locator(".tests-summary b.is-passed")).ToContainTextAsync("71 passed");
        await RunHangingCaseAsync(page, panel);
    }

    /// <summary>A case that hangs is named, the others keep their results; the page may be loaded again meanwhile; Cancel ends a run at once.</summary>
    private static async Task RunHangingCaseAsync(IPage page, ILocator panel)
    {
        await TypeInTerminalAsync(page, @"printf 'import time\n\n\ndef test_waits():\n    time.sleep(600)\n' > tests/test_waiting.py; ls tests");
        await page.GetByRole(AriaRole.Tab, new() { Name = "Tests" }).ClickAsync();
        await panel.GetByRole(AriaRole.Button, new() { Name = "Run tests" }).ClickAsync();
        await Expect(Case(panel, "test_waits")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Tab, new() { Name = "Output" }).ClickAsync();
        await Expect(page.Locator("#panel-output")).ToContainTextAsync("test_cli.py");
        await Chromium.ShootAsync(page, "5-tests-output-streams");

        await page.ReloadAsync();
        await page.GetByRole(AriaRole.Tab, new() { Name = "Tests" }).ClickAsync();
        await Expect(panel.GetByRole(AriaRole.Button, new() { Name = "Cancel" })).ToBeVisibleAsync();
        await Expect(Case(panel, "test_waits")).ToBeVisibleAsync();
        await Chromium.ShootAsync(page, "5-tests-running-after-reload");
        await Expect(Case(panel, "test_waits").GetByText("timed out")).ToBeVisibleAsync();
        await Expect(panel.Locator(".tests-summary b.is-passed")).ToContainTextAsync("71 passed");
        await Expect(panel.Locator(".tests-summary b.is-failed")).ToContainTextAsync("8 failed");
        await Case(panel, "test_waits").ClickAsync();
        await Expect(panel.Locator(".tests-detail")).ToContainTextAsync("still running when the limit struck");
        await Chromium.ShootAsync(page, "5-tests-hanging");

        await panel.GetByRole(AriaRole.Button, new() { Name = "Run tests" }).ClickAsync();
        await Expect(Case(panel, "test_waits")).ToBeVisibleAsync();
        await panel.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Expect(panel.GetByRole(AriaRole.Button, new() { Name = "Run tests" })).ToBeVisibleAsync();
        await Expect(panel.Locator(".tests-summary")).ToContainTextAsync("1 skipped");
        await Chromium.ShootAsync(page, "5-tests-cancelled");
        await TypeInTerminalAsync(page, "rm tests/test_waiting.py; ls tests");
        await Expect(page.GetByRole(AriaRole.Treeitem, new() { Name = "test_waiting.py" })).ToHaveCountAsync(0);
    }

    private static ILocator Case(ILocator panel, string name) => panel.Locator(".case").Filter(new() { HasText = name });

    private static async Task TypeInTerminalAsync(IPage page, string command)
    {
        await page.GetByRole(AriaRole.Tab, new() { Name = "Terminal" }).ClickAsync();
        var screen = page.Locator("#panel-terminal .xterm-rows").First;
        await Expect(screen).ToContainTextAsync("$");
        await page.Locator("#panel-terminal .xterm").First.ClickAsync();
        await page.Keyboard.TypeAsync($"clear; {command}; echo do''ne\n");
        await Expect(screen).ToContainTextAsync("done");
    }

    /// <summary>A figure of the run that began last, from the server.</summary>
    private static async Task<int> NewestRunAsync(IPage page, string figure)
    {
        var workspace = new Uri(page.Url).AbsolutePath.Split('/')[2];
        var answer = await page.APIRequest.GetAsync($"/api/v1/workspaces/{workspace}/test-runs?limit=1");
        return (await answer.JsonAsync())!.Value.GetProperty("items")[0].GetProperty(figure).GetInt32();
    }
}
