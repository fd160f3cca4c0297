using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CodexCloudIde.EndToEnd;

/// <content>Step 3: files in Monaco, alone and together. Step 4: the terminal.</content>
public sealed partial class VisitorJourneyTests
{
    private async Task EditTogetherAsync(IPage page, Uri address, string workspace)
    {
        var visitor = new Visitor(page);
        await EditAloneAsync(visitor);
        await visitor.QuickOpenAsync("README", "README.md");
        await Expect(visitor.Text).ToContainTextAsync("Dispatch");

        var other = new Visitor(await chromium.OpenAsync(address, storage: await page.Context.StorageStateAsync()));
        await other.Page.GotoAsync(workspace);
        await other.QuickOpenAsync("README", "README.md");
        await Expect(other.Text).ToContainTextAsync("Dispatch");
        await other.Text.ClickAsync();
        await other.Page.Keyboard.PressAsync("Control+End");

        await visitor.TypeAtEndAsync("\ntyped by the first browser", delay: 20);
        await Expect(other.Text).ToContainTextAsync(Spaced("typed by the first browser"));
        await Expect(other.Page.Locator(".remote-flag")).ToHaveTextAsync("Vera Visitor");
        await Expect(other.Page.Locator("[class*=remote-][class*=-cursor]").First).ToBeVisibleAsync();
        await Chromium.ShootAsync(other.Page, "3-second-browser");
        await page.Keyboard.PressAsync("Control+S");
        await visitor.SavedAsync();
        await Chromium.ShootAsync(page, "3-editing");
        await other.Page.Context.CloseAsync();
    }

    private static async Task EditAloneAsync(Visitor visitor)
    {
        var (page, keys) = (visitor.Page, visitor.Page.Keyboard);
        await visitor.Row("dispatch").ClickAsync();
        await visitor.OpenAsync("feed.py");
        await visitor.OpenAsync("money.py");
        await keys.PressAsync("Control+\\");
        await Expect(page.Locator(".group")).ToHaveCountAsync(2);
        await Chromium.ShootAsync(page, "3-tabs-and-split");
        await page.Locator(".group").Last.Locator(".tab").ClickAsync(new() { Button = MouseButton.Middle });
        await Expect(page.Locator(".group")).ToHaveCountAsync(1);

        await keys.PressAsync("Control+P");
        await keys.TypeAsync("ship");
        await Expect(page.Locator("#palette-list").GetByRole(AriaRole.Option).First).ToContainTextAsync("shipments.py");
        await Chromium.ShootAsync(page, "3-quick-open");
        await keys.PressAsync("Escape");
        await keys.PressAsync("Control+Shift+P");
        await keys.TypeAsync("new file");
        await Chromium.ShootAsync(page, "3-command-palette");
        await visitor.Command("New file").ClickAsync();
        await keys.TypeAsync("scratch.txt");
        await keys.PressAsync("Enter");
        await Expect(visitor.Tab("scratch.txt")).ToBeVisibleAsync();
        await Expect(page.Locator(".monaco-editor.focused")).ToBeVisibleAsync();

        // Unsaved while the server cannot answer, saved when it can.
        await page.Context.SetOfflineAsync(true);
        await Expect(visitor.Sync).ToContainTextAsync("Offline");
        await visitor.TypeAtEndAsync("not yet");
        await Expect(visitor.Tab("scratch.txt")).ToHaveClassAsync(new Regex("dirty"));
        await Expect(visitor.Tab("feed.py")).Not.ToHaveClassAsync(new Regex("dirty"));
        await Expect(visitor.Row("money.py")).ToBeVisibleAsync();
        await Expect(visitor.Sync).ToHaveTextAsync("Offline (7 unsent)");
        await Chromium.ShootAsync(page, "3-unsaved");
        await page.Context.SetOfflineAsync(false);
        await visitor.SavedAsync();
        await Expect(visitor.Tab("scratch.txt")).Not.ToHaveClassAsync(new Regex("dirty"));

        await visitor.Row("scratch.txt").ClickAsync();
        await visitor.Tree.PressAsync("F2");
        await keys.PressAsync("Control+A");
        await keys.TypeAsync("renamed.txt");
        await Chromium.ShootAsync(page, "3-rename");
        await keys.PressAsync("Enter");
        await Expect(visitor.Tab("renamed.txt")).ToBeVisibleAsync();
        await visitor.Tree.PressAsync("Delete");
        await Chromium.ShootAsync(page, "3-delete");
        await keys.PressAsync("Enter");
        await Expect(visitor.Row("renamed.txt")).ToHaveCountAsync(0);

        await DropAsync(visitor.Tree, "dropped.txt", "from the desk");
        await Expect(visitor.Row("dropped.txt")).ToBeVisibleAsync();
        await Chromium.ShootAsync(page, "3-dropped");
        await visitor.RunAsync("Collapse all folders");
    }

