using System.Diagnostics;
using System.Net.Http.Headers;

namespace CodexCloudIde.Tests.Hosting;

/// <summary>The real product as a process of its own, which can be killed with -9 and started again on the same data directory and address.</summary>
public sealed class IdeProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly List<string> output = [];

    private IdeProcess(Process process) => this.process = process;

    public Uri Address { get; private set; } = null!;

    public int Id => process.Id;

    /// <summary>With the first owner's bearer token, see <see cref="IdeHost.OwnerToken"/>.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>What it has written so far.</summary>
    public string Output
    {
        get
        {
            lock (output) return string.Join('\n', output);
        }
    }

    /// <summary>Starts on a data directory; with <paramref name="urls"/> on that address, else on a free port. Returns when it listens.</summary>
    public static async Task<IdeProcess> StartAsync(string data, string? urls = null, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = IdeHost.ContentRoot(),
            Environment = { ["ASPNETCORE_ENVIRONMENT"] = "Development", ["DOTNET_ENVIRONMENT"] = "Development" },
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "CodexCloudIde.dll"));
        foreach (var argument in IdeHost.Arguments(data, ["--Logging:LogLevel:Microsoft.Hosting.Lifetime=Information", .. arguments])) start.ArgumentList.Add(argument);
        if (urls is not null) start.ArgumentList.Add($"--urls={urls}");

        var listening = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var started = new IdeProcess(new Process { StartInfo = start, EnableRaisingEvents = true });
        started.process.OutputDataReceived += (_, line) => Take(line.Data);
        started.process.ErrorDataReceived += (_, line) => Take(line.Data);
        started.process.Exited += (_, _) => listening.TrySetException(new InvalidOperationException($"It ended at once:\n{started.Output}"));
        started.process.Start();
        started.process.BeginOutputReadLine();
        started.process.BeginErrorReadLine();
        started.Address = new Uri(await listening.Task.WaitAsync(TimeSpan.FromMinutes(5)));
        started.Client = new HttpClient { BaseAddress = started.Address };
        started.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", IdeHost.OwnerToken);
        return started;

        void Take(string? line)
        {
            if (line is null) return;
            lock (started.output) started.output.Add(line);
            const string mark = "Now listening on: ";
            var at = line.IndexOf(mark, StringComparison.Ordinal);
            if (at >= 0) listening.TrySetResult(line[(at + mark.Length)..].Trim());
        }
    }

    /// <summary>Completes with the exit code when it ends by itself or is killed.</summary>
    public async Task<int> EndedAsync(CancellationToken cancellationToken)
    {
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode;
    }

    /// <summary>Sends a signal such as <c>STOP</c>, <c>CONT</c> or <c>TERM</c>.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>kill -9; returns when it is gone.</summary>
    public async Task KillAsync()
    {
        if (!process.HasExited) process.Kill();
        await process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Client?.Dispose();
        process.Dispose();
    }
}
