using System.Text;
using System.Text.RegularExpressions;
using CodexCloudIde.Tests.Hosting;
using Microsoft.Playwright;
using static CodexCloudIde.EndToEnd.Visitor;
using static Microsoft.Playwright.Assertions;

namespace CodexCloudIde.EndToEnd;

/// <summary>Files of every kind in the editor: what can be edited keeps each byte that was not, what cannot is shown all the same.</summary>
public sealed class FileKindTests(IdeHost host, Chromium chromium) : IClassFixture<IdeHost>, IClassFixture<Chromium>
{
    private static readonly byte[] Mark = [0xEF, 0xBB, 0xBF];

    [Fact]
    public async Task Edit_OfEachKindOfText_ChangesOnlyWhatWasTyped()
    {
        (string Path, byte[] Mark, string Text, string Ending)[] kinds =
        [
            ("lf.txt", [], "one\ntwo\n", "LF"),
            ("crlf.txt", [], "one\r\ntwo\r\n", "CRLF"),
            ("bom.txt", Mark, "one\ntwo\n", "LF"),
            ("bom-crlf-open.txt", Mark, "one\r\ntwo", "CRLF"),
            ("mixed.txt", [], "one\r\ntwo\nthree\r\n", "Mixed"),
            ("cr.txt", [], "one\rtwo\r", "CR"),
            ("separators.txt", [], "a\u2028b\u2029c\u0085d\n", "LF"),
            ("astral.txt", [], "🎉 ü\r\n\r\n", "CRLF"),
            ("empty.txt", [], "", "LF"),
        ];
        var workspace = await CreateAsync(host.Client, [.. kinds.Select(kind => (kind.Path, Bytes(kind.Mark, kind.Text))), ("utf16.txt", Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("one\r\n")).ToArray())]);
        await using var visitor = await SignInAsync(chromium, host.Address);
        await visitor.EnterAsync(workspace);
        foreach (var (path, mark, text, ending) in kinds)
        {
            await PutZAtStartAsync(visitor, path);
            await Expect(visitor.Page.Locator("[data-status=eol]")).ToHaveTextAsync(ending);
            Assert.Equal(Bytes(mark, "Z" + text), await BytesAsync(host.Client, workspace, path));
        }

