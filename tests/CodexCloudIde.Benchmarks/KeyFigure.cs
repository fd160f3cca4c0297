using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Playwright;

namespace CodexCloudIde.Benchmarks;

/// <summary>
/// Two people, two browsers, one document: from the key event in the one to the animation frame in the other that draws its
/// character. Both clocks are the machine's (<c>performance.timeOrigin + performance.now()</c>). A second figure goes on to the end of that frame, seen by a
/// message posted while it is made, which is delivered after it; it includes whatever else the page had to do then.
/// </summary>
internal static class KeyFigure
{
    private const string File = "typing.txt";
    private const int KeysPerSecond = 10;
    private const int LineLength = 60;

    /// <summary>Five cases a second for longer than anybody types here.</summary>
    private const string LongTests = """
        import time

        import pytest


        @pytest.mark.parametrize("n", range(600))
        def test_streams(n):
            print("case", n)
            time.sleep(0.2)
        """;

    public static async Task MeasureAsync(Product product, Arguments arguments, Report report, CancellationToken cancellationToken)
    {
        var workspace = await product.CreateWorkspaceAsync("empty", cancellationToken);
        await PutAsync(product, workspace, "test_long.py", LongTests, cancellationToken);
        await MeasureAsync(product, workspace, " while a test run streams", (20, 60), true, arguments, report, cancellationToken);
        // Harder than what is asked: each run is a new sandbox and a new start of pytest, on the processors that draw.
        workspace = await product.CreateWorkspaceAsync("sample-debug", cancellationToken);
        await MeasureAsync(product, workspace, " while test runs follow one another without a pause", null, true, arguments, report, cancellationToken);
    }

    /// <summary>The same with nothing else going on.</summary>
    public static async Task MeasureQuietAsync(Arguments arguments, Report report, CancellationToken cancellationToken)
    {
        await using var product = await Product.StartAsync(cancellationToken);
        await MeasureAsync(product, await product.CreateWorkspaceAsync("empty", cancellationToken), "", (18, 45), false, arguments, report, cancellationToken);
    }

    private static async Task MeasureAsync(
        Product product, string workspace, string meanwhile, (double P50, double P99)? goal, bool testRuns, Arguments arguments, Report report, CancellationToken cancellationToken)
    {
        await PutAsync(product, workspace, File, "", cancellationToken);
        await using var one = await Chromium.LaunchAsync();
        await using var two = await Chromium.LaunchAsync();
        var cookies = await one.SignInAsync(product);
        var (typing, watching) = (await EditAsync(one, product, cookies, workspace), await EditAsync(two, product, cookies, workspace));
        await typing.EvaluateAsync(Keys);
        await watching.EvaluateAsync(Frames);

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var runs = testRuns ? RunTestsAsync(product, workspace, ending.Token) : Task.FromResult(0);
        var typed = await TypeAsync(typing, arguments.Quick ? 12 : 60, cancellationToken);
        var shown = await watching.EvaluateAsync<bool>(Settled, typed.Count(c => c != '\n'));
        await ending.CancelAsync();
        var streamed = await runs;
        if (testRuns) await CancelRunsAsync(product, workspace, cancellationToken);

        var (keys, frames) = (await typing.EvaluateAsync<double[]>("window.benchmarkKeys"), await watching.EvaluateAsync<double[][]>("window.benchmarkFrames"));
        var (latencies, ends) = (Match(keys, frames, 0), Match(keys, frames, 2));
        var figure = $"key to paint in the other browser, {KeysPerSecond} keys/s{meanwhile}";
        if (goal is { } most)
        {
            report.AtMost($"{figure}, p50", "ms", latencies.Quantile(0.5), most.P50);
            report.AtMost($"{figure}, p99", "ms", latencies.Quantile(0.99), most.P99);
        }
        else
        {
            report.Note($"{figure}, p50", "ms", latencies.Quantile(0.5));
            report.Note($"{figure}, p99", "ms", latencies.Quantile(0.99));
        }

        report.Note("… slowest", "ms", latencies.Quantile(1));
        report.Note("… to the end of that frame, p50", "ms", ends.Quantile(0.5));
        report.Note("… to the end of that frame, p99", "ms", ends.Quantile(0.99));
        report.Note("… keys", "", latencies.Count);
        report.Require("every key was painted in the other browser", shown && latencies.Count == typed.Count(c => c != '\n'), $"{latencies.Count} of {typed.Count(c => c != '\n')}");
        report.Require("the file is what was typed", await product.Client.GetStringAsync(FileUri(workspace), cancellationToken) == typed, $"{typed.Length} characters");
        if (testRuns) report.Require("test runs streamed meanwhile", streamed > 0, $"{streamed} events");
    }

    private static async Task PutAsync(Product product, string workspace, string path, string text, CancellationToken cancellationToken)
    {
        using var content = new StringContent(text);
        using var put = await product.Client.PutAsync(new Uri($"api/v1/workspaces/{workspace}/files/{path}", UriKind.Relative), content, cancellationToken);
        put.EnsureSuccessStatusCode();
    }

