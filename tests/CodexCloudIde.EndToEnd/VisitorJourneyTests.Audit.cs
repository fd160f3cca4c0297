using System.Diagnostics;
using CodexCloudIde.Tests.Hosting;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CodexCloudIde.EndToEnd;

/// <summary>Step 8: what happened, by whom, and that nobody changed the record.</summary>
public sealed partial class VisitorJourneyTests
{
    private static async Task ReadAuditAsync(IPage page, TempFolder folder)
    {
        await page.GotoAsync("/audit");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Audit" })).ToBeVisibleAsync();
        await Chromium.ShootAsync(page, "8-audit");
        foreach (var (type, who, result) in new[]
        {
            ("signin", "Vera Visitor", "succeeded"), ("tests", "Vera Visitor", "allowed"), ("tests", "Codex", "succeeded"), ("execution", "Codex", "succeeded"), ("task.approval", "Vera Visitor", "allow"),
            ("task.approval", "Vera Visitor", "deny"), ("model", "Codex", "succeeded"), ("task.step", "Codex", "allowed"), ("task.cancelled", "Vera Visitor", "allowed"),
        })
        {
            await page.GotoAsync($"/audit?type={type}");
            var row = page.Locator("details.row").Filter(new() { HasText = who }).Filter(new() { HasText = result }).First;
            await Expect(row).ToContainTextAsync(type);
            await Expect(row.Locator("time")).ToHaveAttributeAsync("datetime", Instant());
        }

        await page.GotoAsync("/audit");
        await page.GetByLabel("What").FillAsync("task.approval");
        await page.GetByRole(AriaRole.Button, new() { Name = "Filter" }).ClickAsync();
        await Expect(page.Locator("details.row")).ToHaveCountAsync(2);
        await page.Locator("details.row summary").First.ClickAsync();
        await Chromium.ShootAsync(page, "8-audit-filtered");
        await VerifyAsync(page, folder);
    }

    /// <summary>The export as the page gives it, checked by the program: whole it passes, changed it fails and the entry is named.</summary>
    private static async Task VerifyAsync(IPage page, TempFolder folder)
    {
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "Export" }).ClickAsync());
        var export = Path.Combine(folder.Path, "audit.jsonl");
        await download.SaveAsAsync(export);
        var lines = await File.ReadAllLinesAsync(export);
        Assert.Equal((0, $"{lines.Length} entries, unbroken."), await AuditVerifyAsync(export));

        string[] edited = [.. lines.Select((line, at) => at == 4 ? line.Replace("\"result\":\"", "\"result\":\"not ", StringComparison.Ordinal) : line)];
        string[] reordered = [.. lines[..6], lines[7], lines[6], .. lines[8..]];
        foreach (var (copy, fault) in new[]
        {
            (edited, "Entry 5: it was changed"), (reordered, "Entry 7 is missing: entry 8 stands in its place."), ([.. lines[..9], .. lines[10..]], "Entry 10 is missing"),
            (lines[..^1], $"Entry {lines.Length} is missing"),
        })
        {
            await File.WriteAllLinesAsync(export, copy);
            var (status, said) = await AuditVerifyAsync(export);
            Assert.Equal(1, status);
            Assert.StartsWith(fault, said, StringComparison.Ordinal);
        }
    }

    private static async Task<(int Status, string Said)> AuditVerifyAsync(string file)
    {
        using var verify = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "CodexCloudIde.dll"), "audit", "verify", file])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var (said, complained) = (verify.StandardOutput.ReadToEndAsync(), verify.StandardError.ReadToEndAsync());
        await verify.WaitForExitAsync();
        return (verify.ExitCode, (await said + await complained).Trim());
    }

    [System.Text.RegularExpressions.GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")]
    private static partial System.Text.RegularExpressions.Regex Instant();
}
