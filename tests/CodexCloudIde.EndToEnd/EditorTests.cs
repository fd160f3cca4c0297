using System.Text;
using System.Text.RegularExpressions;
using CodexCloudIde.Tenants;
using CodexCloudIde.Tests.Hosting;
using Microsoft.Playwright;
using static CodexCloudIde.EndToEnd.Visitor;
using static Microsoft.Playwright.Assertions;

namespace CodexCloudIde.EndToEnd;

/// <summary>Tabs, groups, palettes, what happens to files behind the editor's back, and two people in one file.</summary>
public sealed class EditorTests(IdeHost host, Chromium chromium) : IClassFixture<IdeHost>, IClassFixture<Chromium>
{
    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    /// <summary>A browser has six HTTP/1.1 connections per host for all its tabs together: an event stream must not hold one.</summary>
    [Fact]
    public async Task Pages_Eight_OfOneBrowser_AreAllLive()
    {
        var workspace = await CreateAsync(host.Client, File("a.txt", "aa"));
        await using var visitor = await SignInAsync(chromium, host.Address);
        var pages = new List<Visitor>();
        for (var i = 0; i < 8; i++)
        {
            var page = new Visitor(await visitor.Page.Context.NewPageAsync());
            await page.EnterAsync(workspace);
            await page.OpenAsync("a.txt");
            pages.Add(page);
        }

        await pages[0].TypeAtEndAsync("!");
        using var put = await host.Client.PutAsync(FileUrl(workspace, "b.txt"), new StringContent("bb"), Ending);
        put.EnsureSuccessStatusCode();
        foreach (var page in pages)
        {
            await Expect(page.Text).ToHaveTextAsync("aa!");
            await Expect(page.Row("b.txt")).ToBeVisibleAsync();
        }
    }

    [Fact]
    public async Task Tabs_PinReorderSplitAndClose_DoWhatTheMouseSays()
    {
        var workspace = await CreateAsync(host.Client, File("a.txt", "aa"), File("b.txt", "bb"), File("c.txt", "cc"));
        await using var visitor = await SignInAsync(chromium, host.Address);
        await visitor.EnterAsync(workspace);

        // One click shows, the next click replaces; a double click keeps.
        await visitor.Row("a.txt").ClickAsync();
        await Expect(visitor.Tab("a.txt")).ToBeVisibleAsync();
        await visitor.Row("b.txt").ClickAsync();
        await Expect(visitor.Tab("a.txt")).ToHaveCountAsync(0);
        await visitor.OpenAsync("a.txt");
        await visitor.OpenAsync("b.txt");
        await visitor.OpenAsync("c.txt");
        await Expect(visitor.Tabs).ToHaveTextAsync(["a.txt", "b.txt", "c.txt"]);

        // To the end by dragging, back by keyboard.
        var last = (await visitor.Tab("c.txt").BoundingBoxAsync())!;
        await visitor.Tab("a.txt").DragToAsync(visitor.Tab("c.txt"), new() { TargetPosition = new() { X = last.Width - 5, Y = 10 } });
        await Expect(visitor.Tabs).ToHaveTextAsync(["b.txt", "c.txt", "a.txt"]);
        await visitor.Tab("a.txt").GetByRole(AriaRole.Tab).PressAsync("Control+Shift+ArrowLeft");
        await Expect(visitor.Tabs).ToHaveTextAsync(["b.txt", "a.txt", "c.txt"]);

        await visitor.Tab("b.txt").ClickAsync(new() { Button = MouseButton.Middle });
        await Expect(visitor.Tabs).ToHaveTextAsync(["a.txt", "c.txt"]);

        // Two groups on one document: what is typed in one is in the other, and a tab moves across.
        await visitor.Tab("a.txt").ClickAsync();
        await visitor.Page.Keyboard.PressAsync("Control+\\");
        await Expect(visitor.Page.Locator(".group")).ToHaveCountAsync(2);
        await visitor.TypeAtEndAsync("!");
        await Expect(visitor.Page.Locator(".monaco-editor .view-lines").Last).ToHaveTextAsync("aa!");
        await visitor.Page.Locator(".group").First.Locator(".tab", new() { HasText = "c.txt" }).DragToAsync(visitor.Page.Locator(".group").Last.Locator(".tabs-scroll"));
        await Expect(visitor.Page.Locator(".group").Last.Locator("[role=tab]")).ToHaveTextAsync(["a.txt", "c.txt"]);
        await Chromium.ShootAsync(visitor.Page, "editor-split");

        // The last tab of a group takes the group along.
        await visitor.Page.Locator(".group").First.Locator(".tab").ClickAsync(new() { Button = MouseButton.Middle });
        await Expect(visitor.Page.Locator(".group")).ToHaveCountAsync(1);
        await visitor.SavedAsync();
        Assert.Equal("aa!", Encoding.UTF8.GetString(await BytesAsync(host.Client, workspace, "a.txt")));

        // Everything is where it was after a reload.
        await visitor.Page.ReloadAsync();
        await Expect(visitor.Tabs).ToHaveTextAsync(["a.txt", "c.txt"]);
    }

