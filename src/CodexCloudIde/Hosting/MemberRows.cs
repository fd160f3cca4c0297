using System.Net;

namespace CodexCloudIde.Hosting;

/// <summary>
/// Redis may come back without what it held. The processes that run know each other still, but a newcomer would find an empty table and begin a cluster of its own
/// beside theirs: so whoever misses its own row writes the rows of all that it knows, and makes the table newer than what anybody has seen.
/// </summary>
/// <remarks>
/// A row that is missing from a table that went on is another matter: this process was dead to the others for long. It is not put back.
/// </remarks>
internal sealed partial class MemberRows(
    IMembershipTable table, IClusterMembershipService membership, ILocalSiloDetails self, TimeProvider time, ILogger<MemberRows> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await LookAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Makes the table if there is none; one that is there stays as it is.
            await table.InitializeMembershipTableAsync(tryInitTableVersion: true, cancellationToken);
            var known = membership.CurrentSnapshot;
            var read = await table.ReadAllAsync(cancellationToken);
            if (known.GetSiloStatus(self.SiloAddress) != SiloStatus.Active || read.Version.Version >= known.Version.Value || Has(read, self.SiloAddress)) return;
            await WriteAsync(known, cancellationToken);
            LogWritten(known.Version.Value);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Redis is away, or another process writes the same: looked at again.
            LogNotWritten(exception);
        }
    }

    private async Task WriteAsync(ClusterMembershipSnapshot known, CancellationToken cancellationToken)
    {
        foreach (var member in known.Members.Values.Where(member => member.Status == SiloStatus.Active))
        {
            var before = await table.ReadAllAsync(cancellationToken);
            if (!Has(before, member.SiloAddress)) await table.InsertRowAsync(RowOf(member), before.Version.Next(), cancellationToken);
        }

        // Each write counts one up. A table older than what a process has seen would be passed over by it.
        for (var read = await table.ReadAllAsync(cancellationToken); read.Version.Version <= known.Version.Value; read = await table.ReadAllAsync(cancellationToken))
        {
            if (read.TryGet(self.SiloAddress) is not { } own) return;
            await table.UpdateRowAsync(own.Item1, own.Item2, read.Version.Next(), cancellationToken);
        }
    }

    private static bool Has(MembershipTableData read, SiloAddress member) => read.TryGet(member) is not null;

    private MembershipEntry RowOf(ClusterMember member) => new()
    {
        SiloAddress = member.SiloAddress,
        SiloName = member.Name,
        Status = SiloStatus.Active,
        HostName = Dns.GetHostName(),
        RoleName = nameof(CodexCloudIde),
        StartTime = time.GetUtcNow().UtcDateTime,
        IAmAliveTime = time.GetUtcNow().UtcDateTime,
        SuspectTimes = [],
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "The cluster's table had been lost and was written again, newer than version {Version}")]
    private partial void LogWritten(long version);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The cluster's table cannot be read; looked at again")]
    private partial void LogNotWritten(Exception exception);
}
