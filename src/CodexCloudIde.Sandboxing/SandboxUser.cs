using CodexCloudIde.Sandboxing.Linux;

namespace CodexCloudIde.Sandboxing;

/// <summary>
/// The one account inside every sandbox. Workspace files are stored on the host under these ids (not as root): the runtime maps
/// them into the sandbox's own range, so what is stored as 1000 is the user's own inside, and what the user makes is stored as 1000.
/// </summary>
public static class SandboxUser
{
    /// <summary>Owner of every file of a workspace on the host.</summary>
    public const uint UserId = 1000;

    /// <summary>Group of every file of a workspace on the host.</summary>
    public const uint GroupId = 1000;

    /// <summary>Gives a file or folder to this account.</summary>
    /// <exception cref="SandboxException">The host refused.</exception>
    public static void Own(string path)
    {
        if (Libc.ChangeOwnerAt(Libc.AtFdCwd, path, UserId, GroupId, 0) != 0) throw Libc.Failure("chown");
    }
}