        await PutZAtStartAsync(visitor, "utf16.txt");
        Assert.Equal(Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("Zone\r\n")), await BytesAsync(host.Client, workspace, "utf16.txt"));
    }

    [Fact]
    public async Task View_OfLargeText_IsReadOnlyUntilSomebodyEditsAndThenShared()
    {
        var large = string.Concat(Enumerable.Repeat("a line of some text\r\n", 250_000));
        var mixed = string.Concat(Enumerable.Repeat("lf\ncrlf\r\n", 600_000));
        var workspace = await CreateAsync(host.Client, ("large.txt", Bytes(Mark, large)), File("mixed.txt", mixed));
        await using var visitor = await SignInAsync(chromium, host.Address);
        await visitor.EnterAsync(workspace);
        await visitor.OpenAsync("large.txt");
        await Expect(visitor.Page.Locator("[data-status=access]")).ToHaveTextAsync("Read only");
        await Expect(visitor.Page.Locator(".large-line")).ToContainTextAsync("5.0 MB. It is read only");
        await Chromium.ShootAsync(visitor.Page, "editor-large");
        await visitor.Text.ClickAsync();
        await visitor.Page.Keyboard.TypeAsync("ignored");
        await Expect(visitor.Text).Not.ToContainTextAsync("ignored");

        // A file that changes on disk while it is only looked at is shown anew.
        using (var put = await host.Client.PutAsync(FileUrl(workspace, "large.txt"), new ByteArrayContent(Bytes(Mark, "new " + large)), TestContext.Current.CancellationToken)) put.EnsureSuccessStatusCode();
        await Expect(visitor.Text).ToContainTextAsync(Spaced("new a line"));

        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Edit", Exact = true }).ClickAsync();
        await Expect(visitor.Page.Locator(".large-line")).ToHaveCountAsync(0);
        await PutZAtStartAsync(visitor, "large.txt");
        Assert.Equal(Bytes(Mark, "Znew " + large), await BytesAsync(host.Client, workspace, "large.txt"));

        // Another one who edits it is in the same document; the command does what the button does.
        await using var other = await SignInAsync(chromium, host.Address);
        await other.EnterAsync(workspace);
        await other.OpenAsync("large.txt");
        await Expect(other.Page.Locator(".large-line")).ToBeVisibleAsync();
        await other.RunAsync("Edit this large file");
        await Expect(other.Page.Locator(".large-line")).ToHaveCountAsync(0);
        await other.Page.Keyboard.PressAsync("Control+Home");
        await other.Page.Keyboard.TypeAsync("theirs ");
        await Expect(visitor.Text).ToContainTextAsync(Spaced("theirs Znew"));

        // Lines that end in different ways keep their ends at every size.
        await visitor.OpenAsync("mixed.txt");
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Edit", Exact = true }).ClickAsync();
        await Expect(visitor.Page.Locator(".large-line")).ToHaveCountAsync(0);
        await Expect(visitor.Page.Locator("[data-status=eol]")).ToHaveTextAsync("Mixed");
        await PutZAtStartAsync(visitor, "mixed.txt");
        Assert.Equal(Bytes([], "Z" + mixed), await BytesAsync(host.Client, workspace, "mixed.txt"));
    }

    [Fact]
    public async Task Paste_OfTenMegabytes_ReachesTheFileAndTheOtherPage()
    {
        var workspace = await CreateAsync(host.Client, File("paste.txt", "before\nafter\n"));
        await using var visitor = await SignInAsync(chromium, host.Address);
        await using var other = await SignInAsync(chromium, host.Address);
        await visitor.EnterAsync(workspace);
        await other.EnterAsync(workspace);
        await other.OpenAsync("paste.txt");
        await visitor.OpenAsync("paste.txt");
        await visitor.Text.ClickAsync();
        await visitor.Page.Keyboard.PressAsync("Control+Home");
        await visitor.Page.Keyboard.PressAsync("End");
        await visitor.Page.EvaluateAsync("() => navigator.clipboard.writeText('0123456789 größer 🎉\\n'.repeat(500000))");
        await visitor.Page.Keyboard.PressAsync("Control+V");
        // Somebody else types meanwhile.
        await other.TypeAtEndAsync("typed meanwhile", delay: 20);
        await visitor.SavedAsync();
        await other.SavedAsync();
        await visitor.Page.Keyboard.PressAsync("Control+S");
        await visitor.SavedAsync();
        var expected = $"before{string.Concat(Enumerable.Repeat("0123456789 größer 🎉\n", 500_000))}\nafter\ntyped meanwhile";
        Assert.Equal(Encoding.UTF8.GetBytes(expected), await BytesAsync(host.Client, workspace, "paste.txt"));
        const string Length = "() => window.codex.editors.documents[0].model.getValueLength()";
        await other.Page.WaitForFunctionAsync($"{Length} === {expected.Length}");
        Assert.Equal(expected.Length, await visitor.Page.EvaluateAsync<int>(Length));

        // Taken back as the one thing that it was.
        await visitor.Page.Keyboard.PressAsync("Control+Z");
        await visitor.SavedAsync();
        await other.Page.WaitForFunctionAsync("() => window.codex.editors.documents[0].model.getValue() === 'before\\nafter\\ntyped meanwhile'");
    }

    [Fact]
    public async Task View_OfWhatIsNoText_ShowsBytesPicturesAndBeginnings()
    {
        var picture = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");
        var huge = new byte[100 * 1024 * 1024];
        Array.Fill(huge, (byte)'a');
        for (var at = 79; at < huge.Length; at += 80)
        {
            huge[at] = (byte)'\n';
        }

        var workspace = await CreateAsync(
            host.Client, ("invalid.txt", [.. "caf"u8, 0xE9, .. "\n"u8]), ("program.bin", [.. Enumerable.Range(0, 70_000).Select(at => (byte)at)]), ("picture.png", picture),
            File("no-picture.png", "words"), ("huge.txt", huge));
        await using var visitor = await SignInAsync(chromium, host.Address);
        await visitor.EnterAsync(workspace);
        var stage = visitor.Page.Locator(".stage");

        await visitor.OpenAsync("invalid.txt");
        await Expect(stage).ToContainTextAsync("63 61 66 e9 0a");
        await visitor.OpenAsync("program.bin");
        await Expect(stage).ToContainTextAsync("70,000 bytes, the first 64 KB shown");
        await Chromium.ShootAsync(visitor.Page, "editor-bytes");
        await visitor.OpenAsync("picture.png");
        await Expect(stage.GetByRole(AriaRole.Img, new() { Name = "picture.png" })).ToBeVisibleAsync();
        await visitor.OpenAsync("no-picture.png");
        await Expect(stage).ToContainTextAsync("77 6f 72 64 73");
        await visitor.OpenAsync("huge.txt");
        await Expect(stage).ToContainTextAsync(new Regex("100 MB, too much to edit"));
        await Chromium.ShootAsync(visitor.Page, "editor-huge");
        Assert.Equal(huge.Length, (await BytesAsync(host.Client, workspace, "huge.txt")).Length);

        // A picture that a program draws anew is drawn anew here.
        await visitor.OpenAsync("no-picture.png");
        await host.Client.PutAsync(FileUrl(workspace, "no-picture.png"), new ByteArrayContent(picture), TestContext.Current.CancellationToken);
        await Expect(stage.GetByRole(AriaRole.Img, new() { Name = "no-picture.png" })).ToBeVisibleAsync();
    }

    private static byte[] Bytes(byte[] mark, string text) => [.. mark, .. Encoding.UTF8.GetBytes(text)];

    private static async Task PutZAtStartAsync(Visitor visitor, string path)
    {
        await visitor.OpenAsync(path);
        await visitor.Text.ClickAsync();
        await visitor.Page.Keyboard.PressAsync("Control+Home");
        await visitor.Page.Keyboard.TypeAsync("Z");
        await visitor.Page.Keyboard.PressAsync("Control+S");
        await visitor.SavedAsync();
        await Expect(visitor.Tab(path)).Not.ToHaveClassAsync(new Regex("dirty"));
    }

    [Fact]
    public async Task Edit_BeyondWhatADocumentMayHold_IsTakenBackButCanBeCopied()
    {
        await using var small = await IdeHost.StartAsync("--Ide:Documents:LargestDocument=1024");
        var workspace = await CreateAsync(small.Client, File("note.txt", "begin "));
        await using var visitor = await SignInAsync(chromium, small.Address);
        await visitor.EnterAsync(workspace);
        await visitor.OpenAsync("note.txt");
        await visitor.TypeAtEndAsync("kept ");
        await visitor.SavedAsync();
        await visitor.Page.Keyboard.InsertTextAsync(new string('x', 2000));
        await Expect(visitor.Toasts).ToContainTextAsync("too large");
        await Expect(visitor.Text).ToHaveTextAsync(Spaced("begin kept "));
        await visitor.Toasts.GetByRole(AriaRole.Button, new() { Name = "Copy what I typed" }).ClickAsync();
        Assert.Equal($"begin kept {new string('x', 2000)}", await visitor.Page.EvaluateAsync<string>("() => navigator.clipboard.readText()"));
    }
}
