using System.Diagnostics;
using System.Text.RegularExpressions;
using CodexCloudIde.Tests.Hosting;

namespace CodexCloudIde.EndToEnd;

/// <summary>The product as a visitor starts it: <c>infra/run.sh</c>, which installs what is missing, builds, and stays in the foreground.</summary>
internal sealed partial class InstalledIde : IAsyncDisposable
{
    /// <summary>The first build on a slow machine takes minutes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    private readonly Process process;
    private readonly List<string> output = [];

    private InstalledIde(Process process, Uri address) => (this.process, Address) = (process, address);

    public Uri Address { get; }

    /// <summary>What it has printed so far.</summary>
    public string Output
    {
        get
        {
            lock (output) return string.Join('\n', output);
        }
    }

    /// <summary>The one-time link that it prints when there is no account yet.</summary>
    public string SetUpLink => Link().Match(Output).Value;

    /// <summary>Returns when it answers.</summary>
    public static async Task<InstalledIde> StartAsync(string data, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var root = Path.GetFullPath(Path.Combine(IdeHost.ContentRoot(), "../.."));
        var address = new Uri($"http://127.0.0.1:{FreePorts.Take()}");
        var start = new ProcessStartInfo("bash", [Path.Combine(root, "infra/run.sh"), "--urls", address.GetLeftPart(UriPartial.Authority), "--data", data, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["ASPNETCORE_ENVIRONMENT"] = "Production", ["DOTNET_ENVIRONMENT"] = "Production" },
        };
        var started = new InstalledIde(new Process { StartInfo = start, EnableRaisingEvents = true }, address);
        started.process.OutputDataReceived += (_, line) => started.Take(line.Data);
        started.process.ErrorDataReceived += (_, line) => started.Take(line.Data);
        started.process.Start();
        started.process.BeginOutputReadLine();
        started.process.BeginErrorReadLine();
        await started.ReadyAsync(cancellationToken);
        return started;
    }

    /// <summary>Ctrl+C; its exit code.</summary>
    public async Task<int> InterruptAsync(CancellationToken cancellationToken)
    {
        using var kill = Process.Start("kill", ["-INT", $"{process.Id}"]);
        await kill.WaitForExitAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private async Task ReadyAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = Address };
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(Patience);
        while (true)
        {
            Assert.False(process.HasExited, Output);
            try
            {
                if ((await http.GetAsync(new Uri("readyz", UriKind.Relative), late.Token)).IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), late.Token);
        }
    }

    private void Take(string? line)
    {
        if (line is null) return;
        lock (output) output.Add(line);
    }

    [GeneratedRegex(@"http\S+/set-up\?code=\S+")]
    private static partial Regex Link();
}
