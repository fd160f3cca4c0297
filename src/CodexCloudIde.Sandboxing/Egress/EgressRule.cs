using System.Net;

namespace CodexCloudIde.Sandboxing.Egress;

/// <summary>The one place that a sandbox may reach: a name, its port, and the address that the name had when it was looked up and checked.</summary>
public sealed record EgressRule(string Host, int Port, IPAddress Address)
{
    /// <summary>Bytes in both directions together; the connection ends there.</summary>
    public long MaximumBytes { get; init; } = 2L << 30;

    /// <summary>How long the host may take to accept a connection.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Where the proxy listens inside.</summary>
    public const int ProxyPort = 3128;
}
