using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using CodexCloudIde.Tests.Hosting;
using Microsoft.Playwright;
using static CodexCloudIde.EndToEnd.Visitor;
using static Microsoft.Playwright.Assertions;

namespace CodexCloudIde.EndToEnd;

/// <summary>The first page: workspaces made from everything they can be made from, and what is said when that does not work.</summary>
public sealed class WorkspacesPageTests(Chromium chromium) : IClassFixture<Chromium>
{
    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Archive_TarZipOrBroken_BecomesAWorkspaceOrAClearRefusal()
    {
        await using var host = await IdeHost.StartAsync();
        using var mine = new TempFolder();
        var (tar, zip, climbing) = (Path.Combine(mine.Path, "mine.tar.gz"), Path.Combine(mine.Path, "mine.zip"), Path.Combine(mine.Path, "climbing.tar"));
        await System.IO.File.WriteAllBytesAsync(tar, Tar("src/main.py", compressed: true), Ending);
        await System.IO.File.WriteAllBytesAsync(climbing, Tar("../out.txt", compressed: false), Ending);
        await using (var archive = await ZipFile.OpenAsync(zip, ZipArchiveMode.Create, Ending))
        {
            await using var entry = await archive.CreateEntry("readme.md").OpenAsync(Ending);
            await entry.WriteAsync("# zip"u8.ToArray(), Ending);
        }

        await using var visitor = await SignInAsync(chromium, host.Address);
        var page = visitor.Page;
        await Expect(page.GetByText("No workspace yet.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Tab, new() { Name = "Upload" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Create workspace" }).ClickAsync();
        await Expect(page.Locator("[data-message]")).ToHaveTextAsync("Choose an archive first.");
        await page.GetByLabel("Archive").SetInputFilesAsync(climbing);
        await page.GetByRole(AriaRole.Button, new() { Name = "Create workspace" }).ClickAsync();
        await Expect(page.Locator("[data-message]")).ToContainTextAsync("..");
        await Chromium.ShootAsync(page, "workspaces-bad-archive");
        // Nothing half-made stays behind.
        await page.ReloadAsync();
        await AtHomeAsync(page);
        await Expect(page.GetByText("No workspace yet.")).ToBeVisibleAsync();

        foreach (var (archive, file, name) in new[] { (tar, "src", "mine"), (zip, "readme.md", "mine") })
        {
            await page.GetByRole(AriaRole.Tab, new() { Name = "Upload" }).ClickAsync();
            await page.GetByLabel("Archive").SetInputFilesAsync(archive);
            await page.GetByRole(AriaRole.Button, new() { Name = "Create workspace" }).ClickAsync();
            await page.WaitForURLAsync("**/w/*");
            await Expect(visitor.Row(file)).ToBeVisibleAsync();
            await Expect(page.Locator("#workspace-name")).ToHaveTextAsync(name);
            await page.GotoAsync("/");
            await AtHomeAsync(page);
        }

        await Expect(page.Locator(".workspace-card")).ToHaveCountAsync(2);

        // Renamed and deleted where they are listed.
        await page.GetByRole(AriaRole.Button, new() { Name = "More for mine" }).First.ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Rename" }).ClickAsync();
        await page.GetByLabel("New name").FillAsync("Zipped");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".workspace-card", new() { HasTextString = "Zipped" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "More for mine" }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Delete" }).ClickAsync();
        await page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await Expect(page.Locator(".workspace-card")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Git_LocalUnreachableOrPrivate_ImportsOrSaysWhatToDo()
    {
        using var repositories = new TempFolder();
        await RepositoryAsync(Path.Combine(repositories.Path, "project"));
        await using var host = await IdeHost.StartAsync($"--Ide:Git:LocalRoots:0={repositories.Path}");
        await using var visitor = await SignInAsync(chromium, host.Address);
        var page = visitor.Page;
        var message = page.Locator("[data-message]");
        await page.GetByRole(AriaRole.Tab, new() { Name = "Git repository" }).ClickAsync();
        foreach (var (address, said) in new[]
        {
            ("", "Enter the repository's address first."),
            ("https://127.0.0.1/x.git", "private"),
            ("https://[::ffff:10.0.0.1]/x.git", "private"),
            ("http://example.com/x.git", "Only https"),
            ("/etc", "Ide:Git:LocalRoots"),
        })
        {
            await page.GetByLabel("Address").FillAsync(address);
            await page.GetByRole(AriaRole.Button, new() { Name = "Create workspace" }).ClickAsync();
            await Expect(message).ToContainTextAsync(said);
        }

        // A host that does not answer: the import is seen to fail, says why, and can be tried again or thrown away.
        await page.GetByLabel("Address").FillAsync("https://no-such-host.invalid/x.git");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create workspace" }).ClickAsync();
        await page.WaitForURLAsync("**/w/*");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "The import failed" })).ToBeVisibleAsync();
        await Expect(page.Locator(".not-ready")).ToContainTextAsync("name cannot be resolved");
        await Chromium.ShootAsync(page, "workspace-import-failed");
        await page.GetByRole(AriaRole.Link, new() { Name = "All workspaces" }).ClickAsync();
        await AtHomeAsync(page);
        var card = page.Locator(".workspace-card");
        await Expect(card).ToContainTextAsync("Import failed");
        await Expect(card).ToContainTextAsync("name cannot be resolved");
        await Chromium.ShootAsync(page, "workspaces-import-failed");
        await card.GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await Expect(card).ToHaveCountAsync(0);

        // A local repository below a root, its import watched from the page that opens.
        await page.GetByRole(AriaRole.Tab, new() { Name = "Git repository" }).ClickAsync();
        await page.GetByLabel("Address").FillAsync(Path.Combine(repositories.Path, "project"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Create workspace" }).ClickAsync();
        await page.WaitForURLAsync("**/w/*");
        await Expect(visitor.Row("tracked.txt")).ToBeVisibleAsync();
        await Expect(page.Locator("[data-status=branch]")).ToHaveTextAsync("trunk");
        await Chromium.ShootAsync(page, "workspace-from-git");
    }

    private static async Task RepositoryAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        await System.IO.File.WriteAllTextAsync(Path.Combine(folder, "tracked.txt"), "tracked\n", Ending);
        foreach (var arguments in new[] { "init -q -b trunk", "add .", "-c user.name=a -c user.email=a@example.com commit -q -m first" })
        {
            using var git = System.Diagnostics.Process.Start("git", $"-C {folder} {arguments}");
            await git.WaitForExitAsync(Ending);
            Assert.Equal(0, git.ExitCode);
        }
    }

    private static byte[] Tar(string path, bool compressed)
    {
        using var bytes = new MemoryStream();
        using (Stream into = compressed ? new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true) : new BufferedStream(bytes))
        using (var tar = new TarWriter(into, TarEntryFormat.Pax, leaveOpen: !compressed))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes("print()\n")) });
        }

        return bytes.ToArray();
    }
}
