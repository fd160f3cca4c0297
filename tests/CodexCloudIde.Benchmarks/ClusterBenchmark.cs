using System.Diagnostics;
using System.Globalization;
using CodexCloudIde.Documents;
using CodexCloudIde.Text;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;

namespace CodexCloudIde.Benchmarks;

/// <summary>
/// Two processes on one data directory and one redis-server; the one where a document's writer lives is killed. From the kill to the next edit that the other
/// acknowledges, sent again every 50 ms as a client would. Membership probes are at their default.
/// </summary>
internal static class ClusterBenchmark
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static async Task RunAsync(Arguments arguments, Report report, CancellationToken cancellationToken)
    {
        var times = new Samples();
        for (var round = 0; round < (arguments.Quick ? 1 : 5); round++) times.Add((await KillTheWriterAsync(report, cancellationToken)).TotalMilliseconds);
        report.AtMost($"a killed process's document is served by the other, p50 of {times.Count}", "s", times.Quantile(0.5) / 1000, 5);
        report.Note("… slowest", "s", times.Quantile(1) / 1000);
    }

    private static async Task<TimeSpan> KillTheWriterAsync(Report report, CancellationToken cancellationToken)
    {
        var data = Directory.CreateTempSubdirectory("codex-benchmark-").FullName;
        var port = Product.FreePort();
        using var redis = Process.Start(new ProcessStartInfo("redis-server", ["--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--dir", data]) { RedirectStandardOutput = true })!;
        redis.OutputDataReceived += (_, _) => { };
        redis.BeginOutputReadLine();
        try
        {
            string[] settings = [$"--Ide:Redis=127.0.0.1:{port}"];
            await using var writer = await Product.StartAsync(data, settings, cancellationToken);
            await using var other = await Product.StartAsync(data, settings, cancellationToken);
            var workspace = await writer.CreateWorkspaceAsync("empty", cancellationToken);
            using (var empty = new StringContent("")) (await writer.Client.PutAsync(new Uri($"api/v1/workspaces/{workspace}/files/a.txt", UriKind.Relative), empty, cancellationToken)).EnsureSuccessStatusCode();
            await using var first = writer.Documents();
            await using var second = other.Documents();
            await first.StartAsync(cancellationToken);
            await second.StartAsync(cancellationToken);
            var opened = await OpenAsync(first, workspace, cancellationToken);
            await OpenAsync(second, workspace, cancellationToken);
            for (var sequence = 1; sequence <= 5; sequence++)
            {
                var answer = await SubmitAsync(first, opened.DocumentId!, "first", sequence, opened.Revision!.Value + sequence - 1, cancellationToken);
                if (answer.Error is not null) throw new InvalidOperationException($"An edit was refused: {answer.Error}");
            }

            writer.Kill();
            var began = Stopwatch.GetTimestamp();
            while (!await TriedAsync(second, opened.DocumentId!, opened.Revision!.Value + 5, cancellationToken))
            {
                if (Stopwatch.GetElapsedTime(began) > Patience) throw new TimeoutException("The other process never served the document.");
                await Task.Delay(50, cancellationToken);
            }

            var taken = Stopwatch.GetElapsedTime(began);
            var text = (await OpenAsync(second, workspace, cancellationToken)).Text;
            report.Require("every acknowledged edit is there", text == "xxxxxx", $"\"{text}\" after {taken.TotalSeconds:F2} s");
            return taken;
        }
        finally
        {
            redis.Kill();
            await redis.WaitForExitAsync(CancellationToken.None);
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task<bool> TriedAsync(HubConnection connection, string document, long revision, CancellationToken cancellationToken)
    {
        try
        {
            return (await SubmitAsync(connection, document, "second", 1, revision, cancellationToken)).Error is null;
        }
        catch (HubException)
        {
            return false;
        }
    }

    private static Task<OpenResponse> OpenAsync(HubConnection connection, string workspace, CancellationToken cancellationToken) =>
        connection.InvokeAsync<OpenResponse>("Open", new OpenRequest(workspace, "a.txt"), cancellationToken);

    private static Task<SubmitResponse> SubmitAsync(HubConnection connection, string document, string client, long sequence, long revision, CancellationToken cancellationToken) =>
        connection.InvokeAsync<SubmitResponse>("Submit", new
        {
            documentId = document, clientId = client, clientSequence = sequence, baseRevision = revision, operation = TextOperation.Replace(0, 0, "x"),
        }, cancellationToken);
}
