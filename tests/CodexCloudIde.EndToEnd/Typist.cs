using CodexCloudIde.Tests.Hosting;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CodexCloudIde.EndToEnd;

/// <summary>A real browser, signed in as the owner, with one text file open in which somebody types numbered words.</summary>
internal sealed class Typist(IPage page, string name, string path)
{
    private int typed;

    public IPage Page => page;

    /// <summary>Everything typed so far, in its order.</summary>
    public string Typed => string.Concat(Enumerable.Range(1, typed).Select(Word));

    public static async Task<Typist> OpenAsync(Chromium chromium, Uri address, string workspace, string path, string name)
    {
        var page = await chromium.OpenAsync(address);
        await page.GotoAsync("/sign-in");
        await page.GetByLabel("E-mail").FillAsync(IdeHost.OwnerEmail);
        await page.GetByLabel("Password").FillAsync(IdeHost.OwnerPassword);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Workspaces", Exact = true })).ToBeVisibleAsync();
        var typist = new Typist(page, name, path);
        await typist.GoToAsync(address, workspace);
        return typist;
    }

    /// <summary>Opens the workspace and the file, here or at another address of the same installation.</summary>
    public async Task GoToAsync(Uri address, string workspace)
    {
        await page.GotoAsync(new Uri(address, $"/w/{workspace}").ToString());
        await Expect(page.GetByRole(AriaRole.Treeitem).First).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Treeitem, new() { Name = path }).First.ClickAsync();
        await page.WaitForFunctionAsync("path => window.codex?.editors.activePath === path && window.codex.editors.document(path)?.state === 'saved'", path);
    }

    /// <summary>Puts the cursor to the beginning or the end of the text.</summary>
    public async Task PutCursorAsync(bool atEnd)
    {
        await page.Locator(".monaco-editor .view-lines").First.ClickAsync();
        await page.Keyboard.PressAsync(atEnd ? "Control+End" : "Control+Home");
    }

    public async Task TypeAsync(int words)
    {
        for (var i = 0; i < words; i++)
        {
            await page.Keyboard.TypeAsync(Word(typed + 1), new() { Delay = 20 });
            typed++;
        }
    }

    /// <summary>What the editor shows.</summary>
    public Task<string> ShownAsync() => page.EvaluateAsync<string>("() => window.codex.editors.activeEditor.getModel().getValue()");

    /// <summary>Until the editor says this of the file: saved, saving, offline, …</summary>
    public async Task UntilAsync(string state)
    {
        try
        {
            await page.WaitForFunctionAsync("([path, state]) => window.codex.editors.document(path)?.state === state", new[] { path, state }, new() { Timeout = 90_000 });
        }
        catch (TimeoutException)
        {
            await Chromium.ShootAsync(page, $"stuck-{name}");
            Assert.Fail($"{name}: not {state} but {await page.EvaluateAsync<string>("path => { const d = window.codex.editors.document(path); return `${d?.state}, ${d?.unsent} unsent`; }", path)}.");
        }
    }

    /// <summary>Until the editor shows a text.</summary>
    public Task UntilShownAsync(string text) =>
        page.WaitForFunctionAsync("text => window.codex.editors.activeEditor.getModel().getValue() === text", text, new() { Timeout = 60_000 });

    /// <summary>Until the editor shows a text that matches (JavaScript's regular expressions).</summary>
    public Task UntilShownMatchesAsync(string pattern) =>
        page.WaitForFunctionAsync("pattern => new RegExp(pattern).test(window.codex.editors.activeEditor.getModel().getValue())", pattern, new() { Timeout = 60_000 });

    private string Word(int number) => $"{name}{number} ";
}