    private static Uri FileUri(string workspace) => new($"api/v1/workspaces/{workspace}/files/{File}", UriKind.Relative);

    private static async Task<IPage> EditAsync(Chromium chromium, Product product, string cookies, string workspace)
    {
        var page = await chromium.OpenAsync(product, cookies);
        await page.GotoAsync($"/w/{workspace}");
        await page.GetByRole(AriaRole.Treeitem, new() { Name = File }).ClickAsync();
        await page.Locator(".monaco-editor .view-lines .view-line").First.WaitForAsync();
        await page.Locator(".monaco-editor .view-lines").ClickAsync();
        return page;
    }

    /// <summary>Types at an even pace, whatever the pages do; what was typed.</summary>
    private static async Task<string> TypeAsync(IPage page, int seconds, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / KeysPerSecond));
        for (var i = 0; i < seconds * KeysPerSecond && await pace.WaitForNextTickAsync(cancellationToken); i++)
        {
            // Words of five letters; a line's end follows a space, so that no completion can be taken by it.
            var key = i % LineLength == LineLength - 1 ? '\n' : i % 6 == 5 || i % LineLength == LineLength - 2 ? ' ' : (char)('a' + (i * 7 % 26));
            await page.Keyboard.PressAsync(key switch { '\n' => "Enter", ' ' => "Space", _ => key.ToString() });
            text.Append(key);
        }

        return text.ToString();
    }

    /// <summary>Test runs one after the other, their streams read, until told to end; how many events came.</summary>
    private static async Task<int> RunTestsAsync(Product product, string workspace, CancellationToken cancellationToken)
    {
        var events = 0;
        try
        {
            while (true)
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, $"api/v1/workspaces/{workspace}/test-runs") { Content = JsonContent.Create(new { }) };
                request.Headers.Accept.Add(new("text/event-stream"));
                using var answer = await product.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                answer.EnsureSuccessStatusCode();
                using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellationToken));
                while (await reader.ReadLineAsync(cancellationToken) is { } line)
                {
                    if (line.StartsWith("event: ", StringComparison.Ordinal)) events++;
                }
            }
        }
        catch (OperationCanceledException)
        {
            return events;
        }
    }

    /// <summary>What still runs would be in the way of what is measured next.</summary>
    private static async Task CancelRunsAsync(Product product, string workspace, CancellationToken cancellationToken)
    {
        var listed = await product.Client.GetFromJsonAsync<JsonElement>($"api/v1/workspaces/{workspace}/test-runs?limit=5", cancellationToken);
        foreach (var run in listed.GetProperty("items").EnumerateArray().Where(run => run.GetProperty("status").GetString() == "running"))
        {
            using var cancelled = await product.Client.PostAsync($"api/v1/test-runs/{run.GetProperty("id").GetString()}/cancel", null, cancellationToken);
            cancelled.EnsureSuccessStatusCode();
        }
    }

    /// <summary>The n-th character is painted by the first frame that shows at least n.</summary>
    /// <param name="keys">When each went down.</param>
    /// <param name="frames">Begin, characters shown, end.</param>
    /// <param name="moment">Which of a frame's times counts.</param>
    private static Samples Match(double[] keys, double[][] frames, int moment)
    {
        var latencies = new Samples();
        for (var i = 0; i < keys.Length; i++)
        {
            if (Array.Find(frames, frame => frame[1] > i) is { } frame) latencies.Add(frame[moment] - keys[i]);
        }

        return latencies;
    }

    /// <summary>When each key that gives a character went down.</summary>
    private const string Keys = """
        () => {
          window.benchmarkKeys = [];
          addEventListener("keydown", event => {
            if (event.key.length === 1) window.benchmarkKeys.push(performance.timeOrigin + event.timeStamp);
          }, { capture: true });
        }
        """;

    /// <summary>Of each frame that changed the text: when it drew it (Monaco writes its lines in the frame's own callback), how many characters it shows, when it was over.</summary>
    private const string Frames = """
        () => {
          window.benchmarkFrames = [];
          const lines = document.querySelector(".monaco-editor .view-lines");
          const { port1, port2 } = new MessageChannel();
          const clock = () => performance.timeOrigin + performance.now();
          let drawn = 0;
          const count = () => [...lines.querySelectorAll(".view-line")].reduce((sum, line) => sum + line.textContent.replace(/\u200b/g, "").length, 0);
          port1.onmessage = () => { window.benchmarkFrames.push([drawn, count(), clock()]); drawn = 0; };
          new MutationObserver(() => { if (drawn === 0) { drawn = clock(); port2.postMessage(0); } }).observe(lines, { subtree: true, childList: true, characterData: true });
        }
        """;

    private const string Settled = """
        expected => new Promise(resolve => {
          const begun = performance.now();
          const look = () => (window.benchmarkFrames.at(-1)?.[1] ?? 0) >= expected ? resolve(true) : performance.now() - begun > 10000 ? resolve(false) : setTimeout(look, 20);
          look();
        })
        """;
}
