using CodexCloudIde.Tests.Hosting;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using static CodexCloudIde.EndToEnd.Visitor;
using static Microsoft.Playwright.Assertions;

namespace CodexCloudIde.EndToEnd;

/// <summary>axe finds nothing on the pages that everybody uses, in both themes and in the states that they get into.</summary>
public sealed class AccessibilityTests(IdeHost host, Chromium chromium) : IClassFixture<IdeHost>, IClassFixture<Chromium>
{
    private static readonly AxeRunOptions Rules = new() { RunOnly = new() { Type = "tag", Values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"] } };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pages_InBothThemes_AreClean(bool light)
    {
        var workspace = await CreateAsync(host.Client, File("docs/a.md", "# Title\n"), File("main.py", "import os\n\n\ndef main(value: int) -> str:\n    # why\n    return f'{value}'\n"));
        var door = await chromium.OpenAsync(host.Address, light: light);
        await door.GotoAsync("/sign-in");
        await CleanAsync(door, "sign-in");
        await door.Context.CloseAsync();

        await using var visitor = await SignInAsync(chromium, host.Address, light: light);
        var page = visitor.Page;
        await Expect(page.Locator(".workspace-card").First).ToBeVisibleAsync();
        await CleanAsync(page, "workspaces");
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^More for") }).First.ClickAsync();
        await CleanAsync(page, "workspaces-menu");
        await page.Keyboard.PressAsync("Escape");
        await page.GetByRole(AriaRole.Tab, new() { Name = "Git repository" }).ClickAsync();
        await CleanAsync(page, "workspaces-git");
        await page.GotoAsync("/account");
        await CleanAsync(page, "account");

        await visitor.EnterAsync(workspace);
        await visitor.OpenAsync("main.py");
        await visitor.ShellSaysAsync("$");
        await CleanAsync(page, "ide");
        await page.Keyboard.PressAsync("Control+P");
        await Expect(page.Locator("#palette-list [role=option]").First).ToBeVisibleAsync();
        await CleanAsync(page, "ide-palette");
        await page.Keyboard.PressAsync("Escape");
        await visitor.Row("main.py").ClickAsync(new() { Button = MouseButton.Right });
        await CleanAsync(page, "ide-menu");
        await page.Keyboard.PressAsync("Escape");
        await visitor.Tree.PressAsync("F2");
        await CleanAsync(page, "ide-renaming");
        await page.Keyboard.PressAsync("Escape");
        await visitor.Tree.PressAsync("Delete");
        await CleanAsync(page, "ide-dialog");
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("Control+Shift+F");
        await page.Keyboard.TypeAsync("main");
        await Expect(page.Locator(".search-hit").First).ToBeVisibleAsync();
        await CleanAsync(page, "ide-search");
        await page.SetViewportSizeAsync(760, 900);
        await CleanAsync(page, "ide-narrow");
    }

    private static async Task CleanAsync(IPage page, string name)
    {
        var found = await page.RunAxe(Rules);
        await Chromium.ShootAsync(page, $"axe-{name}-{await page.EvaluateAsync<string>("() => document.documentElement.dataset.theme ?? (matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark')")}");
        var violations = found.Violations.SelectMany(violation => violation.Nodes.Select(
            node => $"{name}: {violation.Id}: {node.Target}: {violation.Help}: {string.Join("; ", node.Any.Select(check => check.Message))}")).ToList();
        Assert.True(violations.Count == 0, string.Join('\n', violations));
    }
}
