using System.Text;
using System.Text.RegularExpressions;
using CodexCloudIde.Tests.Hosting;
using Microsoft.Playwright;
using static CodexCloudIde.EndToEnd.Visitor;
using static Microsoft.Playwright.Assertions;

namespace CodexCloudIde.EndToEnd;

/// <summary>Real shells in the bottom panel.</summary>
public sealed class TerminalPageTests(IdeHost host, Chromium chromium) : IClassFixture<IdeHost>, IClassFixture<Chromium>
{
    [Fact]
    public async Task Typed_BeforeTheShellIsThere_ReachesIt()
    {
        var workspace = await CreateAsync(host.Client, File("note.txt", "hello\n"));
        await using var visitor = await SignInAsync(chromium, host.Address);
        var answers = await HeldAnswers.OfAsync(visitor.Page);
        await visitor.EnterAsync(workspace);
        await answers.HeldAsync();

        await visitor.ShellAsync("echo typed ea''rly");
        answers.Release();

        await visitor.ShellSaysAsync("typed early");
    }

    [Fact]
    public async Task Typed_AfterAReplayThatOvertookItsAnswer_ReachesAProgramThatSaysNothing()
    {
        var workspace = await CreateAsync(host.Client, File("note.txt", "hello\n"));
        await using var visitor = await SignInAsync(chromium, host.Address);
        await visitor.EnterAsync(workspace);
        await visitor.ShellSaysAsync("$");
        await visitor.ShellAsync("stty -echo; clear; echo wai''ts; exec cat");
        await visitor.ShellSaysAsync("waits");

        var answers = await HeldAnswers.OfAsync(visitor.Page);
        await visitor.Page.ReloadAsync();
        await answers.HeldAsync();
        await visitor.ShellSaysAsync("waits");
        answers.Release();
        await answers.Passed.WaitAsync(TestContext.Current.CancellationToken);
        await visitor.ShellAsync("heard by cat");

        await visitor.ShellSaysAsync("heard by cat");
    }

