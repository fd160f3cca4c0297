using System.Text.RegularExpressions;
using CodexCloudIde.Documents;
using CodexCloudIde.Tenants;
using CodexCloudIde.Tests.Hosting;
using CodexCloudIde.Workspaces;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using static CodexCloudIde.EndToEnd.Visitor;
using static Microsoft.Playwright.Assertions;

namespace CodexCloudIde.EndToEnd;

/// <summary>Two people and the agent in one workspace: following each other, and typing in ways that are more than one key at a time.</summary>
public sealed class TogetherTests(IdeHost host, Chromium chromium) : IClassFixture<IdeHost>, IClassFixture<Chromium>
{
    private const string Value = "() => window.codex.editors.documents[0].model.getValue()";

    private static readonly string Long = string.Concat(Enumerable.Range(1, 400).Select(line => $"line {line}\n"));

    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Follow_APerson_GoesWithThemUntilOneDoesSomethingOneself()
    {
        await host.AddMemberAsync("ada@example.com", Role.Owner);
        var workspace = await CreateAsync(host.Client, File("a.txt", Long), File("b.txt", "other\n"), File("c.txt", Long));
        await using var ada = await SignInAsync(chromium, host.Address, "ada@example.com");
        await using var visitor = await SignInAsync(chromium, host.Address);
        await ada.EnterAsync(workspace);
        await ada.OpenAsync("a.txt");
        await ada.Text.ClickAsync();
        await visitor.EnterAsync(workspace);
        await visitor.OpenAsync("b.txt");

        // She is seen although she is in another file.
        var avatar = visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Follow ada" });
        await avatar.ClickAsync();
        var status = visitor.Page.Locator("[data-status=follow]");
        await Expect(status).ToHaveTextAsync("Following ada");
        await Expect(visitor.Tab("a.txt")).ToHaveClassAsync(new Regex("active"));
        await ada.TypeAtEndAsync("her last line");
        await Expect(visitor.Text).ToContainTextAsync(Spaced("her last line"));
        await Chromium.ShootAsync(visitor.Page, "editor-following");

        // Into another file, and back to its beginning.
        await ada.OpenAsync("c.txt");
        await Expect(visitor.Tab("c.txt")).ToHaveClassAsync(new Regex("active"));
        await ada.Page.Keyboard.PressAsync("Control+End");
        await Expect(visitor.Text).ToContainTextAsync(Spaced("line 400"));

        // Whoever types is on their own again; so is whoever presses Escape.
        await visitor.Text.ClickAsync();
        await Expect(status).ToHaveCountAsync(0);
        await ada.Page.Keyboard.PressAsync("Control+Home");
        await ada.Page.Keyboard.TypeAsync("first ");
        await visitor.Page.WaitForFunctionAsync("() => window.codex.editors.document('c.txt').model.getValue().startsWith('first ')");
        await Expect(visitor.Text).ToContainTextAsync(Spaced("line 400"));

        await visitor.RunAsync("Follow somebody or the agent");
        await visitor.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Follow ada" }).ClickAsync();
        await Expect(visitor.Text).ToContainTextAsync(Spaced("first line 1"));
        await visitor.Page.Keyboard.PressAsync("Escape");
        await Expect(status).ToHaveCountAsync(0);

        await avatar.ClickAsync();
        await Expect(status).ToHaveTextAsync("Following ada");
        await visitor.OpenAsync("b.txt");
        await Expect(status).ToHaveCountAsync(0);

        // She leaves.
        await ada.Page.CloseAsync();
        await Expect(avatar).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Follow_TheAgent_GoesToWhereItEdits()
    {
        var workspace = await CreateAsync(host.Client, File("a.txt", "start\n"), File("deep/b.txt", Long));
        await using var visitor = await SignInAsync(chromium, host.Address);
        await visitor.EnterAsync(workspace);
        await visitor.OpenAsync("a.txt");
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Follow the agent" }).ClickAsync();
        var status = visitor.Page.Locator("[data-status=follow]");
        await Expect(status).ToHaveTextAsync("Waiting for the agent");

        var documents = host.Services.GetRequiredService<OpenDocuments>();
        var place = new WorkspaceRef(host.Owner.Tenant, WorkspaceId.Parse(workspace));
        var read = (await documents.ReadAsync(place, "deep/b.txt", Ending)).Value!;
        await documents.EditAsync(place, "deep/b.txt", Actor.Agent("t1"), read.Text, read.Revision, read.Text.Replace("line 300\n", "line 300 by the agent\n", StringComparison.Ordinal), Ending);
        await Expect(visitor.Tab("b.txt")).ToHaveClassAsync(new Regex("active"));
        await Expect(visitor.Text).ToContainTextAsync(Spaced("line 300 by the agent"));
        await Expect(status).ToHaveTextAsync("Following the agent");
        await status.ClickAsync();
        await Expect(status).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Composition_WhileAnotherTypesInTheLine_ComesToItsEnd()
    {
        var (one, two, workspace) = await PairAsync("before\nto be: \nafter\n");
        await using var _ = one;
        await using var __ = two;
        await one.Text.ClickAsync();
        await one.Page.EvaluateAsync("() => { const view = window.codex.editors.activeEditor; view.setPosition({ lineNumber: 2, column: 8 }); view.focus(); }");
        var keys = await one.Page.Context.NewCDPSessionAsync(one.Page);
        Task ComposeAsync(string text) => keys.SendAsync("Input.imeSetComposition", new() { ["text"] = text, ["selectionStart"] = text.Length, ["selectionEnd"] = text.Length });

        await ComposeAsync("に");
        await ComposeAsync("にほ");
        // Above it, in its line before it, and below it.
        await two.Page.EvaluateAsync("() => { const view = window.codex.editors.activeEditor; view.setPosition({ lineNumber: 2, column: 1 }); view.focus(); }");
        await two.Page.Keyboard.TypeAsync("X");
        await two.Page.Keyboard.PressAsync("Control+Home");
        await two.Page.Keyboard.TypeAsync("above ");
        await two.TypeAtEndAsync("below");
        await two.SavedAsync();
        // Nothing moves under what is being composed; it is seen by the other as it grows.
        await ComposeAsync("にほん");
        await Expect(two.Text).ToContainTextAsync("にほん");
        Assert.Equal("before\nto be: にほん\nafter\n", await one.Page.EvaluateAsync<string>(Value));
        await keys.SendAsync("Input.insertText", new() { ["text"] = "日本" });
        await one.Page.Keyboard.TypeAsync("!");
        await EqualAsync(one, two, workspace, "above before\nXto be: 日本!\nafter\nbelow");
    }

    [Fact]
    public async Task SeveralCursors_WhileAnotherTypesBetweenThem_KeepTheirPlaces()
    {
        var (one, two, workspace) = await PairAsync("aaa\nbbb\nccc\nddd\n");
        await using var _ = one;
        await using var __ = two;
        await one.Text.ClickAsync();
        await one.Page.Keyboard.PressAsync("Control+Home");
        for (var i = 0; i < 3; i++) await one.Page.EvaluateAsync("() => window.codex.editors.activeEditor.trigger('test', 'editor.action.insertCursorBelow')");
        await two.Text.ClickAsync();
        await two.Page.Keyboard.PressAsync("Control+Home");
        await Task.WhenAll(
            one.Page.Keyboard.TypeAsync("12345678901234567890", new() { Delay = 15 }),
            two.Page.Keyboard.TypeAsync("x\ny\nz\nx\ny\nz\n", new() { Delay = 25 }));
        await one.SavedAsync();
        await two.SavedAsync();
        var text = await one.Page.EvaluateAsync<string>(Value);
        await EqualAsync(one, two, workspace, text);
        // Each of the four cursors has written its twenty digits in front of its own line; the other's letters lie among those of the first only.
        foreach (var line in new[] { "bbb", "ccc", "ddd" }) Assert.Contains($"\n12345678901234567890{line}\n", text, StringComparison.Ordinal);
        var first = text[..text.IndexOf("aaa\n", StringComparison.Ordinal)];
        Assert.Equal(("12345678901234567890", "x\ny\nz\nx\ny\nz\n"), (string.Concat(first.Where(char.IsAsciiDigit)), string.Concat(first.Where(letter => !char.IsAsciiDigit(letter)))));

        // One undo of one's own takes back all four places and nothing of the other's.
        await one.Page.Keyboard.PressAsync("Control+Z");
        await one.SavedAsync();
        await EqualAsync(one, two, workspace, "x\ny\nz\nx\ny\nz\naaa\nbbb\nccc\nddd\n");
    }

    [Fact]
    public async Task Cursor_AmongEmojiAndRightToLeft_StandsWhereItIs()
    {
        var (one, two, _) = await PairAsync("👩‍👩‍👧 family\nשלום עולם\n");
        await using var first = one;
        await using var second = two;
        await one.Text.ClickAsync();
        // Behind the family, which is one character to people and eight units to the editor; then behind the first word.
        foreach (var (line, column) in new[] { (1, 9), (2, 5) })
        {
            await one.Page.EvaluateAsync("([lineNumber, column]) => window.codex.editors.activeEditor.setPosition({ lineNumber, column })", new[] { line, column });
            await two.Page.WaitForFunctionAsync("""
                ([line, column]) => window.codex.editors.documents[0].model.getAllDecorations().some(mark => mark.options.className?.endsWith("-cursor")
                  && mark.range.startLineNumber === line && mark.range.startColumn === column)
                """, new[] { line, column });
        }

        await Chromium.ShootAsync(two.Page, "editor-cursor-rtl");
    }

    private async Task<(Visitor One, Visitor Two, string Workspace)> PairAsync(string text)
    {
        var workspace = await CreateAsync(host.Client, File("note.txt", text));
        var visitors = new List<Visitor>();
        for (var i = 0; i < 2; i++)
        {
            visitors.Add(await SignInAsync(chromium, host.Address));
            await visitors[i].EnterAsync(workspace);
            await visitors[i].OpenAsync("note.txt");
            await Expect(visitors[i].Text).ToBeVisibleAsync();
        }

        return (visitors[0], visitors[1], workspace);
    }

    /// <summary>Both pages and the file have this text.</summary>
    private async Task EqualAsync(Visitor one, Visitor two, string workspace, string text)
    {
        await one.SavedAsync();
        await two.SavedAsync();
        foreach (var visitor in new[] { one, two })
        {
            await Eventually.Async(async () => await visitor.Page.EvaluateAsync<string>(Value) == text, "the text on both pages");
        }

        await one.Page.Keyboard.PressAsync("Control+S");
        await Eventually.Async(async () => System.Text.Encoding.UTF8.GetString(await BytesAsync(host.Client, workspace, "note.txt")) == text, "the text in the file");
    }
}
