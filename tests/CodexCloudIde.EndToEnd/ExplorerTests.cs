using System.Formats.Tar;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CodexCloudIde.Tests.Hosting;
using Microsoft.Playwright;
using static CodexCloudIde.EndToEnd.Visitor;
using static Microsoft.Playwright.Assertions;

namespace CodexCloudIde.EndToEnd;

/// <summary>The file tree, by mouse, by keyboard, by dragging, and with what names can hold.</summary>
public sealed class ExplorerTests(IdeHost host, Chromium chromium) : IClassFixture<IdeHost>, IClassFixture<Chromium>
{
    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tree_TenThousandFiles_OnlyTheRowsInViewExist()
    {
        var workspace = await CreateAsync(host.Client);
        using (var body = new ByteArrayContent(ManyFiles(10_000)))
        {
            using var put = await host.Client.PutAsync(new Uri($"api/v1/workspaces/{workspace}/archive", UriKind.Relative), body, Ending);
            put.EnsureSuccessStatusCode();
        }

        await using var visitor = await SignInAsync(chromium, host.Address);
        await visitor.EnterAsync(workspace);
        await visitor.Row("many").ClickAsync();
        await Expect(visitor.Row("file00000.txt")).ToHaveAttributeAsync("aria-setsize", "10000");

        // One jump through the whole list: every stop shows its rows, and never more than a screen of them.
        for (var stop = 1; stop <= 4; stop++)
        {
            await visitor.Tree.EvaluateAsync("(tree, part) => { tree.scrollTop = tree.scrollHeight * part; }", stop / 4.0);
            await Expect(visitor.Tree.Locator($"[aria-posinset='{Math.Min(9_990, stop * 2_500)}']")).ToBeAttachedAsync();
            Assert.InRange(await visitor.Row().CountAsync(), 10, 100);
        }

        await visitor.Tree.FocusAsync();
        await visitor.Page.Keyboard.PressAsync("End");
        await Expect(visitor.Row("file09999.txt")).ToBeInViewportAsync();
        await visitor.Page.Keyboard.TypeAsync("file04");
        await Expect(visitor.Row("file04000.txt")).ToBeInViewportAsync();
        await visitor.QuickOpenAsync("file07777", "file07777.txt");
        await Expect(visitor.Tab("file07777.txt")).ToBeVisibleAsync();
        await Chromium.ShootAsync(visitor.Page, "explorer-10000");
    }

    [Fact]
    public async Task Tree_ByKeyboardAlone_CreatesRenamesMovesDeletesAndTakesBack()
    {
        var workspace = await CreateAsync(host.Client, File("docs/a.md", "alpha\n"), File("main.py", "print()\n"));
        await using var visitor = await SignInAsync(chromium, host.Address);
        await visitor.EnterAsync(workspace);
        var keys = visitor.Page.Keyboard;
        await keys.PressAsync("Control+Shift+E");
        await Expect(visitor.Tree).ToBeFocusedAsync();

        await keys.PressAsync("Home");
        await keys.PressAsync("ArrowRight");
        await Expect(visitor.Row("docs")).ToHaveAttributeAsync("aria-expanded", "true");
        await keys.PressAsync("ArrowDown");
        await keys.PressAsync("F2");
        await keys.PressAsync("Control+A");
        await keys.TypeAsync("moved/b.md");
        await keys.PressAsync("Enter");
        await Expect(visitor.Row("b.md")).ToHaveAttributeAsync("aria-level", "3");

        await visitor.RunAsync("New file");
        await keys.TypeAsync("new.txt");
        await keys.PressAsync("Enter");
        await Expect(visitor.Tab("new.txt")).ToBeVisibleAsync();
        await Expect(visitor.Page.Locator(".monaco-editor.focused")).ToBeVisibleAsync();
        await keys.TypeAsync("kept");
        await visitor.SavedAsync();

        // A folder, deleted with everything in it, open files included, and taken back as it was.
        await keys.PressAsync("Control+Shift+E");
        await keys.PressAsync("Home");
        await keys.PressAsync("Delete");
        await Expect(visitor.Page.GetByRole(AriaRole.Alertdialog)).ToContainTextAsync("Delete docs?");
        await keys.PressAsync("Enter");
        await Expect(visitor.Row("docs")).ToHaveCountAsync(0);
        await Expect(visitor.Tab("new.txt")).ToHaveCountAsync(0);
        await visitor.Toasts.GetByRole(AriaRole.Button, new() { Name = "Undo" }).PressAsync("Enter");
        await Expect(visitor.Row("docs")).ToBeVisibleAsync();
        await Expect(visitor.Tab("new.txt")).ToBeVisibleAsync();
        Assert.Equal("kept", Encoding.UTF8.GetString(await BytesAsync(host.Client, workspace, "docs/moved/new.txt")));
        Assert.Equal("alpha\n", Encoding.UTF8.GetString(await BytesAsync(host.Client, workspace, "docs/moved/b.md")));
    }

