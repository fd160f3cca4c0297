using System.Collections.Concurrent;
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
    private readonly SandboxOptions options;
    private readonly ILogger<OciRuntime> logger;
    private readonly Lazy<InstanceFolder> instance;
    private readonly Lazy<NamespaceThread> visitor = new(() => new NamespaceThread());
    private readonly ConcurrentQueue<OciBox> parked = new();
    private readonly SemaphoreSlim parking = new(1);
    private readonly CancellationTokenSource stopping = new();
    private readonly BoxCensus boxes = new();
    private volatile Host? host;

    public OciRuntime(SandboxOptions options, ILogger<OciRuntime> logger)
    {
        this.options = options;
        this.logger = logger;
        instance = new(() => InstanceFolder.Create(options));
    }

    public string Name => "oci";

    /// <summary>Sandboxes that wait for a job now.</summary>
    public int Parked => parked.Count;

    /// <summary>This process's own folder of state.</summary>
    internal string InstancePath => instance.Value.Folder;

    public Task<int> SweepAsync(CancellationToken cancellationToken) => Sweep.RunAsync(instance.Value, options.DataDirectory, CgroupMounts.Read(), cancellationToken);

    public async Task<ISandbox> CreateAsync(SandboxSpecification specification, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(specification);
        var here = await HostAsync(cancellationToken).ConfigureAwait(false);
        var box = await TakeAsync(here).ConfigureAwait(false);
        try
        {
            return await OciSandbox.FurnishAsync(box, specification, here.Naming, visitor.Value, instance.Value.Layers).ConfigureAwait(false);
        }
        catch
        {
            await box.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Fills the pool to its size; later takes refill it by themselves.</summary>
    public Task WarmAsync() => RefillAsync();

    public async ValueTask DisposeAsync()
    {
        if (stopping.IsCancellationRequested)
        {
            return;
        }

        await stopping.CancelAsync().ConfigureAwait(false);
        await boxes.EndAsync().ConfigureAwait(false);
        if (visitor.IsValueCreated)
        {
            visitor.Value.Dispose();
        }

        if (instance.IsValueCreated)
        {
            CgroupFiles.RemoveEverywhere(CgroupMounts.Read().Roots, instance.Value.CgroupPath);
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

    private async Task<OciBox> TakeAsync(Host here)
    {
        while (parked.TryDequeue(out var box))
        {
            if (!box.Process.Exited.IsCompleted)
            {
                _ = Task.Run(RefillAsync, CancellationToken.None);
                return box;
            }

            await box.DisposeAsync().ConfigureAwait(false);
        }

        var made = await MakeAsync(here).ConfigureAwait(false);
        _ = Task.Run(RefillAsync, CancellationToken.None);
        return made;
    }

    private async Task RefillAsync()
    {
        try
        {
            await parking.WaitAsync(stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        try
        {
            var here = await HostAsync(stopping.Token).ConfigureAwait(false);
            while (parked.Count < options.PoolSize && !stopping.IsCancellationRequested)
            {
                parked.Enqueue(await MakeAsync(here).ConfigureAwait(false));
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Nobody waits for sandboxes any more.
        }
        catch (IOException failure)
        {
            // The next take meets the same trouble and says so to whoever asked.
            LogRefillFailed(failure);
        }
        catch (ObjectDisposedException)
        {
            // The runtime ends.
        }
        finally
        {
            parking.Release();
        }
    }

    private Task<OciBox> MakeAsync(Host here)
    {
        ProcessDescriptor.BecomeSubreaper();
        return boxes.AddAsync(() => OciBox.ParkAsync(here.Program, instance.Value, here.Mounts));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A sandbox could not be made ahead")]
    private partial void LogRefillFailed(Exception failure);
}
