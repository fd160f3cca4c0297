using System.Text.Json.Nodes;

namespace CodexCloudIde.Sandboxing.Oci;

/// <summary>
/// What a sandboxed program may ask of the kernel: everything not named here answers EPERM, another architecture's calls kill.
/// Left out on purpose: namespaces, mounts, tracing, keys, bpf, perf, userfaultfd, io_uring, modules, clocks, handles to files.
/// </summary>
internal static class SeccompProfile
{
    private const int NotImplemented = 38;
    private const int NotPermitted = 1;
    private const long NewNamespaces = 0x7E020080; // CLONE_NEWNS|NEWCGROUP|NEWUTS|NEWIPC|NEWUSER|NEWPID|NEWNET|NEWTIME

    private static readonly string[] Allowed =
    [
        .. Words("""
            accept accept4 access alarm arch_prctl brk capget capset chdir chmod chown clock_getres clock_getres_time64
            clock_gettime clock_gettime64 clock_nanosleep clock_nanosleep_time64 close close_range copy_file_range creat dup dup2 dup3
            epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old eventfd eventfd2
            execve execveat exit exit_group faccessat faccessat2 fadvise64 fadvise64_64 fallocate fchdir fchmod fchmodat fchmodat2 fchown
            fchownat fcntl fcntl64 fdatasync fgetxattr flistxattr flock fork fremovexattr fsetxattr fstat fstat64 fstatat64
            fstatfs fstatfs64 fsync ftruncate ftruncate64 futex futex_time64 futex_waitv futimesat get_robust_list get_thread_area
            getcpu getcwd getdents getdents64 getegid geteuid getgid getgroups getitimer getpeername getpgid getpgrp
            getpid getppid getpriority getrandom getresgid getresuid getrlimit getrusage getsid getsockname getsockopt gettid
            gettimeofday getuid getxattr inotify_add_watch inotify_init inotify_init1 inotify_rm_watch io_cancel
            io_destroy io_getevents io_pgetevents io_setup io_submit ioctl ioprio_get ioprio_set ipc kill landlock_add_rule
            landlock_create_ruleset landlock_restrict_self lchown lgetxattr link linkat listen listxattr llistxattr _llseek
            lremovexattr lseek lsetxattr lstat lstat64 madvise membarrier memfd_create mincore mkdir mkdirat mknod mknodat
            mlock mlock2 mlockall mmap mmap2 mprotect mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedsend mq_unlink
            mremap msgctl msgget msgrcv msgsnd msync munlock munlockall munmap name_to_handle_at nanosleep newfstatat _newselect open openat
            openat2 pause pidfd_open pidfd_send_signal pipe pipe2 pkey_alloc pkey_free pkey_mprotect poll ppoll ppoll_time64 prctl pread64
            preadv preadv2 prlimit64 process_mrelease pselect6 pselect6_time64 pwrite64 pwritev pwritev2 read readahead readlink readlinkat readv
            recv recvfrom recvmmsg recvmmsg_time64 recvmsg remap_file_pages removexattr rename renameat renameat2 restart_syscall
            rmdir rseq rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait
            rt_sigtimedwait_time64 rt_tgsigqueueinfo sched_getaffinity sched_getattr sched_getparam sched_get_priority_max
            sched_get_priority_min sched_getscheduler sched_rr_get_interval sched_setaffinity sched_setattr sched_setparam
            sched_setscheduler sched_yield seccomp select semctl semget semop semtimedop send sendfile sendfile64 sendmmsg sendmsg
            sendto setfsgid setfsuid setgid setgroups setitimer setpgid setpriority setregid setresgid setresuid setreuid setrlimit
            set_robust_list setsid setsockopt set_thread_area set_tid_address setuid setxattr shmat shmctl shmdt shmget
            shutdown sigaltstack signalfd signalfd4 sigreturn socketcall socketpair splice stat stat64 statfs
            statfs64 statx symlink symlinkat sync sync_file_range syncfs sysinfo tee tgkill time timer_create timer_delete
            timer_getoverrun timer_gettime timer_settime timerfd_create timerfd_gettime timerfd_settime times tkill truncate truncate64
            umask uname unlink unlinkat utime utimensat utimensat_time64 utimes vfork wait4 waitid waitpid write writev bind connect
            map_shadow_stack futex_wake futex_wait futex_requeue cachestat
            """),
    ];

    public static JsonObject ToJson()
    {
        var rules = new JsonArray
        {
            Rule(["clone3"], "SCMP_ACT_ERRNO", NotImplemented),
            Rule(["clone"], "SCMP_ACT_ALLOW", null, Argument(0, NewNamespaces, "SCMP_CMP_MASKED_EQ", 0)),
            Rule(["personality"], "SCMP_ACT_ALLOW", null, Argument(0, 0, "SCMP_CMP_EQ")),
            Rule(["personality"], "SCMP_ACT_ALLOW", null, Argument(0, 0xFFFFFFFF, "SCMP_CMP_EQ")),
            Rule(Allowed, "SCMP_ACT_ALLOW", null),
        };
        foreach (var family in (ReadOnlySpan<int>)[1, 2, 10])
        {
            rules.Add((JsonNode)Rule(["socket"], "SCMP_ACT_ALLOW", null, Argument(0, family, "SCMP_CMP_EQ")));
        }

        return new JsonObject
        {
            ["defaultAction"] = "SCMP_ACT_ERRNO",
            ["defaultErrnoRet"] = NotPermitted,
            ["architectures"] = new JsonArray(System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture switch
            {
                System.Runtime.InteropServices.Architecture.Arm64 => "SCMP_ARCH_AARCH64",
                _ => "SCMP_ARCH_X86_64",
            }),
            ["syscalls"] = rules,
        };
    }

    private static JsonObject Rule(IEnumerable<string> names, string action, int? error, JsonObject? argument = null)
    {
        var rule = new JsonObject
        {
            ["names"] = new JsonArray([.. names.Select(name => (JsonNode)name)]),
            ["action"] = action,
        };
        if (error is not null)
        {
            rule["errnoRet"] = error;
        }

        if (argument is not null)
        {
            rule["args"] = new JsonArray(argument);
        }

        return rule;
    }

    private static JsonObject Argument(int index, long value, string comparison, long? second = null)
    {
        var argument = new JsonObject { ["index"] = index, ["value"] = value, ["op"] = comparison };
        if (second is not null)
        {
            argument["valueTwo"] = second;
        }

        return argument;
    }

    private static string[] Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
