using CodexCloudIde.Sandboxing.Cgroups;
using CodexCloudIde.Sandboxing.Linux;
using Microsoft.Extensions.Logging;

namespace CodexCloudIde.Sandboxing.Oci;

/// <summary>
/// Theory of operation. An OCI runtime (runc) starts a container around a shell that waits for one line; that costs 30 to 60 ms and is done
/// ahead. When a sandbox is wanted, a waiting one gets its limits (control group files), its workspace (a detached mount moved into its mount
/// namespace) and its job (a line on the shell's input); that costs under 2 ms. A sandbox is used once. When the job ends, or a limit is
/// breached, the shell, which is the first process of the namespace, is killed, and the kernel ends everything with it. The server is a
/// subreaper: it waits for the shell itself, then removes the control groups and the runtime's state. All mounts are descriptors or live in the
/// sandbox's own mount namespace, so they vanish with it; what a killed server leaves is processes, control groups and folders: the sweep's.
/// </summary>
public sealed partial class OciRuntime : ISandboxRuntime
{
    private const int MostAttempts = 3;

    private readonly SandboxOptions options;
    private readonly Lazy<InstanceFolder> instance;
    private readonly Lazy<NamespaceThread> visitor = new(() => new NamespaceThread());
    private readonly WaitingBoxes waiting;
    private readonly BoxCensus boxes = new();
    private volatile Host? host;
    private int disposed;

    public OciRuntime(SandboxOptions options, ILogger<OciRuntime> logger)
    {
        this.options = options;
        waiting = new(options.PoolSize, ParkAsync, logger);
        instance = new(() => InstanceFolder.Create(options));
    }

    public string Name => "oci";

    /// <summary>Sandboxes that wait for a job now.</summary>
    public int Parked => waiting.Count;

    /// <summary>This process's own folder of state.</summary>
    internal string InstancePath => instance.Value.Folder;

    public Task<int> SweepAsync(CancellationToken cancellationToken) => Sweep.RunAsync(instance.Value, options.DataDirectory, CgroupMounts.Read(), cancellationToken);

    public async Task<ISandbox> CreateAsync(SandboxSpecification specification, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(specification);
        ObjectDisposedException.ThrowIf(disposed == 1, this);
        var here = await HostAsync(cancellationToken).ConfigureAwait(false);
        for (var attempt = 1; ; attempt++)
        {
            var box = await waiting.TakeAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await OciSandbox.FurnishAsync(box, specification, here.Naming, visitor.Value, instance.Value.Layers).ConfigureAwait(false);
            }
            catch (IOException) when (attempt < MostAttempts && box.Process.HasEnded)
            {
                // It was killed while it waited (an operator, a host out of memory): another one will do.
                await box.DisposeAsync().ConfigureAwait(false);
            }
            catch
            {
                await box.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
    }

    /// <summary>Makes sandboxes ahead; those that are taken later are replaced by themselves.</summary>
    public Task WarmAsync() => waiting.WarmAsync();

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 1)
        {
            return;
        }

        await waiting.DisposeAsync().ConfigureAwait(false);
        await boxes.EndAsync().ConfigureAwait(false);
        if (visitor.IsValueCreated)
        {
            visitor.Value.Dispose();
        }

        if (instance.IsValueCreated)
        {
            var roots = CgroupMounts.Read().Roots.ToList();
            CgroupFiles.RemoveEverywhere(roots, instance.Value.CgroupPath);
            roots.ForEach(root => Libc.RemoveDirectory(root + instance.Value.FamilyCgroupPath));
            instance.Value.Dispose();
        }
    }

    private async Task<Host> HostAsync(CancellationToken cancellationToken)
    {
        if (host is null)
        {
            var probe = await ProbeAsync(cancellationToken).ConfigureAwait(false);
            return host ?? throw new SandboxException(string.Join(' ', probe.Missing));
        }

        return host;
    }

    private async Task<OciBox> ParkAsync(CancellationToken cancellationToken)
    {
        var here = await HostAsync(cancellationToken).ConfigureAwait(false);
        ProcessDescriptor.BecomeSubreaper();
        return await boxes.AddAsync(() => OciBox.ParkAsync(here.Program, instance.Value, here.Mounts)).ConfigureAwait(false);
    }
}