    [Fact]
    public async Task Keys_OfTheIde_OpenWhatTheyNameAndCloseItAgain()
    {
        var workspace = await CreateAsync(host.Client, File("src/alpha.py", "needle = 1\n"), File("beta.txt", "x"));
        await using var visitor = await SignInAsync(chromium, host.Address);
        await visitor.EnterAsync(workspace);
        var (page, keys) = (visitor.Page, visitor.Page.Keyboard);

        await visitor.QuickOpenAsync("alp", "alpha.py");
        await Expect(visitor.Text).ToContainTextAsync(Spaced("needle = 1"));
        await keys.PressAsync("Control+B");
        await Expect(visitor.Tree).ToBeHiddenAsync();
        await keys.PressAsync("Control+B");
        await Expect(visitor.Tree).ToBeVisibleAsync();
        await keys.PressAsync("Control+`");
        await Expect(page.Locator("#panel-terminal")).ToBeHiddenAsync();
        await keys.PressAsync("Control+`");
        await Expect(page.Locator("#panel-terminal")).ToBeVisibleAsync();
        await keys.PressAsync("Control+`");

        await keys.PressAsync("Control+Shift+F");
        await Expect(page.GetByLabel("Search in files").Last).ToBeFocusedAsync();
        await keys.TypeAsync("needle");
        await page.Locator(".search-hit").ClickAsync();
        await Expect(page.Locator("[data-status=position]")).ToHaveTextAsync("Ln 1, Col 1");

        await visitor.RunAsync("Switch between dark and light");
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "light");
        await Expect(page.Locator(".monaco-editor").First).ToHaveCSSAsync("background-color", "rgb(246, 247, 249)");

