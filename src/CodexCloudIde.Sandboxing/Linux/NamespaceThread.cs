using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;

namespace CodexCloudIde.Sandboxing.Linux;

/// <summary>
/// One thread that may visit other namespaces. It left the process's shared root and working directory once (unshare CLONE_FS), so
/// entering a sandbox's mount namespace changes nothing for the other threads; it always comes back before the next visit. When mounts must
/// be attached somewhere to be named, it takes a mount namespace of its own: nothing of it shows in the host's, what the host unmounts goes
/// there too, and however the process ends, all of it is gone with the thread.
/// </summary>
/// <remarks>
/// Whoever shares its root with another thread may not enter a mount namespace (setns(2): EINVAL), and a thread shares it with those that it starts. The
/// runtime starts threads from wherever it is (a worker of the pool, the JIT's own), so the sharing is ended again before each way.
/// </remarks>
internal sealed class NamespaceThread : IDisposable
{
    private const int CloneFs = 0x200;
    private const int MountKind = 0x20000;
    private const ulong SlaveRecursively = 0x80000 | 0x4000; // MS_SLAVE | MS_REC
    private const int NetworkKind = 0x40000000;

    private readonly BlockingCollection<Action> visits = [];
    private bool hasOwnMounts;

    public NamespaceThread()
    {
        new Thread(Serve) { IsBackground = true, Name = "sandbox namespaces" }.Start();
    }

    /// <summary>Runs <paramref name="visit"/> inside the mount namespace of a process that has not run foreign code yet.</summary>
    public Task InMountsOfAsync(int pid, Action visit) => VisitAsync(pid, "mnt", MountKind, visit);

    /// <summary>Runs <paramref name="visit"/> in the thread's own mount namespace, a copy of the host's.</summary>
    public Task InOwnMountsAsync(Action visit) => DoAsync(() =>
    {
        if (!hasOwnMounts)
        {
            if (Libc.Unshare(MountKind) != 0 || Libc.Mount("none", "/", null, SlaveRecursively, 0) != 0)
            {
                throw Libc.Failure("an own mount namespace");
            }

            hasOwnMounts = true;
        }

        visit();
    });

    /// <summary>Runs <paramref name="visit"/> inside the network namespace of a process; sockets that it makes stay there.</summary>
    public Task InNetworkOfAsync(int pid, Action visit) => VisitAsync(pid, "net", NetworkKind, visit);

    public void Dispose() => visits.CompleteAdding();

    private Task VisitAsync(int pid, string name, int kind, Action visit) => DoAsync(() => Visit(pid, name, kind, visit));

    private Task DoAsync(Action act)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            visits.Add(() =>
            {
                try
                {
                    act();
                    done.SetResult();
                }
                catch (Exception failure)
                {
                    // Whatever it is belongs to whoever asked, and the thread goes on for the others.
                    done.SetException(failure);
                }
            });
        }
        catch (InvalidOperationException)
        {
            return Task.FromException(new ObjectDisposedException(nameof(NamespaceThread)));
        }

        return done.Task;
    }

    private static void Visit(int pid, string name, int kind, Action visit)
    {
        using var home = Open($"/proc/thread-self/ns/{name}");
        using var there = Open($"/proc/{pid}/ns/{name}");
        LeaveSharedRoot();
        if (Libc.SetNamespace(there.Number(), kind) != 0)
        {
            throw Libc.Failure($"setns {name}");
        }

        try
        {
            visit();
        }
        finally
        {
            LeaveSharedRoot();
            if (Libc.SetNamespace(home.Number(), kind) != 0)
            {
                Environment.FailFast("A thread could not leave a sandbox's namespace.");
            }
        }
    }

    private static SafeFileHandle Open(string path) => Libc.Owned(Libc.Open(path, Libc.OpenReadOnly | Libc.OpenCloseOnExec, 0), path);

    private static void LeaveSharedRoot()
    {
        if (Libc.Unshare(CloneFs) != 0)
        {
            Environment.FailFast("unshare(CLONE_FS) is not possible here.");
        }
    }

    private void Serve()
    {
        LeaveSharedRoot();
        foreach (var visit in visits.GetConsumingEnumerable())
        {
            visit();
        }

        visits.Dispose();
    }
}
