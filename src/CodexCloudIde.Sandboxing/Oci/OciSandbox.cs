using System.Globalization;
using System.Net.Sockets;
using CodexCloudIde.Sandboxing.Collecting;
using CodexCloudIde.Sandboxing.Egress;
using CodexCloudIde.Sandboxing.Linux;
using CodexCloudIde.Sandboxing.Supervision;
using Microsoft.Win32.SafeHandles;

namespace CodexCloudIde.Sandboxing.Oci;

/// <summary>A box with its workspace in it.</summary>
internal sealed class OciSandbox : ISandbox
{
    private readonly OciBox box;
    private readonly SandboxSpecification specification;
    private readonly SafeFileHandle scratch;
    private readonly SafeFileHandle lower;
    private readonly EgressGate? gate;
    private bool used;
    private int disposed;
    private PseudoTerminal? pty;
    private OciTerminal? terminal;

    private OciSandbox(OciBox box, SandboxSpecification specification, SafeFileHandle scratch, SafeFileHandle lower, EgressGate? gate)
    {
        this.box = box;
        this.specification = specification;
        this.scratch = scratch;
        this.lower = lower;
        this.gate = gate;
    }

    public string Id => box.Id;

    /// <summary>Host number of the first process inside.</summary>
    internal int Pid => box.Process.Pid;

    public TimeSpan CpuTime => box.Group.CpuTime;

    /// <summary>Limits, writable file system, workspace, further mounts, way out; all before any foreign code runs inside.</summary>
    public static async Task<OciSandbox> FurnishAsync(OciBox box, SandboxSpecification specification, NamespaceThread visitor)
    {
        var limits = specification.Limits;
        box.Group.Limit(limits);
        using var users = Libc.Owned(Libc.Open($"/proc/{box.Process.Pid}/ns/user", Libc.OpenReadOnly | Libc.OpenCloseOnExec, 0), "user namespace");
        var scratch = Mounts.MemoryFileSystem(limits.DiskMb, limits.Files + 16);
        var user = box.FirstId + SandboxUser.UserId;
        foreach (var (folder, mode) in Scratch)
        {
            Check(Libc.MakeDirectoryAt(scratch.Number(), folder, 448), "mkdir");
            Check(Libc.ChangeModeAt(scratch.Number(), folder, mode, 0), "chmod");
            if (folder is not ("work" or "job"))
            {
                Check(Libc.ChangeOwnerAt(scratch.Number(), folder, user, user, 0), "chown");
            }
        }

        var tree = Mounts.Clone(specification.WorkspacePath);
        Mounts.Restrict(tree, readOnly: specification.Mode == WorkspaceMode.Overlay, users);
        using var overlay = specification.Mode == WorkspaceMode.Overlay ? Layer(tree, scratch) : null;
        var mounts = new List<(SafeFileHandle Mount, string Point)> { (overlay ?? tree, SandboxPaths.Workspace) };
        foreach (var mount in specification.Mounts)
        {
            var bind = Mounts.Clone(mount.HostPath);
            Mounts.Restrict(bind, readOnly: true, null);
            mounts.Add((bind, SandboxPaths.MountPoints.Contains(mount.InsidePath) ? mount.InsidePath : throw new ArgumentException($"{mount.InsidePath} is no mount point.")));
        }

        await visitor.InMountsOfAsync(box.Process.Pid, () => Attach(scratch, mounts)).ConfigureAwait(false);
        foreach (var (mount, _) in mounts[1..])
        {
            mount.Dispose();
        }

        var gate = specification.Egress is { } rule ? await OpenGateAsync(box, rule, visitor).ConfigureAwait(false) : null;
        return new OciSandbox(box, specification, scratch, tree, gate);
    }

