using CodexCloudIde.Api;

namespace CodexCloudIde.Workspaces;

/// <summary>What to clone.</summary>
/// <param name="Url">An https URL, or the absolute path of a local repository that the caller has already found to lie below <c>Ide:Git:LocalRoots</c>.</param>
/// <param name="Reference">Branch or tag; null is the remote's default.</param>
/// <param name="Credential">Token for https, held by the egress outside the sandbox; null for none.</param>
public sealed record GitSource(string Url, string? Reference = null, string? Credential = null);

/// <summary>Runs git inside a sandbox: a repository's configuration is executable, so git never runs on the host.</summary>
public sealed class SandboxGit
{
    /// <summary>
    /// Clones into a fresh, empty host directory that exists and belongs to uid and gid 1000 (what sandboxed programs run as). Private, loopback
    /// and link-local addresses, other schemes and credentials inside the URL are refused; nothing is left in the directory by a refusal.
    /// </summary>
    /// <returns>Null when cloned; otherwise 422 <c>git-refused</c>, <c>git-failed</c>, or 503 <c>no-sandbox-runtime</c>.</returns>
    public Task<Refusal?> CloneAsync(GitSource source, string targetDirectory, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{source.Url} {targetDirectory} {cancellationToken}");

    /// <summary>Runs git with these arguments at the root of a checkout, read-write; for status, log, diff, commit. No network.</summary>
    public Task<Outcome<GitAnswer>> RunAsync(string directory, IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{directory} {arguments.Count} {cancellationToken}");
}

/// <summary>What git printed.</summary>
public sealed record GitAnswer(int ExitCode, string Output, string Error);
