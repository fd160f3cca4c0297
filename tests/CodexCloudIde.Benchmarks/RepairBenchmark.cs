using System.Diagnostics;
using System.Net.ServerSentEvents;

namespace CodexCloudIde.Benchmarks;

/// <summary>The fix of the template sample-debug as a visitor gets it: a task with the offline model, followed to its end; then the bugs that are held out.</summary>
internal static class RepairBenchmark
{
    public static async Task RunAsync(Arguments arguments, Report report, CancellationToken cancellationToken)
    {
        await using var product = await Product.StartAsync(cancellationToken);
        var times = new Samples();
        for (var i = 0; i < (arguments.Quick ? 1 : 3); i++)
        {
            var workspace = await product.CreateWorkspaceAsync("sample-debug", cancellationToken);
            var before = await product.PostAsync($"api/v1/workspaces/{workspace}/test-runs", new { }, cancellationToken);
            report.Require("sample-debug is red before", (string?)before["status"] == "failed", $"{before["failed"]} of {before["total"]} fail");
            var began = Stopwatch.GetTimestamp();
            var task = await product.PostAsync($"api/v1/workspaces/{workspace}/tasks", new { kind = "fix" }, cancellationToken);
            await FollowAsync(product, (string)task["id"]!, cancellationToken);
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            var run = await product.PostAsync($"api/v1/workspaces/{workspace}/test-runs", new { }, cancellationToken);
            report.Require("sample-debug is green after", (string?)run["status"] == "passed", $"{run["passed"]} of {run["total"]} pass");
        }

        report.AtMost("fix of sample-debug, request to thread.completed, p50", "s", times.Quantile(0.5) / 1000, 60);
        await HeldOutFigure.MeasureAsync(product.Program, arguments, report, cancellationToken);
    }

    private static async Task FollowAsync(Product product, string task, CancellationToken cancellationToken)
    {
        await using var stream = await product.Client.GetStreamAsync(new Uri($"api/v1/tasks/{task}/events", UriKind.Relative), cancellationToken);
        await foreach (var happened in SseParser.Create(stream).EnumerateAsync(cancellationToken))
        {
            if (happened.EventType == "thread.completed") return;
        }
    }
}
