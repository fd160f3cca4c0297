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
    private readonly WorkspaceMounts files;
    private readonly EgressGate? gate;
    private bool used;
    private int disposed;
    private PseudoTerminal? pty;
    private OciTerminal? terminal;

    private OciSandbox(OciBox box, SandboxSpecification specification, WorkspaceMounts files, EgressGate? gate)
    {
        this.box = box;
        this.specification = specification;
        this.files = files;
        this.gate = gate;
    }

    public string Id => box.Id;

    /// <summary>Host number of the first process inside.</summary>
    internal int Pid => box.Process.Pid;

    public TimeSpan CpuTime => box.Group.CpuTime;

    /// <summary>Limits, writable file system, workspace, further mounts, way out; all before any foreign code runs inside.</summary>
    public static async Task<OciSandbox> FurnishAsync(OciBox box, SandboxSpecification specification, LayerNaming naming, NamespaceThread visitor, string layers)
    {
        box.Group.Limit(specification.Limits);
        using var users = box.OpenUserNamespace();
        var files = await WorkspaceMounts.MakeAsync(specification, users, box.FirstId + SandboxUser.UserId, naming, visitor, layers).ConfigureAwait(false);
        var further = new List<(SafeFileHandle Mount, string Point)>();
        try
        {
            foreach (var mount in specification.Mounts)
            {
                var point = SandboxPaths.MountPoints.Contains(mount.InsidePath) ? mount.InsidePath : throw new ArgumentException($"{mount.InsidePath} is no mount point.");
                further.Add((Mounts.Clone(mount.HostPath), point));
                Mounts.Restrict(further[^1].Mount, readOnly: true, null);
            }

            await visitor.InMountsOfAsync(box.Process.Pid, () =>
            {
                files.AttachInside();
                further.ForEach(mount => Mounts.Attach(mount.Mount, mount.Point));
            }).ConfigureAwait(false);
            var gate = specification.Egress is { } rule ? await OpenGateAsync(box, rule, visitor).ConfigureAwait(false) : null;
            return new OciSandbox(box, specification, files, gate);
        }
        catch
        {
            files.Dispose();
            throw;
        }
        finally
        {
            further.ForEach(mount => mount.Mount.Dispose());
        }
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
        return supervisor.Finish(exitCode, box.Note.Read(exitCode));
    }

    public async Task<ISandboxTerminal> OpenTerminalAsync(SandboxCommand command, int columns, int rows, CancellationToken cancellationToken)
    {
        BeginUse();
        pty = PseudoTerminal.Open($"/proc/{box.Process.Pid}/root/dev/pts", box.FirstId + SandboxUser.UserId, columns, rows);
        WriteJob(command, string.Create(CultureInfo.InvariantCulture, $" </dev/pts/{pty.Number} >/dev/pts/{pty.Number} 2>&1"));
        box.Group.ForgetPast();
        var supervisor = new Supervisor(specification.Limits, box.Group, box.Process, IsFull, SilentObserver.Instance);
        await FeedAsync(ReadOnlyMemory<byte>.Empty).ConfigureAwait(false);
        return terminal = new OciTerminal(pty, supervisor, box.Note);
    }

    public byte[] ReadReport(long offset, int most)
    {
        using var folder = FolderReader.OpenFolder(files.Scratch, "report");
        var name = Path.GetFileName(SandboxPaths.Report);
        return folder is not null && FolderReader.Status(folder, name) is { Kind: EntryKind.File } ? FolderReader.ReadPart(folder, name, offset, most) : [];
    }

    public Task<CollectedChanges> CollectAsync(CollectLimits limits, CancellationToken cancellationToken) =>
        !box.Process.Exited.IsCompleted
            ? throw new InvalidOperationException("Collect after the command ended.")
            : Task.Run(() => specification.Mode == WorkspaceMode.Overlay ? new OverlayCollector(files.Scratch, files.Lower, limits, cancellationToken).Collect() : new([], false, 0), cancellationToken);

    public Task<bool> KeepCompiledAsync(DateTimeOffset asOf, long mostBytes, CancellationToken cancellationToken) =>
        !box.Process.Exited.IsCompleted
            ? throw new InvalidOperationException("Keep after the command ended.")
            : Task.Run(() => specification.CompiledPath is { } path && new CompiledLayer(files.Scratch, path, asOf, cancellationToken).Apply(mostBytes), cancellationToken);

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
        files.Dispose();
    }

    private static async Task<EgressGate> OpenGateAsync(OciBox box, EgressRule rule, NamespaceThread visitor)
    {
        Socket? listener = null;
        await visitor.InNetworkOfAsync(box.Process.Pid, () => listener = EgressGate.Listen()).ConfigureAwait(false);
        var gate = new EgressGate(rule, listener!);
        gate.Start();
        return gate;
    }

    private void BeginUse()
    {
        if (used)
        {
            throw new InvalidOperationException("A sandbox runs one job.");
        }

        used = true;
    }

    private bool IsFull() => FileSystemRoom.IsFull(files.Scratch);

    private void WriteJob(SandboxCommand command, string redirection) =>
        JobScript.Write(files.Scratch, JobScript.For(command, redirection));

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
