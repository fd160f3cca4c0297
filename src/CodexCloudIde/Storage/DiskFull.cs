using CodexCloudIde.Api;
using Microsoft.Data.Sqlite;

namespace CodexCloudIde.Storage;

/// <summary>Is a full disk behind this failure, however deep? Then what was asked is refused with words that help, and works again once there is room.</summary>
internal static class DiskFull
{
    private const int NoSpace = 28;
    private const int OverQuota = 122;
    private const int SqliteFull = 13;

    /// <summary>SQLITE_IOERR_WRITE, _FSYNC, _TRUNCATE, _SHMSIZE, _SHMMAP: what a file that cannot grow says besides SQLITE_FULL.</summary>
    private static readonly HashSet<int> CannotGrow = [778, 1034, 1546, 4874, 5386];

    public static Refusal Refusal { get; } =
        new(507, "disk-full", "The server's disk is full, so nothing was changed. Delete what is not needed or ask the operator for space, then try again.");

    public static bool Is(Exception? failure)
    {
        for (; failure is not null; failure = failure.InnerException)
        {
            if (failure is SqliteException { SqliteErrorCode: SqliteFull }) return true;
            if (failure is SqliteException sqlite && CannotGrow.Contains(sqlite.SqliteExtendedErrorCode)) return true;
            if (failure is IOException { HResult: NoSpace or OverQuota }) return true;
        }

        return false;
    }
}
