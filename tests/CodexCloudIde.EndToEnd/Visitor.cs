using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CodexCloudIde.Tests.Hosting;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CodexCloudIde.EndToEnd;

/// <summary>A signed-in person at the IDE page: the places that tests look at, by the names that people see. Disposing closes the browser's window.</summary>
internal sealed class Visitor(IPage page) : IAsyncDisposable
{
    public IPage Page => page;

    public ILocator Tree => page.GetByRole(AriaRole.Tree, new() { Name = "Files" });

    /// <summary>The text of the first editor, as Monaco paints it.</summary>
    public ILocator Text => page.Locator(".monaco-editor .view-lines").First;

    public ILocator Tabs => page.Locator(".tabs-scroll [role=tab]");

    public ILocator Terminal => page.Locator("#panel-terminal .terminal-host:visible .xterm-rows");

    public ILocator Toasts => page.Locator("#toasts");

    public ILocator Sync => page.Locator("[data-status=sync]");

    public static async Task<Visitor> SignInAsync(Chromium chromium, Uri address, string email = IdeHost.OwnerEmail, bool light = false)
    {
        var page = await chromium.OpenAsync(address, light: light);
        await page.GotoAsync("/sign-in");
        var visitor = new Visitor(page);
        await visitor.FillSignInAsync(email);
        await AtHomeAsync(page);
        return visitor;
    }

    /// <summary>On the sign-in page.</summary>
    public async Task FillSignInAsync(string email = IdeHost.OwnerEmail)
    {
        await page.GetByLabel("E-mail").FillAsync(email);
        await page.GetByLabel("Password").FillAsync(IdeHost.OwnerPassword);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
    }

    /// <summary>The first page is there, and its script with it.</summary>
    public static async Task AtHomeAsync(IPage page)
    {
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Workspaces", Exact = true })).ToBeVisibleAsync();
        await Expect(page.Locator("form[data-wired]")).ToBeVisibleAsync();
    }

    /// <summary>Makes a workspace by API and opens it; its id.</summary>
    public static async Task<string> CreateAsync(HttpClient client, params (string Path, byte[] Bytes)[] files)
    {
        var cancel = TestContext.Current.CancellationToken;
        using var made = await client.PostAsJsonAsync("api/v1/workspaces", new { name = "Walk", source = new { template = "empty" } }, cancel);
        made.EnsureSuccessStatusCode();
        var id = (string)(await made.Content.ReadFromJsonAsync<JsonObject>(cancel))!["id"]!;
        foreach (var (path, bytes) in files)
        {
            using var put = await client.PutAsync(FileUrl(id, path), new ByteArrayContent(bytes), cancel);
            put.EnsureSuccessStatusCode();
        }

        return id;
    }

    public static (string Path, byte[] Bytes) File(string path, string text) => (path, Encoding.UTF8.GetBytes(text));

    public static Uri FileUrl(string workspace, string path) =>
        new($"api/v1/workspaces/{workspace}/files/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}", UriKind.Relative);

    public static Task<byte[]> BytesAsync(HttpClient client, string workspace, string path) =>
        client.GetByteArrayAsync(FileUrl(workspace, path), TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync() => await page.Context.CloseAsync();

    /// <summary>Opens the IDE page on a workspace.</summary>
    public async Task EnterAsync(string workspace)
    {
        await page.GotoAsync($"/w/{workspace}");
        await Expect(Row().First).ToBeVisibleAsync();
    }

    /// <summary>Rows of the tree; with a name, as it is shown, that row.</summary>
    public ILocator Row(string? name = null) => name is null ? Tree.GetByRole(AriaRole.Treeitem) : Tree.GetByRole(AriaRole.Treeitem, new() { Name = name, Exact = true });

    public ILocator Tab(string name) => page.Locator(".tab").Filter(new() { Has = page.GetByRole(AriaRole.Tab, new() { NameRegex = new Regex($"^{Regex.Escape(name)}(, unsaved|, deleted)?$") }) });

    public ILocator Command(string title) => page.Locator("#palette-list").GetByRole(AriaRole.Option, new() { NameRegex = new Regex($"^{Regex.Escape(title)}") });

    public async Task OpenAsync(string name)
    {
        await Row(name).DblClickAsync();
        await Expect(Tab(name)).ToHaveClassAsync(new Regex("active"));
        // The tab is there before its text is: until then the file before is still on screen.
        await page.WaitForFunctionAsync(
            """
            () => {
              const editors = window.codex.editors;
              const view = editors.activeEditor;
              return view ? editors.pathOf(view.getModel()?.uri.toString() ?? "") === editors.activePath
                : document.querySelector(".group.focused .stage > :not(.monaco-host, .editor-skeleton, .welcome)") !== null;
            }
            """);
    }

    public async Task QuickOpenAsync(string query, string name)
    {
        await page.Keyboard.PressAsync("Control+P");
        await Expect(page.Locator(".palette input")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync(query);
        await page.Locator("#palette-list").GetByRole(AriaRole.Option).Filter(new() { HasText = name }).First.ClickAsync();
    }

    public async Task RunAsync(string command)
    {
        await page.Keyboard.PressAsync("Control+Shift+P");
        await Expect(page.Locator(".palette input")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync(command);
        await Command(command).First.ClickAsync();
    }

    /// <summary>Types at the end of the open file.</summary>
    public async Task TypeAtEndAsync(string text, float delay = 0)
    {
        await Text.ClickAsync();
        await page.Keyboard.PressAsync("Control+End");
        await page.Keyboard.TypeAsync(text, new() { Delay = delay });
    }

    /// <summary>Waits until the server has acknowledged everything typed, and the page says so.</summary>
    public async Task SavedAsync()
    {
        await page.WaitForFunctionAsync("() => window.codex.editors.documents.every(document => document.unsent === 0)");
        await Expect(Sync).ToHaveTextAsync("Saved");
    }

    /// <summary>A command to the shell in view.</summary>
    public async Task ShellAsync(string command)
    {
        await page.Locator("#panel-terminal .terminal-host:visible .xterm").ClickAsync();
        await page.Keyboard.TypeAsync(command + "\n");
    }

    /// <summary>Waits until the shell has written this; commands spell it in two halves, so that their echo is not taken for it.</summary>
    public Task ShellSaysAsync(string text) => Expect(Terminal).ToContainTextAsync(Spaced(text));

    /// <summary>Monaco and xterm paint spaces as no-break spaces.</summary>
    public static Regex Spaced(string text) => new(string.Join(@"[\s\u00a0]+", text.Split(' ').Select(Regex.Escape)));
}
