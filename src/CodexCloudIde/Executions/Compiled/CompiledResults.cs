using System.Globalization;
using CodexCloudIde.Executions.Runtime;
using CodexCloudIde.Sandboxing;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Executions.Compiled;

/// <summary>
/// What compilers have made in earlier runs of a checkout, so that the next run compiles only what has changed since. It belongs to that checkout alone: whoever can put
/// something there can change the checkout's files as well.
/// </summary>
/// <remarks>
/// Theory of operation. A run sees the directory under a layer of its own; what it adds is brought in when it has ended, by itself and as a whole: only if no other run
/// uses the directory then, and if nobody has changed it since the run began. Otherwise it is thrown away, and the next run compiles that once more. Both are told by a file
/// beside the directory: runs hold a shared lock on it, whoever writes an exclusive one (flock, so it holds between processes too), and it contains the number of changes, or
/// nothing while a change is under way. A directory that a crash left half-changed is emptied.
/// </remarks>
internal sealed partial class CompiledResults(WorkspaceFolder folder, Sandboxes sandboxes, ILogger<CompiledResults> logger)
{
    /// <summary>Files in the root of a project whose compiler keeps what it made.</summary>
    private static readonly string[] Signs = ["go.mod", "go.work", "Cargo.toml"];

    /// <summary>File systems stamp with a clock that goes by steps, and lags behind by up to one.</summary>
    private static readonly TimeSpan ClockStep = TimeSpan.FromMilliseconds(10);

    /// <param name="builds">The run is known to compile; otherwise the root's files tell.</param>
    /// <returns>Null: there is nothing to keep, or nothing may be kept.</returns>
    public CompiledLease? Take(WorkspaceRef workspace, bool builds)
    {
        var root = folder.RootOf(workspace);
        if (sandboxes.Settings.CompiledMb == 0 || (!builds && !Array.Exists(Signs, sign => File.Exists(Path.Combine(root, sign))))) return null;
        var directory = folder.CompiledOf(workspace);
        try
        {
            if (!Directory.Exists(directory)) Empty(directory);
            if (ReadChanges(directory) is null)
            {
                using var changing = Lock(directory, exclusive: true);
                if (changing is not null) Restart(directory, changing);
            }

            return Lock(directory, exclusive: false) is { } held && ChangesOf(held) is { } changes ? new CompiledLease(this, directory, held, changes) : null;
        }
        catch (IOException failure)
        {
            LogUnusable(failure, workspace.Workspace);
            return null;
        }
    }

    internal async Task<bool> KeepAsync(CompiledLease lease, ISandbox sandbox, DateTimeOffset begun, CancellationToken cancellationToken)
    {
        try
        {
            using var changing = Lock(lease.Directory, exclusive: true);
            if (changing is null || ChangesOf(changing) != lease.Changes) return false;
            var room = ((long)sandboxes.Settings.CompiledMb << 20) - new DirectoryInfo(lease.Directory).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
            changing.SetLength(0);
            var kept = await sandbox.KeepCompiledAsync(begun - ClockStep, room, cancellationToken);
            // Full: begun anew rather than picked from, which no compiler expects.
            if (!kept) Empty(lease.Directory);
            Write(changing, lease.Changes + 1);
            return kept;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A full disk: the next run empties the directory.
            LogNotKept(failure, lease.Directory);
            return false;
        }
    }

    private static string LockOf(string directory) => directory + ".lock";

    private static long? ReadChanges(string directory)
    {
        using var held = Lock(directory, exclusive: false);
        return held is null ? -1 : ChangesOf(held);
    }

    /// <summary>Null: somebody else holds it in a way that excludes this.</summary>
    private static FileStream? Lock(string directory, bool exclusive)
    {
        try
        {
            return exclusive
                ? new FileStream(LockOf(directory), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None)
                : new FileStream(LockOf(directory), FileMode.Open, FileAccess.Read, FileShare.Read);
        }
        catch (FileNotFoundException)
        {
            using (new FileStream(LockOf(directory), FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite)) { }
            return Lock(directory, exclusive);
        }
        catch (IOException failure) when (failure is not (DirectoryNotFoundException or PathTooLongException))
        {
            return null;
        }
    }

    /// <summary>Null: a change was broken off, or there has been none.</summary>
    private static long? ChangesOf(FileStream held)
    {
        held.Position = 0;
        using var reader = new StreamReader(held, leaveOpen: true);
        return long.TryParse(reader.ReadToEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out var changes) ? changes : null;
    }

    private static void Restart(string directory, FileStream changing)
    {
        var changes = ChangesOf(changing) ?? Random.Shared.NextInt64(1L << 40);
        changing.SetLength(0);
        Empty(directory);
        Write(changing, changes + 1);
    }

    private static void Write(FileStream changing, long changes)
    {
        changing.SetLength(0);
        changing.Write(System.Text.Encoding.ASCII.GetBytes(changes.ToString(CultureInfo.InvariantCulture)));
        changing.Flush();
    }

    private static void Empty(string directory)
    {
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
        Directory.CreateDirectory(directory);
        SandboxUser.Own(directory);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "What workspace {Workspace} has compiled cannot be used")]
    private partial void LogUnusable(Exception failure, WorkspaceId workspace);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What a run compiled could not be kept in {Directory}")]
    private partial void LogNotKept(Exception failure, string directory);
}

/// <summary>A run's use of what earlier ones have compiled.</summary>
internal sealed class CompiledLease(CompiledResults results, string directory, FileStream held, long changes) : IDisposable
{
    public string Directory => directory;

    /// <summary>How often the directory had been changed when the run began.</summary>
    public long Changes => changes;

    /// <summary>The run's own is added, if nobody else is in the way.</summary>
    /// <param name="sandbox">Its command has ended.</param>
    /// <param name="begun">When the files were what the run has seen.</param>
    /// <param name="cancellationToken">Leaves the directory to be emptied.</param>
    public async Task<bool> KeepAsync(ISandbox sandbox, DateTimeOffset begun, CancellationToken cancellationToken)
    {
        await held.DisposeAsync();
        return await results.KeepAsync(this, sandbox, begun, cancellationToken);
    }

    public void Dispose() => held.Dispose();
}
