namespace CodexCloudIde.Storage;

/// <summary>
/// Held while a process migrates and makes the first owner, so that several that start at once on one data directory do it one after another.
/// The system lets go of it when the process ends, however it ends.
/// </summary>
internal static class StartLock
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static async Task<IAsyncDisposable> TakeAsync(DataDirectory data, TimeProvider time, CancellationToken cancellationToken)
    {
        var path = data.Of("start.lock");
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException exception) when (IsHeld(exception))
            {
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    // EAGAIN of flock; anything else (a full or read-only disk) is a failure to be told.
    private static bool IsHeld(IOException exception) => exception.GetType() == typeof(IOException) && (exception.HResult & 0xFFFF) == 11;
}
