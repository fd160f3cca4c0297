using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CodexCloudIde.EndToEnd;

/// <summary>Step 7: the phone. Static pages and event streams; no circuit.</summary>
public sealed partial class VisitorJourneyTests
{
    private async Task UsePhoneAsync(IPage page, Uri address, ScriptedModel model)
    {
        // From the desk: a task whose commands need a person's yes.
        await page.GetByRole(AriaRole.Button, new() { Name = "New task" }).ClickAsync();
        await page.GetByLabel("Model", new() { Exact = true }).SelectOptionAsync(ScriptedModel.Name);
        await page.GetByLabel("What should the agent do?").FillAsync("Keep a list of changes");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Group, new() { Name = "Approval" })).ToContainTextAsync("CHANGES.md");

        var phone = await chromium.OpenAsync(address, phone: true, storage: await page.Context.StorageStateAsync());
        var asked = new List<string>();
        phone.Request += (_, request) => asked.Add(request.Url);
        phone.WebSocket += (_, socket) => asked.Add(socket.Url);
        await phone.GotoAsync("/m");
        await Expect(phone.GetByRole(AriaRole.Heading, new() { Name = "Tasks" })).ToBeVisibleAsync();
        var card = phone.Locator(".task-card").Filter(new() { HasText = "Keep a list of changes" });
        await Expect(card).ToContainTextAsync("needs you");
        await Chromium.ShootAsync(phone, "7-phone-tasks");

        await card.ClickAsync();
        await Expect(phone.GetByRole(AriaRole.Heading, new() { Name = "Keep a list of changes" })).ToBeVisibleAsync();
        await DecideAsync(phone, page);
        await SteerAndCancelAsync(phone, page, model);
        await ReadDiffAsync(phone);
        await FitEverywhereAsync(phone);
        Assert.Contains(asked, url => url.Contains("/events", StringComparison.Ordinal));
        Assert.DoesNotContain(asked, url => url.Contains("_blazor", StringComparison.Ordinal));
        await phone.Context.CloseAsync();
    }

    /// <summary>One command is allowed, the next one denied; each shows at the desk.</summary>
    private static async Task DecideAsync(IPage phone, IPage page)
    {
        var approval = phone.Locator(".phone-approval");
        await Expect(approval).ToContainTextAsync("CHANGES.md");
        await Chromium.ShootAsync(phone, "7-phone-approve");
        await approval.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Treeitem, new() { Name = "CHANGES.md" })).ToBeVisibleAsync();

        // The next question comes by the stream.
        await Expect(approval).ToContainTextAsync("feeds");
        await Expect(approval).ToContainTextAsync("Risk: high");
        await Chromium.ShootAsync(phone, "7-phone-deny");
        await approval.GetByRole(AriaRole.Button, new() { Name = "Deny" }).ClickAsync();
        await Expect(phone.Locator(".phone-outcome")).ToContainTextAsync("The folder stays");
        await Expect(page.GetByRole(AriaRole.Treeitem, new() { Name = "feeds" })).ToBeVisibleAsync();
        await phone.EvaluateAsync("scrollTo(0, 0)");
        await Chromium.ShootAsync(phone, "7-phone-task");
    }

    private static async Task SteerAndCancelAsync(IPage phone, IPage page, ScriptedModel model)
    {
        await phone.GetByLabel("Message to Codex").FillAsync("And sum it up");
        await phone.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
        await Expect(phone.Locator("[data-timeline]")).ToContainTextAsync("And sum it up");
        await Expect(page.Locator("#timeline")).ToContainTextAsync("And sum it up");
        await model.Thinks;
        await Expect(phone.Locator("[data-now]")).ToContainTextAsync("running");
        await Chromium.ShootAsync(phone, "7-phone-running");
        await phone.GetByRole(AriaRole.Button, new() { Name = "Cancel task" }).ClickAsync();
        await model.Gone;
        await Expect(phone.Locator("[data-now]")).ToContainTextAsync("cancelled");
        await Expect(page.Locator(".agent-card.outcome")).ToContainTextAsync("Cancelled");
        await Chromium.ShootAsync(phone, "7-phone-cancelled");
    }

    private static async Task ReadDiffAsync(IPage phone)
    {
        await phone.GetByRole(AriaRole.Link, new() { Name = "Tasks" }).ClickAsync();
        await phone.Locator(".task-card").Filter(new() { HasText = "Fix failing tests" }).First.ClickAsync();
        await Expect(phone.Locator(".phone-outcome")).ToContainTextAsync("What was wrong");
        await Chromium.ShootAsync(phone, "7-phone-outcome");
        await phone.GetByRole(AriaRole.Link, new() { Name = "Changes" }).ClickAsync();
        await Expect(phone.GetByRole(AriaRole.Heading, new() { Name = "Changes" })).ToBeVisibleAsync();
        await Expect(phone.Locator(".phone-diff .added")).Not.ToHaveCountAsync(0);
        await Chromium.ShootAsync(phone, "7-phone-diff");
    }

    /// <summary>Nothing is cut off at 320 pixels or in landscape.</summary>
    private static async Task FitEverywhereAsync(IPage phone)
    {
        var diff = phone.Url;
        foreach (var (width, height, name) in new[] { (320, 640, "narrow"), (844, 390, "landscape") })
        {
            await phone.SetViewportSizeAsync(width, height);
            foreach (var path in new[] { "/m", diff.Replace("/diff", "", StringComparison.Ordinal), diff, "/m/approvals", "/m/workspaces", "/m/me" })
            {
                await phone.GotoAsync(path);
                Assert.True(await phone.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), $"{path} is wider than {width} pixels.");
            }

            await phone.GotoAsync(diff.Replace("/diff", "", StringComparison.Ordinal));
            await Chromium.ShootAsync(phone, $"7-phone-{name}");
        }
    }
}