    [Fact]
    public async Task Key_BetweenARenameAndItsAnswer_MeansTheFileWhereItIs()
    {
        var workspace = await CreateAsync(host.Client, File("a.txt", "alpha\n"), File("z.txt", "omega\n"));
        await using var visitor = await SignInAsync(chromium, host.Address);
        var (keys, answer) = (visitor.Page.Keyboard, new TaskCompletionSource());
        await visitor.EnterAsync(workspace);
        await visitor.OpenAsync("a.txt");
        await visitor.Page.RouteAsync("**/moves", async route =>
        {
            var response = await route.FetchAsync();
            await answer.Task;
            await route.FulfillAsync(new() { Response = response });
        });
        await visitor.Row("a.txt").ClickAsync();
        await visitor.Tree.PressAsync("F2");
        await keys.PressAsync("Control+A");
        await keys.TypeAsync("b.txt");
        await keys.PressAsync("Enter");
        await Expect(visitor.Tab("b.txt")).ToBeVisibleAsync();
        await Expect(visitor.Row("b.txt")).ToHaveClassAsync(new Regex("focused"));

        await visitor.Tree.PressAsync("Delete");
        await Expect(visitor.Page.GetByRole(AriaRole.Alertdialog)).ToContainTextAsync("Delete b.txt?");
        answer.SetResult();
        await keys.PressAsync("Enter");
        await Expect(visitor.Row("b.txt")).ToHaveCountAsync(0);
        await Expect(visitor.Row("z.txt")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("two spaces .txt", "two spaces .txt")]
    [InlineData("quote\"s and 'these'.txt", "quote\"s and 'these'.txt")]
    [InlineData("new\nline\t.txt", "new\\nline\\t.txt")]
    [InlineData("emoji 🎉.py", "emoji 🎉.py")]
    [InlineData("turned\u202etxt.exe", "turned\\u202etxt.exe")]
    [InlineData("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>")]
    [InlineData("ü255", "ü255")]
    public async Task Name_OfAnyKind_IsShownOpenedRenamedAndDeleted(string name, string shown)
    {
        if (name == "ü255")
        {
            (name, shown) = (new string('ü', 127) + "x", new string('ü', 127) + "x");
        }

        var workspace = await CreateAsync(host.Client, File(name, "first\n"));
        await using var visitor = await SignInAsync(chromium, host.Address);
        await visitor.EnterAsync(workspace);
        await visitor.OpenAsync(shown);
        await visitor.TypeAtEndAsync("typed");
        await visitor.SavedAsync();
        Assert.Equal("first\ntyped", Encoding.UTF8.GetString(await BytesAsync(host.Client, workspace, name)));

        await visitor.Row(shown).ClickAsync();
        await visitor.Tree.PressAsync("F2");
        var box = visitor.Page.GetByLabel("New name");
        await box.PressAsync("Home");
        // One letter for another: the longest name stays as long as it may be.
        await box.PressAsync("Delete");
        await visitor.Page.Keyboard.TypeAsync("N");
        await box.PressAsync("Enter");
        var (renamed, shownRenamed) = ("N" + name[1..], "N" + shown[1..]);
        await Expect(visitor.Row(shownRenamed)).ToBeVisibleAsync();

        // The open file goes on under its new name.
        await Expect(visitor.Tab(shownRenamed)).ToBeVisibleAsync();
        await visitor.TypeAtEndAsync(" on");
        await visitor.SavedAsync();
        Assert.Equal("first\ntyped on", Encoding.UTF8.GetString(await BytesAsync(host.Client, workspace, renamed)));

        await visitor.Row(shownRenamed).ClickAsync();
        await visitor.Tree.PressAsync("Delete");
        await visitor.Page.Keyboard.PressAsync("Enter");
        await Expect(visitor.Row(shownRenamed)).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Drop_FilesAndFolder_AreUploadedAndNothingIsReplacedUnasked()
    {
        using var mine = new TempFolder();
        Directory.CreateDirectory(Path.Combine(mine.Path, "project/deep/empty"));
        await System.IO.File.WriteAllTextAsync(Path.Combine(mine.Path, "project/deep/x.txt"), "from the folder", Ending);
        await System.IO.File.WriteAllTextAsync(Path.Combine(mine.Path, "note.txt"), "from the desk", Ending);
        var workspace = await CreateAsync(host.Client, File("docs/keep.txt", "old"), File("note.txt", "mine"));
        await using var visitor = await SignInAsync(chromium, host.Address);
        await visitor.EnterAsync(workspace);

        await DropAsync(visitor, visitor.Row("docs"), Path.Combine(mine.Path, "project"), Path.Combine(mine.Path, "note.txt"));
        await Expect(visitor.Toasts).ToContainTextAsync("Uploaded 2");
        await Expect(visitor.Row("project")).ToBeVisibleAsync();
        Assert.Equal("from the folder", Encoding.UTF8.GetString(await BytesAsync(host.Client, workspace, "docs/project/deep/x.txt")));
        Assert.Equal("from the desk", Encoding.UTF8.GetString(await BytesAsync(host.Client, workspace, "docs/note.txt")));
        var tree = JsonNode.Parse(await host.Client.GetStringAsync(new Uri($"api/v1/workspaces/{workspace}/tree?path=docs/project/deep", UriKind.Relative), Ending))!;
        Assert.Contains("docs/project/deep/empty", tree["entries"]!.AsArray().Select(entry => (string)entry!["path"]!));

        // The same name again, at the top: asked first. Not before the tree stands still.
        await Expect(visitor.Row("note.txt")).ToHaveCountAsync(2);
        await DropAsync(visitor, visitor.Row("note.txt").Last, Path.Combine(mine.Path, "note.txt"));
        var dialog = visitor.Page.GetByRole(AriaRole.Alertdialog);
        await Expect(dialog).ToContainTextAsync("note.txt");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        Assert.Equal("mine", Encoding.UTF8.GetString(await BytesAsync(host.Client, workspace, "note.txt")));
    }

    [Fact]
    public async Task Delete_RightAfterARename_MeansTheNewName()
    {
        var workspace = await CreateAsync(host.Client, File("docs/a.md", "alpha\n"), File("docs/deep/b.md", "beta\n"));
        await using var visitor = await SignInAsync(chromium, host.Address);
        await visitor.EnterAsync(workspace);
        await visitor.Row("docs").ClickAsync();
        await visitor.Row("deep").ClickAsync();
        await Expect(visitor.Row("b.md")).ToBeVisibleAsync();

        // The server's list of files is slow to come.
        var released = new TaskCompletionSource();
        await visitor.Page.RouteAsync("**/tree?*", async route =>
        {
            await released.Task;
            await route.ContinueAsync();
        });
        await visitor.Row("docs").ClickAsync();
        await visitor.Row("docs").ClickAsync();
        await visitor.Tree.PressAsync("F2");
        await visitor.Page.Keyboard.PressAsync("Control+A");
        await visitor.Page.Keyboard.TypeAsync("papers");
        await visitor.Page.Keyboard.PressAsync("Enter");
        await Expect(visitor.Row("papers")).ToBeVisibleAsync();
        await Expect(visitor.Row("docs")).ToHaveCountAsync(0);
        await Expect(visitor.Row("b.md")).ToHaveAttributeAsync("aria-level", "3");
        await visitor.Tree.PressAsync("Delete");
        await Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Name = "Delete papers?" })).ToBeVisibleAsync();
        released.SetResult();
        await visitor.Page.Keyboard.PressAsync("Enter");
        await Expect(visitor.Toasts).ToContainTextAsync("Deleted papers.");
        await Expect(visitor.Row("papers")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Drag_RowToFolder_MovesIt()
    {
        var workspace = await CreateAsync(host.Client, File("docs/a.md", "alpha\n"), File("loose.txt", "x"));
        await using var visitor = await SignInAsync(chromium, host.Address);
        await visitor.EnterAsync(workspace);
        await visitor.OpenAsync("loose.txt");
        await visitor.Row("loose.txt").DragToAsync(visitor.Row("docs"));
        await Expect(visitor.Row("loose.txt")).ToHaveAttributeAsync("aria-level", "2");
        await Expect(visitor.Page.Locator(".crumbs").First).ToHaveTextAsync(new Regex("docs.*loose.txt"));
        await visitor.TypeAtEndAsync("y");
        await visitor.SavedAsync();
        Assert.Equal("xy", Encoding.UTF8.GetString(await BytesAsync(host.Client, workspace, "docs/loose.txt")));
    }

    /// <summary>Files and folders of the machine, let go over an element, as the browser itself would do it.</summary>
    private static async Task DropAsync(Visitor visitor, ILocator over, params string[] paths)
    {
        var box = (await over.BoundingBoxAsync())!;
        var session = await visitor.Page.Context.NewCDPSessionAsync(visitor.Page);
        foreach (var type in new[] { "dragEnter", "dragOver", "drop" })
        {
            await session.SendAsync("Input.dispatchDragEvent", new Dictionary<string, object>
            {
                ["type"] = type,
                ["x"] = box.X + 30,
                ["y"] = box.Y + (box.Height / 2),
                ["data"] = new Dictionary<string, object> { ["items"] = Array.Empty<object>(), ["files"] = paths, ["dragOperationsMask"] = 1 },
            });
        }
    }

    private static byte[] ManyFiles(int count)
    {
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, TarEntryFormat.Pax, leaveOpen: true))
        {
            for (var index = 0; index < count; index++)
            {
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"many/file{index:00000}.txt"));
            }
        }

        return bytes.ToArray();
    }
}
