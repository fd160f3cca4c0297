using System.Data.Common;

namespace CodexCloudIde.Executions.Running;

/// <summary>
/// Closes what a server that is gone left open: at the start, before anybody is served, and in a cluster again and again, because the others go on when one ends.
/// </summary>
internal sealed partial class DeadRuns(RunHistory history, RunServers servers, TimeProvider time, ILogger<DeadRuns> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>Looks in a row that do not know a process: longer than the living need to be back in a table that was lost.</summary>
    private const int MostUnknown = 3;

    private readonly Dictionary<string, int> unknown = new(StringComparer.Ordinal);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Migrations have run and the silo has joined: both are registered before.
        await LookAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!servers.HasOthers) return;
        using var timer = new PeriodicTimer(Pause, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await TryLookAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task TryLookAsync(CancellationToken cancellationToken)
    {
        try
        {
            await LookAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is DbException or IOException)
        {
            // The database is away for a moment: looked at again.
            LogNotLooked(failure);
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var open = await history.OpenServersAsync(cancellationToken);
        foreach (var known in unknown.Keys.Except(open).ToList()) unknown.Remove(known);
        foreach (var server in open.Where(IsGone))
        {
            var closed = await history.CloseAsync(server, cancellationToken);
            if (closed > 0) LogClosed(closed, server);
        }
    }

    private bool IsGone(string server)
    {
        var state = servers.StateOf(server);
        if (state != ServerState.Unknown)
        {
            unknown.Remove(server);
            return state == ServerState.Gone;
        }

        return (unknown[server] = unknown.GetValueOrDefault(server) + 1) > MostUnknown;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} runs of a server that is gone were closed: {Server}")]
    private partial void LogClosed(int count, string server);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Runs of servers that are gone could not be looked for; looked again")]
    private partial void LogNotLooked(Exception failure);
}
