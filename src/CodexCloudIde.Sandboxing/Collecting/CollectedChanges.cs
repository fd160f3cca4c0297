namespace CodexCloudIde.Sandboxing;

/// <summary>Caps on what is brought out of a sandbox.</summary>
/// <param name="Files">Entries listed at most.</param>
/// <param name="Depth">Folders below the root.</param>
/// <param name="FileBytes">One file's content at most; a larger one is listed without content.</param>
/// <param name="TotalBytes">All contents together.</param>
/// <param name="Contents">Whether contents are read at all, or only the list is made.</param>
public sealed record CollectLimits(int Files = 2_000, int Depth = 64, long FileBytes = 32 << 20, long TotalBytes = 128 << 20, bool Contents = false);

public enum ChangeKind
{
    Added,
    Modified,
    Deleted,
}

/// <summary>One path of the workspace that a run left different.</summary>
/// <param name="Path">Relative, '/' separated.</param>
/// <param name="Content">The bytes, when asked for and within the caps.</param>
/// <param name="Executable">Whether its owner may execute it.</param>
public sealed record CollectedChange(string Path, ChangeKind Kind, long Size, byte[]? Content, bool Executable);

/// <summary>What a run left different.</summary>
/// <param name="Truncated">A cap struck: there is more.</param>
/// <param name="Skipped">Links, devices, pipes, sockets and unreadable names, left behind.</param>
public sealed record CollectedChanges(IReadOnlyList<CollectedChange> Changes, bool Truncated, int Skipped);