    private static async Task UseTerminalAsync(IPage page)
    {
        var visitor = new Visitor(page);
        await page.GetByRole(AriaRole.Tab, new() { Name = "Terminal" }).ClickAsync();
        await visitor.ShellSaysAsync("$");
        await visitor.ShellAsync("ls --color=always; printf '\\033[32mgr''een\\033[0m\\n'; id -u");
        await visitor.ShellSaysAsync("green");
        await visitor.ShellSaysAsync("1000");
        await Expect(visitor.Terminal.Locator("> div", new() { HasTextRegex = new(@"^green\s*$") }).Locator("span").First).ToHaveCSSAsync("color", "rgb(76, 195, 138)");
        await Chromium.ShootAsync(page, "4-colours");

        await page.GetByRole(AriaRole.Separator, new() { Name = "Resize the bottom panel" }).PressAsync("ArrowUp");
        await visitor.ShellAsync("clear; was=$(stty size); while [ \"$was\" = \"$(stty size)\" ]; do sleep 0.1; done; sh -c 'echo re\"\"sized to $(stty size); exec sleep 1000'");
        await page.GetByRole(AriaRole.Separator, new() { Name = "Resize the bottom panel" }).PressAsync("ArrowUp");
        await page.GetByRole(AriaRole.Separator, new() { Name = "Resize the bottom panel" }).PressAsync("ArrowUp");
        await visitor.ShellSaysAsync("resized to");
        await page.Locator("#panel-terminal .terminal-host:visible .xterm").ClickAsync();
        await page.Keyboard.PressAsync("Control+C");
        await visitor.ShellSaysAsync("^C");

        await page.EvaluateAsync("() => navigator.clipboard.writeText('echo from-the-terminal | tee -a README.md terminal.txt')");
        await page.Keyboard.PressAsync("Control+V");
        await page.Keyboard.PressAsync("Enter");
        await Expect(visitor.Row("terminal.txt")).ToBeVisibleAsync();
        await Expect(visitor.Text).ToContainTextAsync("from-the-terminal");
        await Chromium.ShootAsync(page, "4-terminal");

        await visitor.ShellAsync("clear; less README.md");
        await visitor.ShellSaysAsync("Dispatch");
        await Chromium.ShootAsync(page, "4-full-screen");
        await page.Keyboard.TypeAsync("q");

        // The page is loaded anew, the shell is the same one.
        await visitor.ShellAsync("KEPT=yes; clear; echo re''ady");
        await visitor.ShellSaysAsync("ready");
        await page.ReloadAsync();
        await visitor.ShellSaysAsync("$");
        await visitor.ShellAsync("echo kept $KEPT");
        await visitor.ShellSaysAsync("kept yes");
        await visitor.ShellAsync("rm terminal.txt dropped.txt");
        await Expect(visitor.Row("terminal.txt")).ToHaveCountAsync(0);
    }

    /// <summary>A file of one's own, let go over an element.</summary>
    private static async Task DropAsync(ILocator over, string name, string text)
    {
        using var folder = new CodexCloudIde.Tests.Hosting.TempFolder();
        var path = Path.Combine(folder.Path, name);
        await File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);
        var box = (await over.BoundingBoxAsync())!;
        var session = await over.Page.Context.NewCDPSessionAsync(over.Page);
        foreach (var type in new[] { "dragEnter", "dragOver", "drop" })
        {
            await session.SendAsync("Input.dispatchDragEvent", new Dictionary<string, object>
            {
                ["type"] = type,
                ["x"] = box.X + 30,
                ["y"] = box.Y + box.Height - 10,
                ["data"] = new Dictionary<string, object> { ["items"] = Array.Empty<object>(), ["files"] = new[] { path }, ["dragOperationsMask"] = 1 },
            });
        }

        await Expect(new Visitor(over.Page).Row(name)).ToBeVisibleAsync();
    }
}
