using System.Diagnostics;

namespace CodexCloudIde.Sandboxing.Tests;

/// <summary>What hostile code tries first. Each attempt says what it met; the sandbox's job goes on.</summary>
public sealed class IsolationTests(SandboxFixture fixture)
{
    [Theory]
    [InlineData("cat /etc/shadow")]
    [InlineData("ls /home/user/../../root/.ssh")]
    [InlineData("ls /var/lib/dpkg")]
    [InlineData("ls /run/codex-cloud-ide")]
    [InlineData("cat /proc/1/root/etc/shadow")]
    [InlineData("cat /proc/kcore | head -c 1 | grep .")]
    [InlineData("touch /usr/bin/x")]
    [InlineData("touch /etc/x")]
    [InlineData("ls /var/run/docker.sock")]
    [InlineData("echo x > /proc/sys/kernel/core_pattern")]
    [InlineData("echo b > /proc/sysrq-trigger")]
    [InlineData("mkdir /tmp/c && mount -t tmpfs none /tmp/c")]
    [InlineData("mount -t cgroup -o memory none /tmp")]
    [InlineData("mknod /tmp/sda b 8 0")]
    [InlineData("unshare -U true")]
    [InlineData("unshare -m true")]
    [InlineData("nsenter -t 1 -m true")]
    [InlineData("dmesg")]
    [InlineData("hostname other")]
    [InlineData("date -s '2001-01-01'")]
    [InlineData("chroot / true")]
    [InlineData("umount /workspace")]
    [InlineData("umount /proc/kcore")]
    [InlineData("ls /sys/fs/cgroup/memory")]
    public async Task Attempt_IsDenied(string attempt)
    {
        var (result, output) = await fixture.ShellAsync($"if {attempt} >/dev/null 2>&1; then echo DONE; else echo denied; fi");
        Assert.Equal(("denied\n", 0), (output.Stdout, result.ExitCode!.Value));
    }

    [Theory]
    [InlineData("import socket; s = socket.create_connection(('93.184.216.34', 80), 3)")]
    [InlineData("import socket; s = socket.create_connection(('169.254.169.254', 80), 3)")]
    [InlineData("import socket; s = socket.create_connection(('127.0.0.1', 3128), 3)")]
    [InlineData("import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.sendto(b'x', ('8.8.8.8', 53))")]
    [InlineData("import socket; s = socket.socket(socket.AF_INET6, socket.SOCK_STREAM); s.connect(('2606:4700:4700::1111', 53))")]
    [InlineData("import socket; socket.getaddrinfo('example.com', 80)")]
    [InlineData("import socket; socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)")]
    [InlineData("import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)")]
    [InlineData("import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)")]
    [InlineData("import socket; socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)")]
    [InlineData("import socket; socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)")]
    public async Task Network_IsAbsent(string attempt)
    {
        var (_, output) = await fixture.PythonAsync($"try:\n  {attempt}\n  print('DONE')\nexcept OSError: print('denied')");
        Assert.Equal("denied\n", output.Stdout);
    }

    [Theory]
    [InlineData("ptrace", 101)]
    [InlineData("process_vm_readv", 310)]
    [InlineData("bpf", 321)]
    [InlineData("perf_event_open", 298)]
    [InlineData("userfaultfd", 323)]
    [InlineData("io_uring_setup", 425)]
    [InlineData("keyctl", 250)]
    [InlineData("add_key", 248)]
    [InlineData("open_by_handle_at", 304)]
    [InlineData("fsopen", 430)]
    [InlineData("move_mount", 429)]
    [InlineData("open_tree", 428)]
    [InlineData("init_module", 175)]
    [InlineData("kexec_load", 246)]
    [InlineData("setns", 308)]
    [InlineData("unshare", 272)]
    [InlineData("pidfd_getfd", 438)]
    [InlineData("seccomp-less personality", 135)]
    public async Task ForbiddenCall_AnswersNotPermitted(string name, int number)
    {
        var (_, output) = await fixture.PythonAsync(
            $"import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\nprint(libc.syscall({number}, 0x20000, 0, 0, 0, 0), ctypes.get_errno())");
        Assert.Equal((name, "-1 1\n"), (name, output.Stdout));
    }

    [Fact]
    public async Task ForeignTable_X32_IsKilled()
    {
        // getpid with the bit of the x32 table; seccomp sees it also where the kernel has no such table.
        var (result, output) = await fixture.PythonAsync("import ctypes\nprint('DONE', ctypes.CDLL(None).syscall(0x40000000 + 39))");
        Assert.Equal(("", 31, KillCause.Syscall, null), (output.Stdout, result.Signal!.Value, result.Cause, result.ExitCode));
        Assert.Contains(SandboxLabel.DeniedSyscall, result.Labels);
    }

