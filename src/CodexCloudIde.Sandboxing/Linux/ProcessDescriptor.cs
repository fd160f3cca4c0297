using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace CodexCloudIde.Sandboxing.Linux;

/// <summary>A process by descriptor: never another one that got the same number. We are its parent (subreaper) and reap it.</summary>
internal sealed class ProcessDescriptor : IDisposable
{
    private const long PidfdSendSignal = 424;
    private const long PidfdOpen = 434;
    private const int KillSignal = 9;
    private const int KindPidfd = 3;
    private const int WaitExited = 4;
    private const int WaitNot = 1;
    private const int SetChildSubreaper = 36;

    private readonly SafeFileHandle handle;
    private readonly Lazy<Task<int>> exited;

    private ProcessDescriptor(SafeFileHandle handle, int pid)
    {
        this.handle = handle;
        Pid = pid;
        exited = new(() => Task.Factory.StartNew(WaitForEnd, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
    }

    public int Pid { get; }

    /// <summary>The exit code; 128 + signal when a signal ended it. Completes after every process of its namespace is gone.</summary>
    public Task<int> Exited => exited.Value;

    /// <summary>Asked of the kernel now: <see cref="Exited"/> follows when its thread gets its turn.</summary>
    public unsafe bool HasEnded
    {
        get
        {
            var poll = new Libc.PollDescriptor { Descriptor = handle.Number(), Events = 1 };
            return Libc.Poll(&poll, 1, 0) > 0;
        }
    }

    /// <summary>Makes this process the parent of what runc leaves behind.</summary>
    public static void BecomeSubreaper()
    {
        if (Libc.ProcessControl(SetChildSubreaper, 1, 0, 0, 0) != 0)
        {
            throw Libc.Failure("prctl subreaper");
        }
    }

    /// <summary>A child of ours.</summary>
    public static ProcessDescriptor Open(int pid)
    {
        var opened = new ProcessDescriptor(Libc.Owned(Libc.Syscall(PidfdOpen, pid, 0, 0, 0, 0), "pidfd_open"), pid);
        // Waited for from the beginning: whoever looks whether it has ended gets an answer.
        _ = opened.Exited;
        return opened;
    }

    /// <summary>Any process (a member of a control group that nobody else owns); null when it is gone.</summary>
    public static ProcessDescriptor? TryOpen(int pid)
    {
        var descriptor = Libc.Syscall(PidfdOpen, pid, 0, 0, 0, 0);
        return descriptor < 0 ? null : new(new SafeFileHandle((nint)descriptor, ownsHandle: true), pid);
    }

    /// <summary>Ends it and everything in its process namespace.</summary>
    public void Kill()
    {
        if (!handle.IsClosed)
        {
            _ = Libc.Syscall(PidfdSendSignal, handle.Number(), KillSignal, 0, 0, 0);
        }
    }

    /// <summary>If it is a child of ours that has ended and nobody waits for it, the kernel may forget it now.</summary>
    public unsafe void Reap()
    {
        var info = stackalloc byte[128];
        _ = Libc.WaitId(KindPidfd, handle.Number(), info, WaitExited | WaitNot);
    }

    /// <summary>
    /// Reaps what a program that has ended left behind dead: helpers of a session that it led, which became ours with its end (crun leaves two).
    /// </summary>
    public static unsafe void ReapSession(int leader)
    {
        const int KindPid = 1;
        const int Now = 1;
        var info = stackalloc byte[128];
        foreach (var pid in ChildrenOf(Environment.ProcessId))
        {
            if (pid != leader && SessionOfDead(pid) == leader)
            {
                _ = Libc.WaitId(KindPid, pid, info, WaitExited | Now);
            }
        }
    }

    public void Dispose() => handle.Dispose();

    private static int[] ChildrenOf(int pid)
    {
        try
        {
            var text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/task/{pid}/children"));
            return [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(word => int.Parse(word, CultureInfo.InvariantCulture))];
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>0 for what lives or is gone.</summary>
    private static int SessionOfDead(int pid)
    {
        try
        {
            // "pid (name) state parent group session …"; the name may hold anything.
            var text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
            var words = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return words[0] == "Z" ? int.Parse(words[3], CultureInfo.InvariantCulture) : 0;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private unsafe int WaitForEnd()
    {
        var info = stackalloc byte[128];
        while (Libc.WaitId(KindPidfd, handle.Number(), info, WaitExited) != 0)
        {
            const int Interrupted = 4;
            const int NoChild = 10;
            switch (System.Runtime.InteropServices.Marshal.GetLastPInvokeError())
            {
                case Interrupted:
                    break;
                case NoChild:
                    // Somebody else in this process reaped it (a parent that ignores SIGCHLD makes .NET do so): it is gone, its code unknown.
                    return 128 + KillSignal;
                default:
                    throw Libc.Failure("waitid");
            }
        }

        // siginfo_t: si_code at 8 (1 = exited by itself), si_status at 24.
        var code = *(int*)(info + 8);
        var status = *(int*)(info + 24);
        return code == 1 ? status : 128 + status;
    }
}