        // Nothing of the frame has scrolled out of the window on the way.
        Assert.Equal(0, await page.EvaluateAsync<int>("() => document.querySelector('.ide').scrollTop + document.querySelector('.centre').scrollTop"));
        Assert.Equal(0, (await page.Locator(".activity").BoundingBoxAsync())!.Y);
    }

    [Fact]
    public async Task Typing_InOneBrowser_IsSeenWithItsCursorInAnother()
    {
        await host.AddMemberAsync("second@example.com", Role.Owner);
        var workspace = await CreateAsync(host.Client, File("note.txt", "hello\n"));
        await using var first = await SignInAsync(chromium, host.Address);
        await using var second = await SignInAsync(chromium, host.Address, "second@example.com", light: true);
        foreach (var visitor in new[] { first, second })
        {
            await visitor.EnterAsync(workspace);
            await visitor.OpenAsync("note.txt");
        }

        await first.TypeAtEndAsync("as it is ty");
        await Expect(second.Text).ToContainTextAsync(Spaced("as it is ty"));
        await Expect(second.Page.Locator(".remote-flag")).ToHaveTextAsync(host.Owner.Name);
        await Expect(second.Page.Locator("[class*=remote-][class*=-cursor]")).ToHaveCountAsync(1);
        await Expect(second.Page.Locator(".avatars")).ToHaveAttributeAsync("aria-label", $"Here: {host.Owner.Name}");

        // The cursor stands behind the last letter, and stays there while more comes.
        double before = (await second.Page.Locator("[class*=remote-][class*=-cursor]").BoundingBoxAsync())!.X;
        await first.Page.Keyboard.TypeAsync("ped");
        await Expect(second.Text).ToContainTextAsync(Spaced("as it is typed"));
        await Eventually.Async(async () => (await second.Page.Locator("[class*=remote-][class*=-cursor]").BoundingBoxAsync())?.X > before, "the cursor behind what was typed");
        await Chromium.ShootAsync(second.Page, "editor-together");

        // Both at once; undo takes back only one's own.
        await second.Text.ClickAsync();
        await second.Page.Keyboard.PressAsync("Control+Home");
        await second.Page.Keyboard.TypeAsync("mine ");
        await Expect(first.Text).ToContainTextAsync(Spaced("mine hello"));
        await first.Page.Keyboard.PressAsync("Control+Z");
        await Expect(second.Text).Not.ToContainTextAsync("typed");
        await Expect(second.Text).ToContainTextAsync(Spaced("mine hello"));
    }

    [Fact]
    public async Task File_DeletedByAnother_SaysSoAndComesBack()
    {
        var workspace = await CreateAsync(host.Client, File("note.txt", "one\r\ntwo\r\n"));
        await using var visitor = await SignInAsync(chromium, host.Address);
        await visitor.EnterAsync(workspace);
        await visitor.OpenAsync("note.txt");
        await Expect(visitor.Text).ToContainTextAsync("two");
        await host.Client.DeleteAsync(FileUrl(workspace, "note.txt"), Ending);
        var line = visitor.Page.Locator(".gone-line");
        await Expect(line).ToContainTextAsync("This file was deleted");
        await Expect(visitor.Tab("note.txt").GetByRole(AriaRole.Tab)).ToHaveAttributeAsync("aria-label", "note.txt, deleted");
        await Chromium.ShootAsync(visitor.Page, "editor-deleted");

        await line.GetByRole(AriaRole.Button, new() { Name = "Write it again" }).ClickAsync();
        await Expect(line).ToHaveCountAsync(0);
        Assert.Equal("one\r\ntwo\r\n", Encoding.UTF8.GetString(await BytesAsync(host.Client, workspace, "note.txt")));

        // Deleted and made again by somebody else: the new text comes by itself.
        await host.Client.DeleteAsync(FileUrl(workspace, "note.txt"), Ending);
        await Expect(line).ToBeVisibleAsync();
        await host.Client.PutAsync(FileUrl(workspace, "note.txt"), new StringContent("quite new"), Ending);
        await Expect(visitor.Text).ToHaveTextAsync(Spaced("quite new"));
        await Expect(line).ToHaveCountAsync(0);
    }

    /// <summary>What two pages left in the browser when they ended: typed at the start of the text, and never sent. As earlier versions of the page left it, with the whole text.</summary>
    private const string LeaveRecords = """
        ({ workspace, path, shadow, typed, person }) => new Promise((resolve, reject) => {
          const open = indexedDB.open('codex-documents');
          open.onerror = () => reject(open.error);
          open.onsuccess = () => {
            const writing = open.result.transaction('pending', 'readwrite');
            const document = [workspace, 'live', path, person].join('/');
            typed.forEach(text => writing.objectStore('pending').put(
              { document, clientId: crypto.randomUUID(), sequence: 0, revision: 0, shadow, frozen: null, inFlight: null, buffer: [text], unsent: 1 }));
            writing.oncomplete = () => { open.result.close(); resolve(true); };
          };
        })
        """;

    [Fact]
    public async Task Open_WhatTwoPagesLeft_IsSentAndTheEditorStaysLive()
    {
        var workspace = await CreateAsync(host.Client, File("note.txt", "look"));
        await using var visitor = await SignInAsync(chromium, host.Address);
        await visitor.EnterAsync(workspace);
        await visitor.Page.EvaluateAsync(LeaveRecords, new { workspace, path = "note.txt", shadow = "look", typed = new[] { "one ", "two " }, person = host.Owner.User.ToString() });
        await visitor.OpenAsync("note.txt");
        await Expect(visitor.Text).ToContainTextAsync(new Regex(@"^(one\stwo|two\sone)\slook$"));

        // Whoever sent the second has left; the editor still hears of others.
        var other = new Visitor(await visitor.Page.Context.NewPageAsync());
        await other.EnterAsync(workspace);
        await other.OpenAsync("note.txt");
        await other.TypeAtEndAsync("!");
        await Expect(visitor.Text).ToContainTextAsync("look!");
        await visitor.TypeAtEndAsync("?");
        await Expect(other.Text).ToContainTextAsync("look!?");
    }

    [Fact]
    public async Task Open_WhatAnotherPersonLeftInTheBrowser_StaysTheirs()
    {
        var workspace = await CreateAsync(host.Client, File("note.txt", "look"));
        await using var visitor = await SignInAsync(chromium, host.Address);
        await visitor.EnterAsync(workspace);
        await visitor.Page.EvaluateAsync(LeaveRecords, new { workspace, path = "note.txt", shadow = "look", typed = new[] { "theirs " }, person = Guid.NewGuid().ToString("N") });
        await visitor.OpenAsync("note.txt");
        await visitor.TypeAtEndAsync("!");
        await visitor.SavedAsync();
        await Expect(visitor.Text).ToHaveTextAsync("look!");
    }

    [Fact]
    public async Task Open_WhatTwoPagesLeft_DoesNotKeepAViewerOut()
    {
        var (_, viewer) = await host.AddMemberAsync("demoted@example.com", Role.Viewer);
        var workspace = await CreateAsync(host.Client, File("note.txt", "look"));
        await host.Client.PutAsync(new Uri($"api/v1/workspaces/{workspace}/members/{viewer.User}", UriKind.Relative), new StringContent("{\"role\":\"viewer\"}", Encoding.UTF8, "application/json"), Ending);
        await using var visitor = await SignInAsync(chromium, host.Address, "demoted@example.com");
        await visitor.EnterAsync(workspace);
        await visitor.Page.EvaluateAsync(LeaveRecords, new { workspace, path = "note.txt", shadow = "look", typed = new[] { "one ", "two " }, person = viewer.User.ToString() });
        await visitor.OpenAsync("note.txt");
        await Expect(visitor.Text).ToHaveTextAsync("look");
        await Expect(visitor.Page.Locator("[data-status=access]")).ToHaveTextAsync("Read only");
        await Expect(visitor.Toasts).ToContainTextAsync("is kept in this browser");
    }

    [Fact]
    public async Task Viewer_SeesButCannotType()
    {
        var (_, viewer) = await host.AddMemberAsync("viewer@example.com", Role.Viewer);
        var workspace = await CreateAsync(host.Client, File("note.txt", "look"));
        await host.Client.PutAsync(new Uri($"api/v1/workspaces/{workspace}/members/{viewer.User}", UriKind.Relative), new StringContent("{\"role\":\"viewer\"}", Encoding.UTF8, "application/json"), Ending);
        await using var visitor = await SignInAsync(chromium, host.Address, "viewer@example.com");
        await visitor.EnterAsync(workspace);
        await visitor.OpenAsync("note.txt");
        await Expect(visitor.Page.Locator("[data-status=access]")).ToHaveTextAsync("Read only");
        await visitor.TypeAtEndAsync("!");
        await Expect(visitor.Text).ToHaveTextAsync("look");
        await Expect(visitor.Terminal).ToHaveCountAsync(0);
        await Expect(visitor.Page.Locator("#panel-terminal")).ToContainTextAsync(new Regex("role developer"));
    }
}
