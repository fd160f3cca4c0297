using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using CodexCloudIde.Sandboxing.Cgroups;
using CodexCloudIde.Sandboxing.Linux;

namespace CodexCloudIde.Sandboxing.Oci;

/// <summary>One container of the runtime, started with a shell that waits for one line: used once, then gone.</summary>
internal sealed class OciBox : IAsyncDisposable
{
    /// <summary>Making one takes a twentieth of a second; a runtime that has not answered after this is broken.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private const uint FirstRange = 200_000;
    private const uint Ranges = 60_000;
    private static readonly uint RangeOffset = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4));
    private static uint ranges;

    private readonly InstanceFolder instance;
    private readonly Lazy<Task> end;

    private OciBox(InstanceFolder instance, string id, uint firstId, Process runtime, ProcessDescriptor process, ICgroup group)
    {
        this.instance = instance;
        end = new(EndAsync);
        Id = id;
        FirstId = firstId;
        Process = process;
        Group = group;
        Input = runtime.StandardInput.BaseStream;
        Output = runtime.StandardOutput.BaseStream;
        Error = runtime.StandardError.BaseStream;
    }

    public string Id { get; }

    /// <summary>Host id that is 0 inside.</summary>
    public uint FirstId { get; }

    public ProcessDescriptor Process { get; }

    public ICgroup Group { get; }

    public Stream Input { get; }

    public Stream Output { get; }

    public Stream Error { get; }

    public bool IsGone => end is { IsValueCreated: true, Value.IsCompleted: true };

    /// <summary>Starts one; returns when its shell is waiting.</summary>
    public static async Task<OciBox> ParkAsync(SandboxOptions options, InstanceFolder instance, CgroupMounts mounts, CancellationToken cancellationToken)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        var folder = Path.Combine(instance.Boxes, id);
        var firstId = FirstRange + ((RangeOffset + Interlocked.Increment(ref ranges)) % Ranges * RuncConfiguration.IdsPerSandbox);
        Directory.CreateDirectory(folder);
        var cgroup = $"{instance.CgroupPath}/{id}";
        await File.WriteAllTextAsync(Path.Combine(folder, "config.json"), RuncConfiguration.For(instance.Root, cgroup, firstId).ToJsonString(), cancellationToken).ConfigureAwait(false);

        var start = new ProcessStartInfo(options.RuntimeProgram)
        {
            ArgumentList = { "--root", instance.RuntimeState, "run", "-d", "--bundle", folder, "--pid-file", Path.Combine(folder, "pid"), id },
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/",
        };
        var path = Environment.GetEnvironmentVariable("PATH");
        start.Environment.Clear();
        start.Environment["PATH"] = string.IsNullOrEmpty(path) ? "/usr/sbin:/usr/bin:/sbin:/bin" : path + ":/usr/sbin:/sbin";
        using var runtime = Start(start);

        // Not cancellable: once it began it is brought to an end that can be cleaned up.
        using var patience = new CancellationTokenSource(Patience);
        await runtime.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!runtime.HasExited || runtime.ExitCode != 0)
        {
            // The half-made container first: it holds the pipe that the runtime's words are read from, and waits for ever.
            runtime.Kill(entireProcessTree: true);
            await GroupEnd.RunAsync(mounts.Group(cgroup), CancellationToken.None).ConfigureAwait(false);
            var words = (await runtime.StandardError.ReadToEndAsync(CancellationToken.None).ConfigureAwait(false)).Trim();
            DeleteFolder(Path.Combine(instance.RuntimeState, id));
            DeleteFolder(folder);
            throw new SandboxException($"{options.RuntimeProgram} could not make a sandbox: {words}");
        }

        var pid = int.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "pid"), CancellationToken.None).ConfigureAwait(false), CultureInfo.InvariantCulture);
        return new OciBox(instance, id, firstId, runtime, ProcessDescriptor.Open(pid), mounts.Group(cgroup));
    }

    /// <summary>Ends everything inside and removes what it stood on; whoever calls again waits for the same end.</summary>
    public ValueTask DisposeAsync() => new(end.Value);

    private async Task EndAsync()
    {
        Process.Kill();
        await Process.Exited.ConfigureAwait(false);
        Process.Dispose();
        CloseQuietly(Input);
        CloseQuietly(Output);
        CloseQuietly(Error);
        await GroupEnd.RunAsync(Group, CancellationToken.None).ConfigureAwait(false);
        DeleteFolder(Path.Combine(instance.RuntimeState, Id));
        DeleteFolder(Path.Combine(instance.Boxes, Id));
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return System.Diagnostics.Process.Start(start) ?? throw new SandboxException($"{start.FileName} did not start.");
        }
        catch (System.ComponentModel.Win32Exception failure)
        {
            throw new SandboxException($"{start.FileName} cannot be started; install it (Debian: apt-get install runc).", failure);
        }
    }

    private static void DeleteFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void CloseQuietly(Stream stream)
    {
        try
        {
            stream.Dispose();
        }
        catch (IOException)
        {
            // Bytes that were still to be written have no reader any more.
        }
    }
}
