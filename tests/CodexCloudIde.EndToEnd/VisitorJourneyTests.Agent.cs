using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CodexCloudIde.EndToEnd;

/// <summary>Step 6: the agent mends it while somebody watches and types; then the review.</summary>
public sealed partial class VisitorJourneyTests
{
    private const string Typed = "# typed while the agent worked";

    private static async Task FixAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Tab, new() { Name = "Tests" }).ClickAsync();
        await QuickOpenAsync(page, "normalise.py");
        await Expect(page.Locator(".view-lines").First).ToContainTextAsync(Spaced("carriers' spellings"));
        await page.Locator("#panel-tests").GetByRole(AriaRole.Button, new() { Name = "Fix failing tests" }).ClickAsync();
        var timeline = page.Locator("#timeline");
        await Expect(timeline.Locator(".plan-row")).ToContainTextAsync("Run the tests");
        await Expect(timeline).ToContainTextAsync("71 passed, 7 failed");
        await Chromium.ShootAsync(page, "6-fix-running");

        // The edit lands in the open editor under the agent's own flag, and its line is marked until it is reviewed.
        await page.Locator(".monaco-editor .view-lines").First.ClickAsync();
        await page.Keyboard.PressAsync("Control+G");
        await page.Keyboard.TypeAsync("49");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".remote-flag", new() { HasText = "Codex" })).ToBeAttachedAsync(new() { Timeout = 180_000 });
        await Expect(page.Locator(".agent-mark")).ToBeVisibleAsync();
        await Chromium.ShootAsync(page, "6-live-edit");
        await page.Locator(".monaco-editor .view-lines").First.ClickAsync();
        await page.Keyboard.PressAsync("Control+Home");
        // A line of its own first: whatever the agent runs meanwhile, the file is whole at each key.
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("ArrowUp");
        await page.Keyboard.TypeAsync(Typed);

        var outcome = page.Locator(".agent-card.outcome");
        await Expect(outcome).ToContainTextAsync("What was wrong", new() { Timeout = 180_000 });
        await Expect(outcome).ToContainTextAsync("Why this patch");
        await Expect(outcome.Locator(".proof")).ToContainTextAsync("Before: 7 failed");
        await Expect(outcome.Locator(".proof")).ToContainTextAsync("After: 78 passed");
        await Expect(timeline.Locator(".row.agent-row code").Filter(new() { HasText = ".py" })).ToHaveCountAsync(2);
        await Chromium.ShootAsync(page, "6-outcome");
        await ReviewAsync(page, outcome);
        await FixAgainAsync(page, outcome);
    }

    /// <summary>One hunk is kept, one rejected, then all of it undone; what a person typed stays through all of it.</summary>
    private static async Task ReviewAsync(IPage page, ILocator outcome)
    {
        await outcome.GetByRole(AriaRole.Button, new() { Name = "Review 2 changes" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Accept this change in dispatch/pages.py" }).ClickAsync();
        await Expect(page.Locator(".hunk-card.accepted")).ToContainTextAsync("dispatch/pages.py");
        Assert.Contains("result[\"country\"] = country_code(nested", await FileAsync(page, "dispatch/normalise.py"), StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Button, new() { Name = "Reject this change in dispatch/normalise.py" }).ClickAsync();
        await Expect(page.Locator(".hunk-card.rejected")).ToContainTextAsync("dispatch/normalise.py");
        var normalise = await FileAsync(page, "dispatch/normalise.py");
        Assert.Contains("result[\"countryCode\"] = country_code(nested", normalise, StringComparison.Ordinal);
        Assert.StartsWith(Typed, normalise, StringComparison.Ordinal);
        Assert.Contains("rows[start:start + size]", await FileAsync(page, "dispatch/pages.py"), StringComparison.Ordinal);
        await page.Locator(".hunk-card").Last.ScrollIntoViewIfNeededAsync();
        await Chromium.ShootAsync(page, "6-review");

        await outcome.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(page.Locator(".hunk-card.rejected")).ToHaveCountAsync(2);
        Assert.Contains("rows[start:start + size - 1]", await FileAsync(page, "dispatch/pages.py"), StringComparison.Ordinal);
        Assert.StartsWith(Typed, await FileAsync(page, "dispatch/normalise.py"), StringComparison.Ordinal);
        await Expect(page.Locator(".view-lines").First).ToContainTextAsync(Spaced(Typed));
        await Chromium.ShootAsync(page, "6-undone");
    }

    private static async Task FixAgainAsync(IPage page, ILocator outcome)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "New task" }).ClickAsync();
        await page.Locator("#timeline").GetByRole(AriaRole.Button, new() { NameRegex = Failing() }).ClickAsync();
        await Expect(outcome.Locator(".proof")).ToContainTextAsync("After: 78 passed", new() { Timeout = 180_000 });
        await outcome.GetByRole(AriaRole.Button, new() { Name = "Accept", Exact = true }).ClickAsync();
        await Expect(outcome).ToContainTextAsync("Everything is reviewed");

        var panel = page.Locator("#panel-tests");
        await panel.GetByRole(AriaRole.Button, new() { Name = "Run tests" }).ClickAsync();
        await Expect(panel.GetByRole(AriaRole.Button, new() { Name = "Cancel" })).ToBeVisibleAsync();
        await Expect(panel.GetByRole(AriaRole.Button, new() { Name = "Run tests" })).ToBeVisibleAsync();
        await Expect(panel.Locator(".tests-summary b.is-passed")).ToContainTextAsync("78 passed");
        await Expect(panel.Locator(".tests-summary b.is-failed")).ToHaveCountAsync(0);
        await Chromium.ShootAsync(page, "6-green");
    }

    private static async Task<string> FileAsync(IPage page, string path)
    {
        var answer = await page.APIRequest.GetAsync($"/api/v1/workspaces/{new Uri(page.Url).AbsolutePath.Split('/')[2]}/files/{path}");
        return await answer.TextAsync();
    }

    [System.Text.RegularExpressions.GeneratedRegex("^Fix .*failing tests?$")]
    private static partial System.Text.RegularExpressions.Regex Failing();
}