    public async Task<SandboxResult> RunAsync(SandboxCommand command, ISandboxObserver observer, CancellationToken cancellationToken)
    {
        BeginUse();
        WriteJob(command, redirection: "");
        box.Group.ForgetPast();
        using var supervisor = new Supervisor(specification.Limits, box.Group, box.Process, IsFull, observer);
        var output = supervisor.PumpAsync(box.Output, OutputStream.Stdout);
        var error = supervisor.PumpAsync(box.Error, OutputStream.Stderr);
        var input = FeedAsync(command.Input);
        var exitCode = await supervisor.WatchAsync(cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(output, error, input).ConfigureAwait(false);
        return supervisor.Finish(exitCode);
    }

    public async Task<ISandboxTerminal> OpenTerminalAsync(SandboxCommand command, int columns, int rows, CancellationToken cancellationToken)
    {
        BeginUse();
        pty = PseudoTerminal.Open($"/proc/{box.Process.Pid}/root/dev/pts", box.FirstId + SandboxUser.UserId, columns, rows);
        WriteJob(command, string.Create(CultureInfo.InvariantCulture, $" </dev/pts/{pty.Number} >/dev/pts/{pty.Number} 2>&1"));
        box.Group.ForgetPast();
        var supervisor = new Supervisor(specification.Limits, box.Group, box.Process, IsFull, SilentObserver.Instance);
        await FeedAsync(ReadOnlyMemory<byte>.Empty).ConfigureAwait(false);
        return terminal = new OciTerminal(pty, supervisor);
    }

    public byte[] ReadReport(long offset, int most)
    {
        using var folder = FolderReader.OpenFolder(scratch, "report");
        var name = Path.GetFileName(SandboxPaths.Report);
        return folder is not null && FolderReader.Status(folder, name) is { Kind: EntryKind.File } ? FolderReader.ReadPart(folder, name, offset, most) : [];
    }

    public Task<CollectedChanges> CollectAsync(CollectLimits limits, CancellationToken cancellationToken) =>
        !box.Process.Exited.IsCompleted
            ? throw new InvalidOperationException("Collect after the command ended.")
            : Task.Run(() => specification.Mode == WorkspaceMode.Overlay ? new OverlayCollector(scratch, lower, limits, cancellationToken).Collect() : new([], false, 0), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 1)
        {
            return;
        }

        if (gate is not null)
        {
            await gate.DisposeAsync().ConfigureAwait(false);
        }

        terminal?.End();
        box.Process.Kill();
        if (terminal is not null)
        {
            await terminal.Completion.ConfigureAwait(false);
        }

        await box.DisposeAsync().ConfigureAwait(false);
        pty?.Dispose();
        scratch.Dispose();
        lower.Dispose();
    }

    private static (string Folder, uint Mode)[] Scratch =>
        [("upper", 493), ("work", 448), ("tmp", 1023), ("home", 493), ("job", 493), ("report", 493)];

    private static SafeFileHandle Layer(SafeFileHandle lower, SafeFileHandle scratch)
    {
        using var upper = Libc.Owned(Libc.OpenAt(scratch.Number(), "upper", Libc.OpenPath | Libc.OpenCloseOnExec, 0), "upper");
        using var work = Libc.Owned(Libc.OpenAt(scratch.Number(), "work", Libc.OpenPath | Libc.OpenCloseOnExec, 0), "work");
        return Mounts.Overlay(lower, upper, work);
    }

    private static void Attach(SafeFileHandle scratch, List<(SafeFileHandle Mount, string Point)> mounts)
    {
        foreach (var (mount, point) in mounts)
        {
            Mounts.Attach(mount, point);
        }

        // Attached for a moment, so that its folders can be bound one by one; the layer's own folders are never visible inside.
        Mounts.Attach(scratch, "/scratch");
        foreach (var (folder, point) in new[] { ("tmp", "/tmp"), ("tmp", "/var/tmp"), ("home", SandboxPaths.Home), ("job", "/ide/job"), ("report", "/ide/report") })
        {
            using var bind = Mounts.Clone($"/scratch/{folder}");
            Mounts.Attach(bind, point);
        }

        const int Detach = 2;
        Check(Libc.Unmount("/scratch", Detach), "umount");
    }

    private static async Task<EgressGate> OpenGateAsync(OciBox box, EgressRule rule, NamespaceThread visitor)
    {
        Socket? listener = null;
        await visitor.InNetworkOfAsync(box.Process.Pid, () => listener = EgressGate.Listen()).ConfigureAwait(false);
        var gate = new EgressGate(rule, listener!);
        gate.Start();
        return gate;
    }

    private static void Check(int answer, string what)
    {
        if (answer != 0)
        {
            throw Libc.Failure(what);
        }
    }

    private void BeginUse()
    {
        if (used)
        {
            throw new InvalidOperationException("A sandbox runs one job.");
        }

        used = true;
    }

    private bool IsFull() => FileSystemRoom.IsFull(scratch);

    private void WriteJob(SandboxCommand command, string redirection) =>
        JobScript.Write(scratch, JobScript.For(command, redirection));

    private async Task FeedAsync(ReadOnlyMemory<byte> input)
    {
        try
        {
            await box.Input.WriteAsync(JobScript.Line).ConfigureAwait(false);
            await box.Input.WriteAsync(input).ConfigureAwait(false);
            await box.Input.FlushAsync().ConfigureAwait(false);
            await box.Input.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The program ended without reading all of its input.
        }
    }
}
