using System.Net.Sockets;

namespace CodexCloudIde.Hosting;

/// <summary>
/// Before the silo joins: processes of the cluster that were killed still stand in the table as alive, and a newcomer that cannot reach one of them gives up
/// joining. Where the machine itself says that nobody listens at a member's port, that process is gone, and its row is corrected here.
/// </summary>
/// <remarks>A member that does not answer at all (a network that is cut) is not judged: the running members' probes do that.</remarks>
internal sealed partial class FallenMembers(IMembershipTable table, ILogger<FallenMembers> logger) : IHostedLifecycleService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private const int MostRows = 200;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await table.InitializeMembershipTableAsync(tryInitTableVersion: true, cancellationToken);
            var there = new HashSet<SiloAddress>();
            for (var row = 0; row < MostRows && await CorrectOneAsync(there, cancellationToken); row++)
            {
                // One at a time: each change makes the table a new version, by which the next one is written.
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Joining tells the trouble, if it is one.
            LogUnread(exception);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>False when there is nothing (more) to correct.</summary>
    private async Task<bool> CorrectOneAsync(HashSet<SiloAddress> there, CancellationToken cancellationToken)
    {
        var read = await table.ReadAllAsync(cancellationToken);
        foreach (var (member, etag) in read.Members.Where(row => row.Item1.Status is SiloStatus.Active or SiloStatus.ShuttingDown or SiloStatus.Stopping && !there.Contains(row.Item1.SiloAddress)))
        {
            if (!await IsGoneAsync(member.SiloAddress, cancellationToken))
            {
                there.Add(member.SiloAddress);
                continue;
            }

            member.Status = SiloStatus.Dead;
            if (await table.UpdateRowAsync(member, etag, read.Version.Next(), cancellationToken)) LogCorrected(member.SiloAddress.Endpoint.ToString());
            return true;
        }

        return false;
    }

    private static async Task<bool> IsGoneAsync(SiloAddress member, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        using var socket = new Socket(member.Endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(member.Endpoint, patience.Token);
            return false;
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return true;
        }
        catch (Exception silent) when (silent is SocketException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "A process of the cluster at {Endpoint} is gone; its row says so now")]
    private partial void LogCorrected(string endpoint);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The cluster's members could not be read before joining")]
    private partial void LogUnread(Exception exception);
}