    [Fact]
    public async Task Terminals_ThatAreLostWhileTheyAreTakenUp_TakeTheKeysFromNobody()
    {
        var workspace = await CreateAsync(host.Client, File("note.txt", "hello\n"));
        await using var visitor = await SignInAsync(chromium, host.Address);
        await visitor.EnterAsync(workspace);
        var tabs = visitor.Page.Locator(".terminal-tab");
        await visitor.ShellSaysAsync("$");
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "New terminal" }).ClickAsync();
        await Expect(tabs).ToHaveCountAsync(2);
        await visitor.ShellSaysAsync("$");

        // The first of the two is there again, the second one's answer is lost with the connection.
        var answers = await HeldAnswers.OfAsync(visitor.Page);
        await visitor.Page.ReloadAsync();
        await answers.HeldAsync();
        await visitor.OpenAsync("note.txt");
        await visitor.TypeAtEndAsync("one");
        answers.ReleaseOne();
        await answers.HeldAsync();
        await answers.CutAsync();
        await Expect(tabs).ToHaveCountAsync(1);

        await visitor.Page.Keyboard.TypeAsync(" two");
        await Expect(visitor.Text).ToContainTextAsync(Spaced("one two"));
    }

    [Fact]
    public async Task Letters_WhenTheFontComesLate_AreMeasuredAnew()
    {
        var workspace = await CreateAsync(host.Client);
        await using var visitor = await SignInAsync(chromium, host.Address);
        // Wider than what stands in for it, whatever that is here.
        await visitor.Page.RouteAsync("**/*.css", async route =>
        {
            var answer = await route.FetchAsync();
            var text = await answer.TextAsync();
            await route.FulfillAsync(new() { Response = answer, Body = text.Replace("@font-face{font-family:JetBrains Mono;", "@font-face{font-family:JetBrains Mono;size-adjust:130%;", StringComparison.Ordinal) });
        });
        var font = new TaskCompletionSource();
        await visitor.Page.RouteAsync("**/*.woff2", async route =>
        {
            await font.Task;
            await route.ContinueAsync();
        });
        await visitor.Page.GotoAsync($"/w/{workspace}", new() { WaitUntil = WaitUntilState.DOMContentLoaded });
        await visitor.ShellSaysAsync("$");
        Assert.False(await visitor.Page.EvaluateAsync<bool>("() => document.fonts.check('13px \"JetBrains Mono\"')"), "the font is not there yet");

        font.SetResult();
        await visitor.Page.WaitForFunctionAsync("() => document.fonts.check('13px \"JetBrains Mono\"')");
        await visitor.ShellAsync("echo mea''sured-by-one-measure");

        // xterm parts a word where the widths that it has of its letters differ, as those of two fonts do.
        await Expect(visitor.Terminal.Locator("span", new() { HasTextString = "measured-by-one-measure" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Shell_ColoursResizeInterruptClipboardAndFullScreen_Work()
    {
        var workspace = await CreateAsync(host.Client, File("note.txt", "hello\n"));
        await using var visitor = await SignInAsync(chromium, host.Address);
        await visitor.EnterAsync(workspace);
        await visitor.OpenAsync("note.txt");
        var (page, keys) = (visitor.Page, visitor.Page.Keyboard);
        await visitor.ShellSaysAsync("$");

        await visitor.ShellAsync("printf '\\033[31mr''ed\\033[0m \\033[38;2;1;200;3mt''rue\\033[0m\\n'; echo size $(stty size)");
        await visitor.ShellSaysAsync("red true");
        await Expect(visitor.Terminal.Locator(".xterm-fg-1", new() { HasTextString = "red" })).ToBeVisibleAsync();
        await Expect(visitor.Terminal.Locator("[style*='rgb(1, 200, 3)'], [style*='#01c803']", new() { HasTextString = "true" })).ToBeVisibleAsync();
        var before = await SizeAsync(visitor, "size");
        await page.SetViewportSizeAsync(1440, 1000);
        await page.GetByRole(AriaRole.Separator, new() { Name = "Resize the bottom panel" }).PressAsync("ArrowUp");
        await page.GetByRole(AriaRole.Separator, new() { Name = "Resize the bottom panel" }).PressAsync("ArrowUp");
        await visitor.ShellAsync("echo now $(stty size)");
        Assert.True(await SizeAsync(visitor, "now") > before, "more lines after the panel grew");

        // What is in front says so itself: an interrupt while the shell still starts it would go nowhere.
        await visitor.ShellAsync("sh -c 'echo sleeps no\"\"w; exec sleep 1000'; echo not rea''ched");
        await visitor.ShellSaysAsync("sleeps now");
        await keys.PressAsync("Control+C");
        await visitor.ShellSaysAsync("^C");
        await visitor.ShellAsync("clear; echo still he''re");
        await visitor.ShellSaysAsync("still here");
        await Expect(visitor.Terminal).Not.ToContainTextAsync("not reached");

        // Copied by a double click and Ctrl+C, which then interrupts nothing; pasted with Ctrl+V.
        await visitor.ShellAsync("clear; echo wor''d-to-copy");
        await visitor.ShellSaysAsync("word-to-copy");
        var screen = (await page.Locator("#panel-terminal .xterm-screen:visible").BoundingBoxAsync())!;
        await page.Mouse.DblClickAsync(screen.X + 20, screen.Y + 8);
        await keys.PressAsync("Control+C");
        Assert.Equal("word-to-copy", await page.EvaluateAsync<string>("() => navigator.clipboard.readText()"));
        await page.EvaluateAsync("() => navigator.clipboard.writeText('echo pas\\'\\'ted')");
        await keys.PressAsync("Control+V");
        await keys.PressAsync("Enter");
        await visitor.ShellSaysAsync("pasted");

        // A program that fills the screen; what it writes is in the open editor.
        await visitor.ShellAsync(await HasVimAsync(visitor) ? "vim -u NONE note.txt" : FullScreenInPython);
        await visitor.ShellSaysAsync("hello");
        await keys.TypeAsync("ofrom the full screen");
        await keys.PressAsync("Escape");
        await visitor.ShellSaysAsync("from the full screen");
        await Chromium.ShootAsync(page, "terminal-full-screen");
        await keys.TypeAsync(":wq\n");
        await Expect(visitor.Text).ToContainTextAsync(Spaced("from the full screen"));
        await visitor.ShellSaysAsync("pasted");

        await visitor.ShellAsync("mkdir made; echo x > made/by-shell.txt");
        await Expect(visitor.Row("made")).ToBeVisibleAsync();
        await Chromium.ShootAsync(page, "terminal");
    }

    [Fact]
    public async Task Terminals_AfterAReload_AreTheSameShells()
    {
        var workspace = await CreateAsync(host.Client, File("note.txt", "hello\n"));
        await using var before = await SignInAsync(chromium, host.Address);
        await before.EnterAsync(workspace);
        var page = before.Page;
        var tabs = page.Locator(".terminal-tab");
        await before.ShellSaysAsync("$");
        await before.ShellAsync("X=first; echo re''ady");
        await before.ShellSaysAsync("ready");
        await page.GetByRole(AriaRole.Button, new() { Name = "New terminal" }).ClickAsync();
        await before.ShellSaysAsync("$");
        await before.ShellAsync("X=second; echo re''ady");
        await before.ShellSaysAsync("ready");

        await page.ReloadAsync();
        await Expect(tabs).ToHaveCountAsync(2);
        await before.ShellSaysAsync("ready");
        await before.ShellAsync("echo X is $X");
        await before.ShellSaysAsync("X is second");
        await tabs.First.ClickAsync();
        await before.ShellAsync("echo X is $X");
        await before.ShellSaysAsync("X is first");

        // The one in front stays in front.
        await page.ReloadAsync();
        await before.ShellSaysAsync("X is first");

        // The window closed for good: the shells wait for whoever comes back.
        var context = page.Context;
        await page.CloseAsync();
        page = await context.NewPageAsync();
        var visitor = new Visitor(page);
        tabs = page.Locator(".terminal-tab");
        await visitor.EnterAsync(workspace);
        await Expect(tabs).ToHaveCountAsync(2);
        await tabs.First.ClickAsync();
        await visitor.ShellSaysAsync("X is first");

        // The end of a shell is told, and there is a next one.
        await visitor.ShellAsync("exit 3");
        await visitor.ShellSaysAsync("The shell ended with 3.");
        await Expect(tabs.First).ToHaveClassAsync(new Regex("ended"));
        await page.Keyboard.PressAsync("Enter");
        await visitor.ShellSaysAsync("$");
        await Expect(tabs).ToHaveCountAsync(2);

        // Closed ones are gone: a further page begins afresh.
        await tabs.First.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^Close") }).ClickAsync();
        await tabs.First.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^Close") }).ClickAsync();
        await Expect(page.Locator("#panel-terminal")).ToContainTextAsync("No terminal is open.");
        await page.ReloadAsync();
        await Expect(tabs).ToHaveCountAsync(1);
        await visitor.ShellSaysAsync("$");
        await visitor.ShellAsync("echo X is [$X]");
        await visitor.ShellSaysAsync("X is []");
    }

    [Fact]
    public async Task Terminal_WithoutARuntime_SaysWhatToInstall()
    {
        await using var bare = await IdeHost.StartAsync("--Ide:Sandbox:RuntimeProgram=/nonexistent/runc");
        var workspace = await CreateAsync(bare.Client, File("note.txt", "hello\n"));
        await using var visitor = await SignInAsync(chromium, bare.Address);
        await visitor.EnterAsync(workspace);
        await Expect(visitor.Page.Locator("#panel-terminal")).ToContainTextAsync("apt-get install runc");
        await Expect(visitor.Page.Locator("[data-status=sandbox]")).ToHaveTextAsync("No sandbox");
        await Chromium.ShootAsync(visitor.Page, "terminal-no-runtime");
        // Everything else goes on.
        await visitor.OpenAsync("note.txt");
        await visitor.TypeAtEndAsync("typed");
        await visitor.SavedAsync();
        Assert.Equal("hello\ntyped", Encoding.UTF8.GetString(await BytesAsync(bare.Client, workspace, "note.txt")));
    }

    /// <summary>Where there is no vim: the little of it that the test uses.</summary>
    private const string FullScreenInPython =
        "python3 -c \"import curses;s=curses.initscr();curses.noecho();s.addstr(0,0,open('note.txt').read());s.refresh();t='';k=s.getkey()\nwhile True:\n k=s.getkey()\n"
        + " if k=='\\x1b': break\n t+=k;s.addstr(1,0,t);s.refresh()\nopen('note.txt','a').write(t);[s.getkey() for _ in ':wq.'];curses.endwin()\"";

    private static async Task<bool> HasVimAsync(Visitor visitor)
    {
        await visitor.ShellAsync("command -v vim >/dev/null && echo it is he''re || echo it is abs''ent");
        await visitor.ShellSaysAsync("it is");
        await Expect(visitor.Terminal).ToContainTextAsync(new Regex(@"it[\s\u00a0]is[\s\u00a0](here|absent)"));
        return Regex.IsMatch(await visitor.Terminal.InnerTextAsync(), @"it[\s\u00a0]is[\s\u00a0]here");
    }

    private static async Task<int> SizeAsync(Visitor visitor, string word)
    {
        var pattern = new Regex($@"{word}[\s\u00a0]+(\d+)[\s\u00a0]+\d+");
        await Expect(visitor.Terminal).ToContainTextAsync(pattern);
        return int.Parse(pattern.Match(await visitor.Terminal.InnerTextAsync()).Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
    }
}
