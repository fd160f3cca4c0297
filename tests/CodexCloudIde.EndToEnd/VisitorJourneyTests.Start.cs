using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CodexCloudIde.EndToEnd;

/// <content>Step 1: from the script to the first account. Step 2: workspaces from an archive, a repository and the template.</content>
public sealed partial class VisitorJourneyTests
{
    private const int ManyFiles = 10_000;

    private static async Task SetUpAsync(IPage page, InstalledIde ide)
    {
        Assert.Contains(ide.Address.GetLeftPart(UriPartial.Authority), ide.Output, StringComparison.Ordinal);
        var link = ide.SetUpLink;
        Assert.NotEmpty(link);
        await page.GotoAsync(link);
        await page.GetByLabel("E-mail").FillAsync(Email);
        await page.GetByLabel("Password").FillAsync(Password);
        await page.GetByLabel("Your name").FillAsync("Vera Visitor");
        await page.GetByLabel("Name of the tenant").FillAsync("Visitors");
        await Chromium.ShootAsync(page, "1-set-up");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create account" }).ClickAsync();
        await Visitor.AtHomeAsync(page);
        await Chromium.ShootAsync(page, "1-first-page");

        // The link works once.
        await page.GotoAsync(link);
        await Expect(page.GetByText("This link is no longer valid.")).ToBeVisibleAsync();

        await page.GotoAsync("/account");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out", Exact = true }).ClickAsync();
        await page.GotoAsync("/sign-in");
        await page.GetByLabel("E-mail").FillAsync(Email);
        await page.GetByLabel("Password").FillAsync("not the password");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await page.GetByLabel("Password").FillAsync(Password);
        await Chromium.ShootAsync(page, "1-sign-in");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await Visitor.AtHomeAsync(page);
    }

    private static async Task CreateWorkspaceAsync(IPage page, string repositories)
    {
        var visitor = new Visitor(page);
        var archive = Path.Combine(repositories, "many.tar.gz");
        await File.WriteAllBytesAsync(archive, Archive(), TestContext.Current.CancellationToken);
        await page.GetByRole(AriaRole.Tab, new() { Name = "Upload" }).ClickAsync();
        await page.GetByLabel("Archive").SetInputFilesAsync(archive);
        await Chromium.ShootAsync(page, "2-upload");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create workspace" }).ClickAsync();
        await page.WaitForURLAsync("**/w/*");
        await visitor.Row("many").ClickAsync();
        await Expect(visitor.Row().Nth(9)).ToBeVisibleAsync();
        await visitor.Tree.PressAsync("End");
        await Expect(visitor.Row($"file{ManyFiles - 1}.txt")).ToBeInViewportAsync();
        Assert.InRange(await visitor.Row().CountAsync(), 10, 100);
        await Chromium.ShootAsync(page, "2-ten-thousand-files");

        await page.GotoAsync("/");
        await Visitor.AtHomeAsync(page);
        await page.GetByRole(AriaRole.Tab, new() { Name = "Git repository" }).ClickAsync();
        await page.GetByLabel("Address").FillAsync(await RepositoryAsync(repositories));
        await Chromium.ShootAsync(page, "2-git");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create workspace" }).ClickAsync();
        await page.WaitForURLAsync("**/w/*");
        await Expect(visitor.Row("tracked.txt")).ToBeVisibleAsync();

        await page.GotoAsync("/");
        await Visitor.AtHomeAsync(page);
        await page.GetByText("Sample to debug").ClickAsync();
        await page.GetByLabel("Name (optional)").FillAsync("Sample");
        await Chromium.ShootAsync(page, "2-workspaces");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create workspace" }).ClickAsync();
        await page.WaitForURLAsync("**/w/*");
        await Expect(visitor.Row("dispatch")).ToBeVisibleAsync();
        await Chromium.ShootAsync(page, "2-workspace");
    }

    private static async Task<string> RepositoryAsync(string below)
    {
        var folder = Directory.CreateDirectory(Path.Combine(below, "project")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "tracked.txt"), "tracked\n", TestContext.Current.CancellationToken);
        foreach (var arguments in new[] { "init -q", "add .", "-c user.name=a -c user.email=a@example.com commit -q -m first" })
        {
            using var git = System.Diagnostics.Process.Start("git", $"-C {folder} {arguments}");
            await git.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, git.ExitCode);
        }

        return folder;
    }

    private static byte[] Archive()
    {
        using var bytes = new MemoryStream();
        using (var zipped = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(zipped, TarEntryFormat.Pax))
        {
            for (var index = 0; index < ManyFiles; index++)
            {
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"many/file{index:0000}.txt") { DataStream = new MemoryStream(Encoding.UTF8.GetBytes($"{index}\n")) });
            }
        }

        return bytes.ToArray();
    }
}
