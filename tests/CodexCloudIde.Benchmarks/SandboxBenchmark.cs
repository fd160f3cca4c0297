using System.Diagnostics;

namespace CodexCloudIde.Benchmarks;

/// <summary>
/// A short execution by API against the bare process, taken in turns in one run so that both see the same machine. The API's figure is from the
/// request to the complete answer: authorisation, audit, sandbox, output, collection and teardown included.
/// </summary>
internal static class SandboxBenchmark
{
    private static readonly string[] Command = ["python3", "-c", "print(1)"];

    public static async Task RunAsync(Arguments arguments, Report report, CancellationToken cancellationToken)
    {
        await using var product = await Product.StartAsync(cancellationToken);
        var workspace = await product.CreateWorkspaceAsync("empty", cancellationToken);
        var (bare, sandboxed) = (new Samples(), new Samples());
        var wrong = 0;
        for (var i = -5; i < (arguments.Quick ? 40 : 200); i++)
        {
            var began = Stopwatch.GetTimestamp();
            await BareAsync(cancellationToken);
            var bareTime = Stopwatch.GetElapsedTime(began).TotalMilliseconds;

            began = Stopwatch.GetTimestamp();
            var answer = await product.PostAsync($"api/v1/workspaces/{workspace}/executions", new { command = Command }, cancellationToken);
            var sandboxTime = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            if ((string?)answer["stdout"] != "1\n" || (int?)answer["exitCode"] != 0) wrong++;
            if (i < 0) continue;
            bare.Add(bareTime);
            sandboxed.Add(sandboxTime);
        }

        report.Ratio("execution of python3 -c 'print(1)' by API, p50", "ms", sandboxed.Quantile(0.5), bare.Quantile(0.5), 3);
        report.Note("… p95", "ms", sandboxed.Quantile(0.95));
        report.Note("… p99", "ms", sandboxed.Quantile(0.99));
        report.Note("bare process, p95", "ms", bare.Quantile(0.95));
        report.Require("every execution printed 1 and exited 0", wrong == 0, $"{wrong} of {sandboxed.Count} were wrong");
    }

    private static async Task BareAsync(CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("/usr/bin/python3", Command[1..]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
    }
}
