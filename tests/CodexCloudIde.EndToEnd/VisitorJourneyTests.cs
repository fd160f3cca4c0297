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
        using var mine = new TempFolder();
        await using var ide = await InstalledIde.StartAsync(
            data.Path, [$"--Ide:Git:LocalRoots:0={mine.Path}", "--Ide:Sandbox:Default:IdleSeconds=15", .. model.BesideOffline], TestContext.Current.CancellationToken);

        var page = await chromium.OpenAsync(ide.Address);
        await SetUpAsync(page, ide);
        await CreateWorkspaceAsync(page, mine.Path);
        var workspace = page.Url;
        await EditTogetherAsync(page, ide.Address, workspace);
        await UseTerminalAsync(page);
        await RunTestsAsync(page);
        await FixAsync(page);
        await UsePhoneAsync(page, ide.Address, model);
        await ReadAuditAsync(page, data);
        Assert.Equal(0, await ide.InterruptAsync(TestContext.Current.CancellationToken));
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
}
