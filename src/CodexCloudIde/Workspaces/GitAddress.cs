using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using CodexCloudIde.Api;

namespace CodexCloudIde.Workspaces;

/// <summary>
/// What may be cloned, judged by its spelling: an https URL of a public host, or a local repository below one of the allowed folders. Names that resolve to private
/// addresses are refused where the connection is made, because only there the answer cannot change any more.
/// </summary>
internal static partial class GitAddress
{
    public static Outcome<GitSource> Check(GitSourceRequest request, IReadOnlyList<string> localRoots)
    {
        if (request.Ref is { } reference && !IsReference(reference))
        {
            return new Refusal(422, "git-refused", "This is no name of a branch or tag.", "source.git.ref");
        }

        var url = request.Url.Trim();
        if (url.Length is 0 or > 2000 || url.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)))
        {
            return Refused("The address is empty, too long, or has spaces or control characters in it.");
        }

        if (url.StartsWith('/') || url.StartsWith("file:///", StringComparison.Ordinal))
        {
            return Local(url.StartsWith('/') ? url : url["file://".Length..], localRoots) is { } path
                ? new GitSource(path, request.Ref, request.Credential)
                : Refused("Local repositories can be cloned only from the folders that the operator allows in Ide:Git:LocalRoots, and nothing is at this path below one.");
        }

        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttps)
        {
            return Refused("Only https addresses can be cloned, such as https://host/owner/repository.git.");
        }

        if (uri.UserInfo.Length > 0)
        {
            return Refused("Put user name and token into the field credential, not into the address.");
        }

        return IsPrivate(uri)
            ? Refused("This address is private, loopback or link-local; only public hosts can be cloned from.")
            : new GitSource(url, request.Ref, request.Credential);
    }

    /// <summary>A branch, tag or commit that cannot be taken for an option or a range.</summary>
    public static bool IsReference(string text) => text.Length <= 200 && Reference().IsMatch(text) && !text.Contains("..", StringComparison.Ordinal)
        && !text.Contains("//", StringComparison.Ordinal) && !text.EndsWith('/') && !text.EndsWith('.') && !text.EndsWith(".lock", StringComparison.Ordinal);

    /// <summary>Not on the public internet (IANA's special-purpose registries).</summary>
    public static bool IsPrivate(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            var b = address.GetAddressBytes();
            // Global unicast is 2000::/3; inside it 6to4, Teredo and documentation embed or stand for other addresses.
            return (b[0] & 0xe0) != 0x20 || (b[0] == 0x20 && b[1] == 0x02) || (b[0] == 0x20 && b[1] == 0x01 && b[2] is 0 or 0x0d);
        }

        var v = address.GetAddressBytes();
        return v[0] switch
        {
            0 or 10 or 127 or >= 224 => true,
            100 => v[1] is >= 64 and < 128,
            169 => v[1] == 254,
            172 => v[1] is >= 16 and < 32,
            192 => v[1] == 168 || (v[1] == 0 && v[2] is 0 or 2),
            198 => v[1] is 18 or 19 || (v[1] == 51 && v[2] == 100),
            203 => v[1] == 0 && v[2] == 113,
            _ => false,
        };
    }

    private static bool IsPrivate(Uri uri)
    {
        var host = uri.IdnHost.TrimEnd('.');
        // inet_aton's short, octal and hexadecimal spellings are recognised by Uri and come out as plain addresses.
        return IPAddress.TryParse(host.Trim('[', ']'), out var address)
            ? IsPrivate(address)
            : !host.Contains('.', StringComparison.Ordinal) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
                || host.EndsWith(".local", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".internal", StringComparison.OrdinalIgnoreCase);
    }

    private static string? Local(string path, IReadOnlyList<string> roots)
    {
        if (path.Contains('\0', StringComparison.Ordinal) || Real(path) is not { } real || !Directory.Exists(real))
        {
            return null;
        }

        return roots.Select(Real).Any(root => root is not null && (real == root || real.StartsWith(root.TrimEnd('/') + "/", StringComparison.Ordinal))) ? real : null;
    }

    /// <summary>The path with every link on the way followed: what counts is where it ends.</summary>
    private static string? Real(string path)
    {
        var resolved = "/";
        var pending = new Stack<string>(Path.GetFullPath(path).Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        for (var steps = 0; pending.TryPop(out var name); steps++)
        {
            if (name == "..")
            {
                resolved = Path.GetDirectoryName(resolved) ?? "/";
                continue;
            }

            var next = Path.Combine(resolved, name);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                resolved = next;
                continue;
            }

            if (steps > 200)
            {
                return null;
            }

            if (target.StartsWith('/'))
            {
                resolved = "/";
            }

            foreach (var part in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(s => s != ".").Reverse())
            {
                pending.Push(part);
            }
        }

        return resolved;
    }

    private static Refusal Refused(string why) => new(422, "git-refused", why, "source.git.url");

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_./+@#-]*\z")]
    private static partial Regex Reference();
}
