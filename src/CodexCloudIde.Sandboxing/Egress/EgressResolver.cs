using System.Net;
using System.Net.Sockets;

namespace CodexCloudIde.Sandboxing.Egress;

/// <summary>Looks a name up once and refuses addresses that are not the public internet's, so that a later answer cannot differ.</summary>
public sealed class EgressResolver(Func<string, CancellationToken, Task<IPAddress[]>> lookUp, Func<IPAddress, bool> isPublic)
{
    private static readonly IPNetwork[] NotPublic =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
            "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        }.Select(text => IPNetwork.Parse(text)),
    ];

    /// <summary>The system's own resolver, public addresses only.</summary>
    public EgressResolver()
        : this(Dns.GetHostAddressesAsync, IsPublic)
    {
    }

    /// <summary>False for loopback, private, link-local, shared, documentation, multicast and translated ranges.</summary>
    public static bool IsPublic(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return !Array.Exists(NotPublic, network => network.BaseAddress.AddressFamily == plain.AddressFamily && network.Contains(plain));
    }

    /// <returns>The pinned rule, or in words why not.</returns>
    public async Task<(EgressRule? Rule, string? Refusal)> ResolveAsync(string host, int port, CancellationToken cancellationToken)
    {
        if (Uri.CheckHostName(host) is not (UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6) || host.EndsWith('.'))
        {
            return (null, "The host's name is not valid.");
        }

        IPAddress[] addresses;
        try
        {
            addresses = IPAddress.TryParse(host.Trim('[', ']'), out var literal) ? [literal] : await lookUp(host, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            return (null, "The host's name cannot be resolved.");
        }

        // One private address among several is enough to refuse: which one a client would take is not ours to say.
        return addresses.Length == 0 || !Array.TrueForAll(addresses, address => isPublic(address))
            ? (null, "The host's address is private, loopback or link-local, or it has none.")
            : (new EgressRule(host, port, addresses.OrderBy(address => address.AddressFamily == AddressFamily.InterNetworkV6).First()), null);
    }
}
