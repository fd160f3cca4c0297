using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace CodexCloudIde.Tests.Hosting;

/// <summary>
/// A real PostgreSQL server (Debian's) on a free loopback port, with a cluster in a temp folder, run by the user postgres because it refuses root.
/// The role <c>ide</c> owns the database <c>ide</c> and is no superuser, as in an installation.
/// </summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private readonly TempFolder folder = new();
    private readonly int port = FreePorts.Take();
    private Process? server;

    /// <summary>For <c>Ide:Database</c>.</summary>
    public string ConnectionString => $"Host=127.0.0.1;Port={port};Database=ide;Username=ide;Pooling=true;Maximum Pool Size=20";

    public async ValueTask InitializeAsync()
    {
        var bin = Directory.GetDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Select(version => Path.Combine(version, "bin")).Last();
        var cluster = folder.Of("cluster");
        await RunAsync("chown", "postgres", folder.Path);
        await RunAsync("runuser", "-u", "postgres", "--", Path.Combine(bin, "initdb"), "-D", cluster, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync", "--locale=C");
        var start = new ProcessStartInfo("runuser", ["-u", "postgres", "--", Path.Combine(bin, "postgres"), "-D", cluster, "-h", "127.0.0.1",
            "-p", port.ToString(CultureInfo.InvariantCulture), "-k", folder.Path])
        {
            RedirectStandardError = true, WorkingDirectory = "/",
        };
        server = Process.Start(start)!;
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is null) ready.TrySetException(new InvalidOperationException("PostgreSQL ended at once."));
            else if (line.Data.Contains("ready to accept connections", StringComparison.Ordinal)) ready.TrySetResult();
        };
        server.BeginErrorReadLine();
        await ready.Task.WaitAsync(TimeSpan.FromMinutes(1));
        await using var connection = new NpgsqlConnection($"Host=127.0.0.1;Port={port};Database=postgres;Username=postgres;Pooling=false");
        await connection.OpenAsync();
        foreach (var sql in (string[])["CREATE ROLE ide LOGIN", "CREATE DATABASE ide OWNER ide"])
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (server is { HasExited: false })
        {
            // "Immediate": the postmaster of this cluster ends its children and itself.
            var pid = (await File.ReadAllLinesAsync(folder.Of("cluster", "postmaster.pid")))[0];
            await RunAsync("kill", "-QUIT", pid);
            await server.WaitForExitAsync();
        }

        server?.Dispose();
        folder.Dispose();
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" })!;
        var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {arguments[^1]}: {said[0]}{said[1]}");
    }
}
