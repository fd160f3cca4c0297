using System.Diagnostics;
using System.Text;
using CodexCloudIde.Tests.Hosting;
using Microsoft.AspNetCore.SignalR.Client;

namespace CodexCloudIde.Tests.Documents;

/// <summary>The real program as a process of its own, killed without warning and traced.</summary>
public sealed class DurabilityTests
{
    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Kill9_WhileTyping_KeepsEveryAcknowledgedEditAndTheFileFollows()
    {
        using var data = new TempFolder();
        string workspace;
        var acknowledged = 0;
        await using (var process = await IdeProcess.StartAsync(data.Path))
        {
            workspace = await process.Client.NewWorkspaceAsync();
            await process.Client.PutAsync(workspace, "a.txt", "end\n"u8.ToArray());
            await using var client = await HubClient.OpenAsync(HubOf(process), workspace, "a.txt");
            var killed = Task.CompletedTask;
            try
            {
                for (var i = 1; i <= 500; i++)
                {
                    await client.TypeAsync(0, $"<{i}>");
                    acknowledged = i;
                    if (i == 40) killed = process.KillAsync();
                }
            }
            catch (Exception) when (acknowledged >= 40)
            {
                // The server is dead: the edit in flight was not acknowledged.
            }

            await killed;
        }

        Assert.InRange(acknowledged, 40, 499);
        await using var again = await IdeProcess.StartAsync(data.Path);
        await using var reopened = await HubClient.OpenAsync(HubOf(again), workspace, "a.txt");
        Assert.All(Enumerable.Range(1, acknowledged), i => Assert.Contains($"<{i}>", reopened.Text, StringComparison.Ordinal));
        Assert.InRange(reopened.Revision, acknowledged, acknowledged + 1);
        Assert.Equal(reopened.Text, Encoding.UTF8.GetString(await again.Client.GetAsync(workspace, "a.txt")));
    }

    [Fact]
    public async Task Submit_Traced_SyncsTheJournalBeforeItAcknowledges()
    {
        using var data = new TempFolder();
        await using var process = await IdeProcess.StartAsync(data.Path, null, "--Ide:Documents:SaveAfter=00:05:00");
        var workspace = await process.Client.NewWorkspaceAsync();
        await process.Client.PutAsync(workspace, "a.txt", []);
        await using var client = await HubClient.OpenAsync(HubOf(process), workspace, "a.txt");
        await client.TypeAsync(0, "warm");

        var trace = data.Of("trace");
        using var strace = Process.Start(new ProcessStartInfo("strace")
        {
            ArgumentList = { "-f", "-y", "-s", "300", "-e", "trace=fsync,fdatasync,sendmsg,sendto,write", "-o", trace, "-p", $"{process.Id}" },
            RedirectStandardError = true,
        })!;
        while (await strace.StandardError.ReadLineAsync(Ending) is { } line && !line.Contains("attached", StringComparison.Ordinal))
        {
            Assert.DoesNotContain("Operation not permitted", line, StringComparison.Ordinal);
        }

        // The answer names the operation as it was sequenced, so it can be found in what is sent.
        const string mark = "traced-edit-7c1f";
        await client.TypeAsync(0, mark);
        using (var stop = Process.Start("kill", ["-INT", $"{strace.Id}"])) await stop.WaitForExitAsync(Ending);
        await strace.WaitForExitAsync(Ending);

        var lines = await File.ReadAllLinesAsync(trace, Ending);
        var sent = Array.FindIndex(lines, line => line.Contains(mark, StringComparison.Ordinal) && !line.Contains("documents.db", StringComparison.Ordinal));
        var synced = Array.FindIndex(lines, line => line.Contains("sync(", StringComparison.Ordinal) && line.Contains("documents.db", StringComparison.Ordinal));
        if (synced >= 0 && lines[synced].EndsWith("<unfinished ...>", StringComparison.Ordinal))
        {
            // Interrupted in the trace by another thread's line: the call ends where the same thread resumes.
            var thread = lines[synced].Split(' ')[0];
            synced = Array.FindIndex(lines, synced + 1, line => line.StartsWith(thread + " ", StringComparison.Ordinal) && line.Contains("sync resumed>", StringComparison.Ordinal));
        }

        Assert.True(sent >= 0, "The answer is not in the trace.");
        Assert.InRange(synced, 0, sent - 1);
    }

    private static HubConnection HubOf(IdeProcess process) => new HubConnectionBuilder().WithUrl(
        new Uri(process.Address, "/hubs/documents"), options => options.AccessTokenProvider = () => Task.FromResult<string?>(IdeHost.OwnerToken)).Build();
}
