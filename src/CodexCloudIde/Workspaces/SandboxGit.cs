using System.Globalization;
using System.Text;
using CodexCloudIde.Api;
using CodexCloudIde.Sandboxing;
using CodexCloudIde.Sandboxing.Egress;
using Microsoft.Extensions.Options;

namespace CodexCloudIde.Workspaces;

/// <summary>What to clone.</summary>
/// <param name="Url">An https URL, or the absolute path of a local repository that the caller has already found to lie below <c>Ide:Git:LocalRoots</c>.</param>
/// <param name="Reference">Branch or tag; null is the remote's default.</param>
/// <param name="Credential">Token for https; given to this one git process, never stored in the clone.</param>
public sealed record GitSource(string Url, string? Reference = null, string? Credential = null);

/// <summary>What git printed.</summary>
public sealed record GitAnswer(int ExitCode, string Output, string Error);

/// <summary>Runs git inside a sandbox: a repository's configuration is executable, so git never runs on the host.</summary>
public sealed class SandboxGit(ISandboxRuntime runtime, EgressResolver resolver, IOptions<GitOptions> options)
{
    private const int LongestMessage = 400;

    /// <summary>Where the folder of <see cref="GitOptions.CertificateAuthorities"/> lies inside.</summary>
    private const string TrustPoint = SandboxPaths.Trust;

    /// <summary>git at once in this process, and over one folder: reading a repository may run what its configuration names.</summary>
    private readonly FairTurns<string> turns = new(8, 2);

    private static readonly SandboxLimits CloneLimits =
        new(CpuSeconds: 600, WallSeconds: 900, IdleSeconds: 120, Cpus: 1, MemoryMb: 2048, Processes: 64, DiskMb: 64, Files: 10_000, OutputKb: 4096);

    private static readonly SandboxLimits RunLimits =
        new(CpuSeconds: 60, WallSeconds: 120, IdleSeconds: 60, Cpus: 1, MemoryMb: 1024, Processes: 64, DiskMb: 64, Files: 10_000, OutputKb: 16_384);

    /// <summary>
    /// Clones into a fresh, empty host directory that exists and belongs to uid and gid 1000 (what sandboxed programs run as). Private, loopback
    /// and link-local addresses, other schemes and credentials inside the URL are refused; nothing is left in the directory by a refusal.
    /// </summary>
    /// <returns>Null when cloned; otherwise 422 <c>git-refused</c>, <c>git-failed</c>, or 503 <c>no-sandbox-runtime</c>.</returns>
    public async Task<Refusal?> CloneAsync(GitSource source, string targetDirectory, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.Reference is { } reference && (reference.Length is 0 or > 250 || reference[0] == '-' || reference.Any(char.IsControl)))
        {
            return Refused("The branch or tag has no valid name.");
        }

        var specification = new SandboxSpecification(targetDirectory, WorkspaceMode.ReadWrite, CloneLimits);
        var from = SandboxPaths.Source;
        if (source.Url.StartsWith('/'))
        {
            const UnixFileMode Readable = UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
            if (Directory.Exists(source.Url) && (File.GetUnixFileMode(source.Url) & Readable) != Readable)
            {
                return Refused("The local repository cannot be read by a sandbox's account: make it readable (chmod -R o+rX) and try again.");
            }

            specification = specification with { Mounts = [new SandboxMount(source.Url, SandboxPaths.Source)] };
        }
        else
        {
            if (!Uri.TryCreate(source.Url, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttps || url.UserInfo.Length > 0 || url.Host.Length == 0)
            {
                return Refused("Only https URLs without a name or password inside can be cloned.");
            }

            var (rule, why) = await resolver.ResolveAsync(url.IdnHost, url.Port, cancellationToken);
            if (rule is null)
            {
                return Refused(why ?? "The host cannot be reached.");
            }

            from = url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
            specification = specification with { Egress = rule with { Patience = options.Value.Patience } };
            if (options.Value.CertificateAuthorities is { Length: > 0 } authorities)
            {
                if (!File.Exists(authorities))
                {
                    return Refused("The server's own certificate authorities (Ide:Git:CertificateAuthorities) are not there; tell an operator.");
                }

                specification = specification with { Mounts = [new SandboxMount(Path.GetDirectoryName(Path.GetFullPath(authorities))!, TrustPoint)] };
            }
        }

        return await RunCloneAsync(specification, from, source, cancellationToken);
    }

    /// <summary>Runs git with these arguments at the root of a checkout, read-write; for status, log, diff, commit. No network.</summary>
    public async Task<Outcome<GitAnswer>> RunAsync(string directory, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (await UnusableAsync(cancellationToken) is { } unusable)
        {
            return unusable;
        }

        // A repository's own hooks and helpers run as what they are: sandboxed, without network; but not for a mere look at it.
        string[] command = ["git", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "--no-pager", .. arguments];
        return await RunAsync(new SandboxSpecification(directory, WorkspaceMode.ReadWrite, RunLimits), command, new Dictionary<string, string>(), cancellationToken);
    }

