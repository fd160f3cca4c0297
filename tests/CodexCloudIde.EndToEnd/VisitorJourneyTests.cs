using System.Text.RegularExpressions;
using CodexCloudIde.Tests.Hosting;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CodexCloudIde.EndToEnd;

/// <summary>What a visitor does, from the set-up link to the audit page, in a real browser against the real program.</summary>
public sealed partial class VisitorJourneyTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const string Email = "visitor@example.com";
    private const string Password = "a long enough passphrase";

    [Fact]
    public async Task Visitor_FromSetUpToAudit_RepairsTheSample()
    {
        using var data = new TempFolder();
        await using var ide = await IdeProcess.StartAsync(
            data.Path, null, "--Ide:Bootstrap:OwnerEmail=", "--Ide:Bootstrap:OwnerPassword=", "--Ide:Bootstrap:Token=");

        var page = await chromium.OpenAsync(ide.Address);
        await SetUpAsync(page, ide);
        await CreateWorkspaceAsync(page);
        var workspace = page.Url;
        await EditTogetherAsync(page, ide.Address, workspace);
        await UseTerminalAsync(page);
        await RunTestsAsync(page);
        await FixAsync(page);
        await UsePhoneAsync(page, ide.Address);
        await ReadAuditAsync(page);
    }

    private static async Task SetUpAsync(IPage page, IdeProcess ide)
    {
        var link = SetUpLink().Match(ide.Output).Value;
        Assert.NotEmpty(link);
        await page.GotoAsync(link[link.IndexOf("/set-up", StringComparison.Ordinal)..]);
        await page.GetByLabel("E-mail").FillAsync(Email);
        await page.GetByLabel("Password").FillAsync(Password);
        await page.GetByLabel("Your name").FillAsync("Vera Visitor");
        await page.GetByLabel("Name of the tenant").FillAsync("Visitors");
        await Chromium.ShootAsync(page, "1-set-up");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create account" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Workspaces", Exact = true })).ToBeVisibleAsync();
    }

    private static async Task CreateWorkspaceAsync(IPage page)
    {
        await page.GetByText("Sample to debug").ClickAsync();
        await page.GetByLabel("Name (optional)").FillAsync("Sample");
        await Chromium.ShootAsync(page, "2-workspaces");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create workspace" }).ClickAsync();
        await page.WaitForURLAsync("**/w/*");
        await Expect(page.GetByRole(AriaRole.Treeitem).First).ToBeVisibleAsync();
        await Chromium.ShootAsync(page, "2-workspace");
    }

    private async Task EditTogetherAsync(IPage page, Uri address, string workspace)
    {
        await QuickOpenAsync(page, "README.md");
        await Expect(page.Locator(".monaco-editor .view-lines").First).ToBeVisibleAsync();

        var other = await chromium.OpenAsync(address, storage: await page.Context.StorageStateAsync());
        await other.GotoAsync(workspace);
        // The tab that the first browser remembered opens by itself.
        await Expect(other.Locator(".monaco-editor .view-lines").First).ToContainTextAsync("Dispatch");

        await page.Locator(".monaco-editor .view-lines").First.ClickAsync();
        await page.Keyboard.PressAsync("Control+End");
        await page.Keyboard.TypeAsync("\ntyped by the first browser", new() { Delay = 20 });
        await Expect(other.Locator(".monaco-editor .view-lines").First).ToContainTextAsync(Spaced("typed by the first browser"));
        await Chromium.ShootAsync(other, "3-second-browser");
        await page.Keyboard.PressAsync("Control+S");
        await Chromium.ShootAsync(page, "3-editing");
        await other.Context.CloseAsync();
    }

    private static async Task UseTerminalAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Tab, new() { Name = "Terminal" }).ClickAsync();
        var screen = page.Locator("#panel-terminal .xterm-rows").First;
        await Expect(screen).ToContainTextAsync("$");
        await page.Locator("#panel-terminal .xterm").First.ClickAsync();
        await page.Keyboard.TypeAsync("echo from-the-terminal > terminal.txt; cat terminal.txt; id -u\n");
        await Expect(screen).ToContainTextAsync("from-the-terminal");
        await Expect(screen).ToContainTextAsync("1000");
        await Expect(page.GetByRole(AriaRole.Treeitem, new() { Name = "terminal.txt" })).ToBeVisibleAsync();
        await Chromium.ShootAsync(page, "4-terminal");
    }

    private static async Task RunTestsAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Tab, new() { Name = "Tests" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Run tests" }).First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Run failed" })).ToBeVisibleAsync();
        await Expect(page.Locator("#panel-tests .tests-summary b.is-failed")).ToContainTextAsync("7 failed");
        await page.Locator("#panel-tests").GetByText("test_postage_of_revision_two").First.ClickAsync();
        await Expect(page.Locator("#panel-tests .tests-detail")).ToContainTextAsync("KeyError");
        await Chromium.ShootAsync(page, "5-tests-red");
    }

    private static async Task FixAsync(IPage page)
    {
        await page.Locator("#panel-tests").GetByRole(AriaRole.Button, new() { Name = "Fix failing tests" }).ClickAsync();
        await Expect(page.Locator("#timeline")).Not.ToBeEmptyAsync();
        await Chromium.ShootAsync(page, "6-fix-running");
        var outcome = page.Locator(".agent-card.outcome");
        await Expect(outcome).ToBeVisibleAsync(new() { Timeout = 180_000 });
        await Expect(outcome.GetByRole(AriaRole.Button, new() { Name = "Accept" })).ToBeVisibleAsync();
        await outcome.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^Review") }).ClickAsync();
        await Chromium.ShootAsync(page, "6-outcome");

        await outcome.GetByRole(AriaRole.Button, new() { Name = "Accept", Exact = true }).First.ClickAsync();
        await page.GetByRole(AriaRole.Tab, new() { Name = "Tests" }).ClickAsync();
        await page.Locator("#panel-tests").GetByRole(AriaRole.Button, new() { Name = "Run tests" }).ClickAsync();
        await Expect(page.Locator("#panel-tests .tests-summary b.is-passed")).ToContainTextAsync("78 passed");
        await Chromium.ShootAsync(page, "6-green");
    }

    private async Task UsePhoneAsync(IPage page, Uri address)
    {
        var phone = await chromium.OpenAsync(address, phone: true, storage: await page.Context.StorageStateAsync());
        await phone.GotoAsync("/m");
        var card = phone.Locator(".task-card").First;
        await Expect(card).ToBeVisibleAsync();
        await Chromium.ShootAsync(phone, "7-phone-tasks");
        await card.ClickAsync();
        await phone.WaitForURLAsync("**/m/tasks/*");
        await Expect(phone.GetByRole(AriaRole.Heading).First).ToBeVisibleAsync();
        await Chromium.ShootAsync(phone, "7-phone-task");
        await phone.GotoAsync($"{phone.Url.Split('?')[0]}/diff");
        await Expect(phone.Locator(".phone-diff").First).ToBeVisibleAsync();
        await Chromium.ShootAsync(phone, "7-phone-diff");
        await phone.Context.CloseAsync();
    }

    private static async Task ReadAuditAsync(IPage page)
    {
        await page.GotoAsync("/audit");
        await Expect(page.GetByRole(AriaRole.Heading, new() { NameRegex = new Regex("Audit") })).ToBeVisibleAsync();
        await Expect(page.GetByText("Vera Visitor").First).ToBeVisibleAsync();
        await Chromium.ShootAsync(page, "8-audit");
    }

    private static async Task QuickOpenAsync(IPage page, string name)
    {
        await page.Keyboard.PressAsync("Control+P");
        await Expect(page.Locator(".palette input")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync(name);
        await page.Locator("#palette-list").GetByRole(AriaRole.Option).Filter(new() { HasText = name }).First.ClickAsync();
    }

    /// <summary>Monaco paints spaces as no-break spaces.</summary>
    private static Regex Spaced(string text) => new(string.Join(@"[\s\u00a0]", text.Split(' ').Select(Regex.Escape)));

    [GeneratedRegex(@"http\S+/set-up\?code=\S+")]
    private static partial Regex SetUpLink();
}