    [Fact]
    public async Task ForeignArchitecture_I386_IsKilled()
    {
        // int 0x80: getpid of the 32-bit table, from 64-bit code.
        const string Call = """
            import ctypes, mmap
            code = mmap.mmap(-1, 4096, prot=7)
            code.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")
            run = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
            print("DONE", run())
            """;
        using var bare = Process.Start(new ProcessStartInfo("python3", ["-c", Call]) { RedirectStandardOutput = true })!;
        var bareOutput = await bare.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await bare.WaitForExitAsync(TestContext.Current.CancellationToken);
        var (result, output) = await fixture.PythonAsync(Call);
        // A kernel without 32-bit calls has no such gate: SIGSEGV outside too, before seccomp is asked.
        var expected = bareOutput.StartsWith("DONE", StringComparison.Ordinal) ? ("", 31, KillCause.Syscall) : ("", 11, KillCause.None);
        Assert.Equal(expected, (output.Stdout, result.Signal!.Value, result.Cause));
    }

    [Fact]
    public async Task Process_HasNoPrivileges()
    {
        var (_, output) = await fixture.ShellAsync("grep -E '^(CapEff|CapBnd|CapPrm|CapInh|CapAmb|NoNewPrivs|Seccomp|Uid|Gid|Groups):' /proc/self/status | tr '\\t' ' '; ls /proc/self/fd | wc -l");
        Assert.Equal("""
            Uid: 1000 1000 1000 1000
            Gid: 1000 1000 1000 1000
            Groups:  
            CapInh: 0000000000000000
            CapPrm: 0000000000000000
            CapEff: 0000000000000000
            CapBnd: 0000000000000000
            CapAmb: 0000000000000000
            NoNewPrivs: 1
            Seccomp: 2
            4

            """, output.Stdout);
    }

    [Fact]
    public async Task Process_SeesOnlyItsOwnNamespaces()
    {
        var (_, output) = await fixture.ShellAsync("for n in user pid mnt ipc uts net cgroup; do readlink /proc/self/ns/$n; done; ls -d /proc/[0-9]* | wc -l");
        var lines = output.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] kinds = ["user", "pid", "mnt", "ipc", "uts", "net", "cgroup"];
        Assert.All(kinds.Zip(lines), pair => Assert.NotEqual(File.ResolveLinkTarget($"/proc/self/ns/{pair.First}", false)!.Name, pair.Second));
        Assert.InRange(int.Parse(lines[^1]), 2, 5);
    }

    [Fact]
    public async Task Environment_HoldsNothingOfTheServers()
    {
        Environment.SetEnvironmentVariable("CODEX_TEST_SECRET", "hunter2");
        var (_, output) = await fixture.ShellAsync("env; cat /proc/*/environ 2>/dev/null | tr '\\0' '\\n'");
        Assert.DoesNotContain("hunter2", output.Stdout, StringComparison.Ordinal);
        Assert.DoesNotContain("DOTNET", output.Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AbstractSockets_OfTheHost_AreNotReachable()
    {
        using var listener = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0);
        listener.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint("\0codex-test-abstract"));
        listener.Listen();
        var (_, output) = await fixture.PythonAsync("import socket\ns = socket.socket(socket.AF_UNIX)\ntry:\n  s.connect('\\0codex-test-abstract'); print('DONE')\nexcept OSError: print('denied')");
        Assert.Equal("denied\n", output.Stdout);
    }

    [Fact]
    public async Task SecondSandbox_FindsNoResidueOfTheFirst()
    {
        await fixture.ShellAsync("echo x > /tmp/residue; echo x > /dev/shm/residue; echo x > $HOME/residue; ipcmk -M 100");
        var (_, output) = await fixture.ShellAsync("ls -A /tmp /dev/shm $HOME; ipcs -m | grep -c 0x");
        Assert.Equal("/dev/shm:\n\n/home/user:\n\n/tmp:\n0\n", output.Stdout);
    }

    [Fact]
    public async Task TerminalInjection_IsDenied()
    {
        var (_, output) = await fixture.PythonAsync("import fcntl, termios\ntry:\n  fcntl.ioctl(0, termios.TIOCSTI, b'x'); print('DONE')\nexcept OSError: print('denied')");
        Assert.Equal("denied\n", output.Stdout);
    }
}
