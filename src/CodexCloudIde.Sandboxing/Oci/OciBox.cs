using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using CodexCloudIde.Sandboxing.Cgroups;
using CodexCloudIde.Sandboxing.Linux;
using Microsoft.Win32.SafeHandles;

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

    private OciBox(InstanceFolder instance, string id, uint firstId, Process runtime, ProcessDescriptor process, ExitNote note, ICgroup group)
    {
        this.instance = instance;
        end = new(EndAsync);
        Id = id;
        FirstId = firstId;
        Process = process;
        Note = note;
        Group = group;
        Input = runtime.StandardInput.BaseStream;
        Output = runtime.StandardOutput.BaseStream;
        Error = runtime.StandardError.BaseStream;
    }

    public string Id { get; }

    /// <summary>Host id that is 0 inside.</summary>
    public uint FirstId { get; }

    public ProcessDescriptor Process { get; }

    /// <summary>What the shell inside says about the job's end.</summary>
    public ExitNote Note { get; }

    public ICgroup Group { get; }

    public Stream Input { get; }

    public Stream Output { get; }

    public Stream Error { get; }

    public bool IsGone => end is { IsValueCreated: true, Value.IsCompleted: true };

    /// <summary>Starts one; returns when its shell is waiting. Not cancellable: what began is brought to an end that can be cleaned up.</summary>
    public static async Task<OciBox> ParkAsync(string program, InstanceFolder instance, CgroupMounts mounts)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        var folder = Path.Combine(instance.Boxes, id);
        var firstId = FirstRange + ((RangeOffset + Interlocked.Increment(ref ranges)) % Ranges * RuncConfiguration.IdsPerSandbox);
        var cgroup = $"{instance.CgroupPath}/{id}";
        ProcessDescriptor? process = null;
        try
        {
            Directory.CreateDirectory(folder);
            await File.WriteAllTextAsync(Path.Combine(folder, "config.json"), RuncConfiguration.For(instance.Root, cgroup, firstId)).ConfigureAwait(false);
            using var runtime = await CreateAsync(program, instance, folder, id, mounts.Group(cgroup)).ConfigureAwait(false);
            var pid = await File.ReadAllTextAsync(Path.Combine(folder, "pid")).ConfigureAwait(false);
            process = ProcessDescriptor.Open(int.Parse(pid, CultureInfo.InvariantCulture));
            var note = await ExitNote.TakeAsync(process).ConfigureAwait(false);
            GiveStreams(process.Pid, firstId + SandboxUser.UserId);
            return new OciBox(instance, id, firstId, runtime, process, note, mounts.Group(cgroup));
        }
        catch
        {
            process?.Kill();
            await (process?.Exited ?? Task.CompletedTask).ConfigureAwait(false);
            process?.Dispose();
            await RemoveAsync(instance, id, mounts.Group(cgroup)).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Host ids of what is inside, for mapping mounts.</summary>
    public SafeFileHandle OpenUserNamespace() =>
        Libc.Owned(Libc.Open(string.Create(CultureInfo.InvariantCulture, $"/proc/{Process.Pid}/ns/user"), Libc.OpenReadOnly | Libc.OpenCloseOnExec, 0), "user namespace");

    /// <summary>Ends everything inside and removes what it stood on; whoever calls again waits for the same end.</summary>
    public ValueTask DisposeAsync() => new(end.Value);

    private async Task EndAsync()
    {
        Process.Kill();
        await Process.Exited.ConfigureAwait(false);
        Process.Dispose();
        Note.Dispose();
        CloseQuietly(Input);
        CloseQuietly(Output);
        CloseQuietly(Error);
        await RemoveAsync(instance, Id, Group).ConfigureAwait(false);
    }

    private static async Task<Process> CreateAsync(string program, InstanceFolder instance, string folder, string id, ICgroup group)
    {
        var start = new ProcessStartInfo(program)
        {
            ArgumentList = { "--root", instance.RuntimeState, "run", "-d", "--bundle", folder, "--pid-file", Path.Combine(folder, "pid"), id },
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/",
        };
        start.Environment.Clear();
        start.Environment["PATH"] = RuntimeProgram.SearchPath;
        var runtime = Start(start);
        using var patience = new CancellationTokenSource(Patience);
        await runtime.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ProcessDescriptor.ReapSession(runtime.Id);
        if (runtime.HasExited && runtime.ExitCode == 0)
        {
            return runtime;
        }

        // The half-made container first: it holds the pipe that the runtime's words are read from, and waits for ever.
        runtime.Kill(entireProcessTree: true);
        await GroupEnd.RunAsync(group, CancellationToken.None).ConfigureAwait(false);
        ProcessDescriptor.ReapSession(runtime.Id);
        var words = (await runtime.StandardError.ReadToEndAsync(CancellationToken.None).ConfigureAwait(false)).Trim();
        runtime.Dispose();
        throw new SandboxException($"{program} could not make a sandbox: {words}");
    }

    /// <summary>The pipes are the server's own: only their owner can open them anew, by /dev/stdout and the like.</summary>
    private static void GiveStreams(int pid, uint user)
    {
        foreach (var descriptor in (ReadOnlySpan<int>)[0, 1, RuncConfiguration.ErrorDescriptor])
        {
            if (Libc.ChangeOwnerAt(Libc.AtFdCwd, string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/fd/{descriptor}"), user, user, 0) != 0)
            {
                throw Libc.Failure("chown of a pipe");
            }
        }
    }

    private static async Task RemoveAsync(InstanceFolder instance, string id, ICgroup group)
    {
        await GroupEnd.RunAsync(group, CancellationToken.None).ConfigureAwait(false);
        DeleteFolder(Path.Combine(instance.RuntimeState, id));
        DeleteFolder(Path.Combine(instance.Boxes, id));
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
