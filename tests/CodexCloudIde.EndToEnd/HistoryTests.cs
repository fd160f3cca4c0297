using CodexCloudIde.Tests.Hosting;
using Microsoft.Playwright;
using static CodexCloudIde.EndToEnd.Visitor;
using static Microsoft.Playwright.Assertions;

namespace CodexCloudIde.EndToEnd;

/// <summary>The history of a file over its editor: who changed what, any moment, the way back.</summary>
public sealed class HistoryTests(IdeHost host, Chromium chromium) : IClassFixture<IdeHost>, IClassFixture<Chromium>
{
    [Fact]
    public async Task History_TypedByTwo_IsScrubbedTakenBackAndRestored()
    {
        var workspace = await CreateAsync(host.Client, File("note.txt", "one\n"));
        var (_, member) = await host.AddMemberAsync("second@example.com", CodexCloudIde.Tenants.Role.Developer);
        using var added = await host.Client.PutAsync(
            new Uri($"api/v1/workspaces/{workspace}/members/{member.User}", UriKind.Relative), new StringContent("{\"role\":\"developer\"}", System.Text.Encoding.UTF8, "application/json"),
            TestContext.Current.CancellationToken);
        added.EnsureSuccessStatusCode();
        await using var owner = await SignInAsync(chromium, host.Address);
        await using var second = await SignInAsync(chromium, host.Address, "second@example.com");
        foreach (var visitor in new[] { owner, second })
        {
            await visitor.EnterAsync(workspace);
            await visitor.OpenAsync("note.txt");
        }

        var page = owner.Page;
        await owner.TypeAtEndAsync("two");
        await Expect(second.Text).ToContainTextAsync("two");
        await second.TypeAtEndAsync(" three");
        await Expect(owner.Text).ToContainTextAsync(Spaced("two three"));
        await owner.SavedAsync();

        // Newest first, that change alone.
        await page.GetByRole(AriaRole.Button, new() { Name = "History of the file" }).ClickAsync();
        var rows = page.GetByRole(AriaRole.Listbox, new() { NameRegex = new("Changes") }).GetByRole(AriaRole.Option);
        await Expect(rows).ToHaveCountAsync(2);
        await Expect(rows.Nth(0)).ToContainTextAsync("second");
        await Expect(rows.Nth(0)).ToContainTextAsync("+6");
        await Expect(rows.Nth(0)).ToHaveAttributeAsync("aria-selected", "true");
        await Expect(rows.Nth(1)).ToContainTextAsync("owner");
        var diff = page.Locator(".history-diff");
        await Expect(diff).ToContainTextAsync(Spaced("two three"));
        await Chromium.ShootAsync(page, "history");

        // By keyboard to the older one; by the slider to how it began.
        await page.Keyboard.PressAsync("ArrowDown");
        await Expect(rows.Nth(1)).ToHaveAttributeAsync("aria-selected", "true");
        await page.GetByRole(AriaRole.Slider, new() { Name = "Moment" }).FillAsync("0");
        await Expect(page.Locator(".history-moment")).ToHaveTextAsync("As it began");

        // One change is taken back; what followed stays, here and there.
        await rows.Nth(1).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Take this change back" }).ClickAsync();
        await Expect(rows).ToHaveCountAsync(3);
        await Expect(second.Text).ToContainTextAsync(Spaced("one three"));
        await Expect(second.Text).Not.ToContainTextAsync("two");

        // And everything as it was.
        await page.GetByRole(AriaRole.Slider, new() { Name = "Moment" }).FillAsync("0");
        await page.GetByRole(AriaRole.Button, new() { Name = "Restore this version" }).ClickAsync();
        await Expect(second.Text).ToHaveTextAsync("one");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator(".history")).ToHaveCountAsync(0);
        await Expect(owner.Text).ToHaveTextAsync("one");

        // Who wrote the line.
        await second.TypeAtEndAsync("four");
        await Expect(owner.Text).ToContainTextAsync("four");
        await owner.RunAsync("Show or hide who wrote the line");
        await owner.Text.ClickAsync();
        await page.Keyboard.PressAsync("Control+End");
        await Expect(page.Locator(".blame")).ToContainTextAsync("second");
        await Chromium.ShootAsync(page, "history-blame");
        await page.SetViewportSizeAsync(390, 844);
        await owner.RunAsync("History of the file");
        await Expect(rows.First).ToBeVisibleAsync();
        await Chromium.ShootAsync(page, "history-narrow");
    }
}
