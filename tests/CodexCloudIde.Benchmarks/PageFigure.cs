using System.Diagnostics;
using Microsoft.Playwright;

namespace CodexCloudIde.Benchmarks;

/// <summary>
/// From the start of the navigation to a typed character painted in an open file, in a browser that has never seen the IDE: process, profile and caches are
/// new each time. The page's own clock counts; the clicks and keys are the automation's, so its round trips are in the figure.
/// </summary>
internal static class PageFigure
{
    public static async Task MeasureAsync(Product product, Arguments arguments, Report report, CancellationToken cancellationToken)
    {
        var workspace = await product.CreateWorkspaceAsync("sample-debug", cancellationToken);
        string cookies;
        await using (var first = await Chromium.LaunchAsync()) cookies = await first.SignInAsync(product);
        var (usable, frame) = (new Samples(), new Samples());
        var (rounds, lost) = (arguments.Quick ? 2 : 5, 0);
        for (var i = 0; i < rounds; i++)
        {
            await using var chromium = await Chromium.LaunchAsync();
            var page = await chromium.OpenAsync(product, cookies);
            // An empty page first: starting a renderer is the browser's business.
            await page.GotoAsync("/healthz");
            var (file, mark) = ($"page-{i}.txt", $"q{i}z");
            using (var text = new StringContent("ready\n")) (await product.Client.PutAsync(FileUri(workspace, file), text, cancellationToken)).EnsureSuccessStatusCode();
            await page.GotoAsync($"/w/{workspace}", new() { WaitUntil = WaitUntilState.Commit });
            await page.GetByRole(AriaRole.Treeitem, new() { Name = file }).ClickAsync();
            frame.Add(await page.EvaluateAsync<double>("performance.now()"));
            await page.Locator(".monaco-editor .view-line").GetByText("ready").ClickAsync();
            await page.Keyboard.TypeAsync(mark);
            usable.Add(await page.EvaluateAsync<double>(Painted, mark));
            if (!await ArrivedAsync(product, FileUri(workspace, file), mark, cancellationToken)) lost++;
            await page.Context.CloseAsync();
        }

        report.AtMost($"IDE page usable (file open, typing works), cold Chromium, p50 of {rounds}", "s", usable.Quantile(0.5) / 1000, 2);
        report.Note("… slowest", "s", usable.Quantile(1) / 1000);
        report.Note("… of which until the explorer took a click, p50", "s", frame.Quantile(0.5) / 1000);
        report.Require("what was typed reached the file", lost == 0, $"{lost} of {rounds} browsers typed in vain");
    }

    /// <summary>The time, on the page's clock, of the frame after the one whose text holds the mark.</summary>
    private const string Painted = """
        mark => new Promise(resolve => {
          const look = () => document.querySelector(".monaco-editor .view-lines")?.textContent.includes(mark)
            ? requestAnimationFrame(() => resolve(performance.now())) : requestAnimationFrame(look);
          look();
        })
        """;

    private static Uri FileUri(string workspace, string file) => new($"api/v1/workspaces/{workspace}/files/{file}", UriKind.Relative);

    private static async Task<bool> ArrivedAsync(Product product, Uri file, string mark, CancellationToken cancellationToken)
    {
        var patience = Stopwatch.StartNew();
        while (!(await product.Client.GetStringAsync(file, cancellationToken)).Contains(mark, StringComparison.Ordinal))
        {
            if (patience.Elapsed > TimeSpan.FromSeconds(10)) return false;
            await Task.Delay(50, cancellationToken);
        }

        return true;
    }
}
