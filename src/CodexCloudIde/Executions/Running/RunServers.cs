namespace CodexCloudIde.Executions.Running;

/// <summary>
/// Which process a run is at, and whether that process still lives. In a cluster the members answer for each other, under whatever host name they were started; a
/// process alone has the machine to ask, and nobody elsewhere works on its data.
/// </summary>
internal sealed class RunServers(ILocalSiloDetails self, IClusterMembershipService membership, IConfiguration configuration)
{
    private readonly bool together = configuration["Ide:Redis"] is { Length: > 0 };

    /// <summary>This process, as <see cref="RunRow.Server"/> has it.</summary>
    public string Own => together ? self.SiloAddress.ToParsableString() : ServerProcess.Own;

    /// <summary>Whether others run things on the same data.</summary>
    public bool HasOthers => together;

    /// <summary>Where in the cluster; null when it is nowhere there.</summary>
    public SiloAddress? Find(string server) => together && SiloAddress.TryParse(server, out var address) && StateOf(address) == ServerState.Lives ? address : null;

    public ServerState StateOf(string server)
    {
        if (server == Own) return ServerState.Lives;
        if (together && SiloAddress.TryParse(server, out var address)) return StateOf(address);
        return ServerProcess.Lives(server) ? ServerState.Lives : ServerState.Gone;
    }

    private ServerState StateOf(SiloAddress address) => membership.CurrentSnapshot.GetSiloStatus(address) switch
    {
        SiloStatus.Dead => ServerState.Gone,
        SiloStatus.None => ServerState.Unknown,
        _ => ServerState.Lives,
    };
}

/// <summary>What is known of a process.</summary>
internal enum ServerState
{
    Lives,

    Gone,

    /// <summary>The cluster does not know it: forgotten long ago or, where the cluster's table was lost, not back in it yet.</summary>
    Unknown,
}
