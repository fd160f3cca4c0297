using CodexCloudIde.Api;

namespace CodexCloudIde.Workspaces;

/// <summary>One entry of a tree.</summary>
/// <param name="Path">Relative, '/' separated, never beginning with '/'.</param>
/// <param name="Kind"><c>file</c>, <c>folder</c> or <c>link</c>.</param>
/// <param name="Size">Bytes; 0 for folders.</param>
/// <param name="ModifiedAt">UTC.</param>
public sealed record TreeEntry(string Path, string Kind, long Size, DateTimeOffset ModifiedAt);

/// <summary>
/// A workspace's files on disk. Every path is resolved beneath the root without following any link (openat2), because sandboxed
/// programs may plant them. Bytes only: what an open document holds is Documents' business.
/// </summary>
public sealed class WorkspaceFolder
{
    /// <summary>Absolute host path of a checkout's root, for the sandbox's mount only.</summary>
    public string RootOf(WorkspaceRef workspace) => throw new NotSupportedException($"{workspace}");

    /// <summary>The bytes, or null when it is no regular file. Above <paramref name="limit"/> bytes: a refusal 413.</summary>
    public Task<Outcome<byte[]>> ReadAsync(WorkspaceRef workspace, string path, long limit, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{workspace} {path} {limit} {cancellationToken}");

    /// <summary>Atomic replace, keeping the mode; makes parent folders; stored as the workspace's own uid.</summary>
    public Task<Refusal?> WriteAsync(WorkspaceRef workspace, string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{workspace} {path} {content.Length} {cancellationToken}");

    public Task<Refusal?> DeleteAsync(WorkspaceRef workspace, string path, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{workspace} {path} {cancellationToken}");

    public Task<Refusal?> MoveAsync(WorkspaceRef workspace, string from, string to, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{workspace} {from} {to} {cancellationToken}");

    /// <summary>Entries below <paramref name="path"/> ("" is the root), folders first, to <paramref name="depth"/> levels.</summary>
    public Task<Outcome<IReadOnlyList<TreeEntry>>> ListAsync(WorkspaceRef workspace, string path, int depth, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"{workspace} {path} {depth} {cancellationToken}");
}
