using System.Diagnostics;
using StackExchange.Redis;

namespace CodexCloudIde.Tests.Hosting;

/// <summary>A real redis-server of one test on a free loopback port, without persistence.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private const int MostAttempts = 100;

    private readonly TempFolder folder = new();
    private readonly int port;
    private Process process;

    private RedisServer(int port)
    {
        this.port = port;
        process = Run();
    }

    /// <summary>What goes into <c>Ide:Redis</c>.</summary>
    public string Configuration => $"127.0.0.1:{port}";

    /// <summary>Returns when it answers.</summary>
    public static async Task<RedisServer> StartAsync()
    {
        var server = new RedisServer(FreePorts.Take());
        await server.AnswersAsync();
        return server;
    }

    public async Task StopAsync()
    {
        if (!process.HasExited) process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    /// <summary>On the same address, with nothing of what it held.</summary>
    public async Task StartAgainAsync()
    {
        process = Run();
        await AnswersAsync();
    }

    /// <summary>How many processes the cluster's membership table holds for dead.</summary>
    public Task<int> DeadAsync() => CountAsync("Dead", 6);

    /// <summary>How many it holds for alive.</summary>
    public Task<int> AliveAsync() => CountAsync("Active", 3);

    /// <summary>How many connections listen to a channel.</summary>
    public async Task<long> SubscribersAsync(string channel)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(Configuration);
        return await connection.GetServer(Configuration).SubscriptionSubscriberCountAsync(RedisChannel.Literal(channel));
    }

    private async Task<int> CountAsync(string status, int number)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(Configuration);
        var rows = await connection.GetDatabase().HashGetAllAsync("codex-cloud-ide/members/codex-cloud-ide");
        return rows.Count(row => row.Value.ToString().Contains($"\"Status\":\"{status}\"", StringComparison.Ordinal) || row.Value.ToString().Contains($"\"Status\":{number}", StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        folder.Dispose();
    }

    /// <summary>
    /// Waits for it to listen. Whoever kept asking for a port that nobody listened at may have got a connection to itself, which holds the port for a
    /// moment: a server that could not have it ends, and is started again.
    /// </summary>
    private async Task AnswersAsync()
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = await ConnectionMultiplexer.ConnectAsync($"{Configuration},connectRetry=10,connectTimeout=500");
                await connection.GetDatabase().PingAsync();
                return;
            }
            catch (RedisConnectionException) when (attempt < MostAttempts)
            {
                if (process.HasExited)
                {
                    process.Dispose();
                    process = Run();
                }
            }
        }
    }

    private Process Run() => Process.Start(new ProcessStartInfo("redis-server")
    {
        ArgumentList = { "--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder.Path, "--logfile", folder.Of("redis.log") },
    })!;
}
