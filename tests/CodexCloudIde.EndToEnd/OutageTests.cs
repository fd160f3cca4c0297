using System.Text;
using CodexCloudIde.Tests.Hosting;
using Microsoft.Playwright;
using static CodexCloudIde.EndToEnd.Visitor;
using static Microsoft.Playwright.Assertions;

namespace CodexCloudIde.EndToEnd;

/// <summary>The server goes away while somebody types.</summary>
public sealed class OutageTests(Chromium chromium) : IClassFixture<Chromium>
{
    [Fact]
    public async Task Typing_WhileTheServerIsAway_GoesOnAndArrives()
    {
        using var data = new TempFolder();
        var ide = await IdeProcess.StartAsync(data.Path);
        try
        {
            var workspace = await CreateAsync(ide.Client, File("note.txt", "before\n"));
            await using var visitor = await SignInAsync(chromium, ide.Address);
            await visitor.EnterAsync(workspace);
            await visitor.OpenAsync("note.txt");
            await visitor.TypeAtEndAsync("acknowledged ");
            await visitor.SavedAsync();

            await ide.KillAsync();
            await Expect(visitor.Sync).ToContainTextAsync("Offline");
            await visitor.Page.Keyboard.TypeAsync("unsent ");
            await Expect(visitor.Sync).ToHaveTextAsync("Offline (7 unsent)");
            // The banner lies at the edge and stops nobody.
            await Expect(visitor.Page.GetByText("Reconnecting. What you type is kept.")).ToBeVisibleAsync();
            await visitor.Page.Keyboard.TypeAsync("more");
            await Expect(visitor.Text).ToContainTextAsync(Spaced("acknowledged unsent more"));
            await Chromium.ShootAsync(visitor.Page, "outage");

            ide = await AgainAsync(ide, data);
            await visitor.SavedAsync();
            await Expect(visitor.Page.GetByText("Reconnecting. What you type is kept.")).ToBeHiddenAsync();
            Assert.Equal("before\nacknowledged unsent more", await TextAsync(ide, workspace));

            // Away again, and this time the page goes too: a new one sends what the old one could not.
            await ide.KillAsync();
            await Expect(visitor.Sync).ToContainTextAsync("Offline");
            await visitor.TypeAtEndAsync(" and kept");
            await Expect(visitor.Sync).ToHaveTextAsync("Offline (9 unsent)");
            // At once: what was typed last is not even on its way to the disk.
            var context = visitor.Page.Context;
            await visitor.Page.CloseAsync(new() { RunBeforeUnload = false });

            ide = await AgainAsync(ide, data);
            var after = new Visitor(await context.NewPageAsync());
            await after.EnterAsync(workspace);
            await Expect(after.Text).ToContainTextAsync(Spaced("unsent more and kept"));
            await after.SavedAsync();
            Assert.Equal("before\nacknowledged unsent more and kept", await TextAsync(ide, workspace));
        }
        finally
        {
            await ide.DisposeAsync();
        }
    }

    [Fact]
    public async Task Typing_WhileSignedOut_IsKeptAndSentAfterSigningInAgain()
    {
        using var data = new TempFolder();
        await using var ide = await IdeProcess.StartAsync(data.Path);
        var workspace = await CreateAsync(ide.Client, File("note.txt", "before\n"));
        await using var visitor = await SignInAsync(chromium, ide.Address);
        await visitor.EnterAsync(workspace);
        await visitor.OpenAsync("note.txt");

        var elsewhere = await visitor.Page.Context.NewPageAsync();
        await elsewhere.GotoAsync("/account");
        await elsewhere.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).First.ClickAsync();
        await Expect(elsewhere.GetByLabel("Password")).ToBeVisibleAsync();
        await visitor.Page.BringToFrontAsync();
        await Expect(visitor.Sync).ToHaveTextAsync("Signed out");
        await visitor.TypeAtEndAsync("kept");
        await Expect(visitor.Sync).ToHaveTextAsync("Signed out (4 unsent)");
        await Chromium.ShootAsync(visitor.Page, "signed-out");

        visitor.Page.Dialog += (_, leaving) => _ = leaving.AcceptAsync();
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await visitor.FillSignInAsync();
        await Expect(visitor.Text).ToContainTextAsync("kept");
        await visitor.SavedAsync();
        Assert.EndsWith($"/w/{workspace}", visitor.Page.Url, StringComparison.Ordinal);
        Assert.Equal("before\nkept", await TextAsync(ide, workspace));
    }

    private static async Task<IdeProcess> AgainAsync(IdeProcess ended, TempFolder data)
    {
        var address = ended.Address.GetLeftPart(UriPartial.Authority);
        await ended.DisposeAsync();
        return await IdeProcess.StartAsync(data.Path, address);
    }

    private static async Task<string> TextAsync(IdeProcess ide, string workspace) => Encoding.UTF8.GetString(await BytesAsync(ide.Client, workspace, "note.txt"));
}