    private async Task<Refusal?> RunCloneAsync(SandboxSpecification specification, string from, GitSource source, CancellationToken cancellationToken)
    {
        if (await UnusableAsync(cancellationToken) is { } unusable)
        {
            return unusable;
        }

        // A failed clone leaves nothing; a local one keeps no remote, whose path means nothing later.
        const string Script = """
            git -c core.hooksPath=/dev/null clone --quiet --no-hardlinks --template= ${REFERENCE:+--branch "$REFERENCE"} -- "$FROM" . && { [ "$KEEP" = 1 ] || git remote remove origin; } && exit 0
            find . -mindepth 1 -delete; exit 1
            """;
        var environment = new Dictionary<string, string>
        {
            ["FROM"] = from, ["REFERENCE"] = source.Reference ?? "", ["KEEP"] = specification.Egress is null ? "0" : "1",
        };
        if (specification.Egress is not null)
        {
            environment["https_proxy"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{EgressRule.ProxyPort}");
            environment["GIT_HTTP_LOW_SPEED_LIMIT"] = "1";
            environment["GIT_HTTP_LOW_SPEED_TIME"] = ((int)Math.Ceiling(options.Value.Patience.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            if (options.Value.CertificateAuthorities is { Length: > 0 } authorities)
            {
                environment["GIT_SSL_CAINFO"] = $"{TrustPoint}/{Path.GetFileName(authorities)}";
            }

            if (source.Credential is { Length: > 0 } token)
            {
                environment["GIT_CONFIG_COUNT"] = "1";
                environment["GIT_CONFIG_KEY_0"] = "http.extraHeader";
                environment["GIT_CONFIG_VALUE_0"] = "Authorization: Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"x-access-token:{token}"));
            }
        }

        var answer = await RunAsync(specification, ["/bin/sh", "-c", Script], environment, cancellationToken);
        return answer.Refusal ?? (answer.Value is { ExitCode: 0 } ? null : new Refusal(422, "git-failed", $"git could not clone this: {Said(answer.Value!.Error)}", "source.git.url"));
    }

    private async Task<Outcome<GitAnswer>> RunAsync(
        SandboxSpecification specification, IReadOnlyList<string> command, Dictionary<string, string> environment, CancellationToken cancellationToken)
    {
        environment["GIT_TERMINAL_PROMPT"] = "0";
        environment["GIT_OPTIONAL_LOCKS"] = "0";
        environment["GIT_LFS_SKIP_SMUDGE"] = "1";
        var output = new Capture();
        try
        {
            using var turn = await turns.TakeAsync(specification.WorkspacePath, cancellationToken);
            var sandbox = await runtime.CreateAsync(specification, cancellationToken);
            await using var created = sandbox.ConfigureAwait(false);
            var result = await sandbox.RunAsync(new SandboxCommand(command) { Environment = environment }, output, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            return result.ExitCode is { } exitCode
                ? new GitAnswer(exitCode, output.Stdout, output.Stderr)
                : new Refusal(422, "git-failed", $"git was ended: it used more than its limit on {result.Cause.ToString().ToLowerInvariant()}.");
        }
        catch (SandboxException)
        {
            return new Refusal(422, "git-failed", "git could not be started over this repository; is the folder still there?");
        }
    }

    private async Task<Refusal?> UnusableAsync(CancellationToken cancellationToken)
    {
        var probe = await runtime.ProbeAsync(cancellationToken);
        return probe.Usable ? null : new Refusal(503, "no-sandbox-runtime", $"git runs in a sandbox only, and none works here. {string.Join(' ', probe.Missing)}");
    }

    private static Refusal Refused(string detail) => new(422, "git-refused", detail, "source.git.url");

    /// <summary>The last line that git printed, as harmless text.</summary>
    private static string Said(string error)
    {
        var line = error.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault(text => text.StartsWith("fatal", StringComparison.Ordinal)) ?? error.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "it said nothing.";
        var plain = string.Concat(line.Where(c => !char.IsControl(c)));
        if (plain.Contains("response 504", StringComparison.Ordinal) || plain.Contains("code 504", StringComparison.Ordinal) || plain.Contains("too slow", StringComparison.Ordinal))
        {
            return "the host does not answer.";
        }

        if (plain.Contains("response 502", StringComparison.Ordinal) || plain.Contains("code 502", StringComparison.Ordinal))
        {
            return "the host refuses the connection or cannot be reached.";
        }

        // A handshake that the gate ended for silence; libraries differ in their words.
        string[] cut = ["gnutls_handshake() failed", "SSL_connect", "TLS connect error", "unexpected eof", "Connection reset", "Recv failure"];
        if (Array.Exists(cut, words => plain.Contains(words, StringComparison.OrdinalIgnoreCase)))
        {
            return "the host does not answer over https.";
        }

        return plain.Length <= LongestMessage ? plain : plain[..LongestMessage];
    }

    private sealed class Capture : ISandboxObserver
    {
        private readonly MemoryStream stdout = new();
        private readonly MemoryStream stderr = new();

        public string Stdout => Encoding.UTF8.GetString(stdout.ToArray());

        public string Stderr => Encoding.UTF8.GetString(stderr.ToArray());

        public void Wrote(OutputStream stream, ReadOnlySpan<byte> bytes) => (stream == OutputStream.Stdout ? stdout : stderr).Write(bytes);

        public void Used(SandboxUsage usage)
        {
        }

        public void Labelled(SandboxLabel label)
        {
        }
    }
}
