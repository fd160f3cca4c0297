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
        await using var model = await ScriptedModel.StartAsync();
        await using var ide = await IdeProcess.StartAsync(
            data.Path, null, ["--Ide:Bootstrap:OwnerEmail=", "--Ide:Bootstrap:OwnerPassword=", "--Ide:Bootstrap:Token=", "--Ide:Sandbox:Default:IdleSeconds=15", .. model.BesideOffline]);

        var page = await chromium.OpenAsync(ide.Address);
        await SetUpAsync(page, ide);
        await CreateWorkspaceAsync(page);
        var workspace = page.Url;
        await EditTogetherAsync(page, ide.Address, workspace);
        await UseTerminalAsync(page);
        await RunTestsAsync(page);
        await FixAsync(page);
        await UsePhoneAsync(page, ide.Address, model);
        await ReadAuditAsync(page, data);
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
        await page.WaitForLoadStateAsync();
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
