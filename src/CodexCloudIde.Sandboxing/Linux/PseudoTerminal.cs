using System.Globalization;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Microsoft.Win32.SafeHandles;

namespace CodexCloudIde.Sandboxing.Linux;

/// <summary>The server's end of a terminal whose other end lies in a sandbox. One thread reads it; nobody reading stops the program.</summary>
internal sealed class PseudoTerminal : IDisposable
{
    private const ulong Unlock = 0x40045431;
    private const ulong GetNumber = 0x80045430;
    private const ulong SetSize = 0x5414;
    private const short Readable = 1;
    private const int Again = 11;
    private const int Interrupted = 4;

    private readonly SafeFileHandle master;
    private readonly Channel<byte[]> output = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(4) { SingleWriter = true });
    private readonly Task reading;
    private ReadOnlyMemory<byte> rest;

    private PseudoTerminal(SafeFileHandle master, int number)
    {
        this.master = master;
        Number = number;
        reading = Task.Factory.StartNew(ReadAll, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public int Number { get; }

    /// <param name="folder">The sandbox's devpts, seen from the host before any foreign code ran inside.</param>
    public static unsafe PseudoTerminal Open(string folder, uint user, int columns, int rows)
    {
        const int Flags = Libc.OpenReadWrite | Libc.OpenCloseOnExec | Libc.OpenNoControllingTerminal | Libc.OpenNonBlocking;
        var master = Libc.Owned(Libc.Open($"{folder}/ptmx", Flags, 0), "ptmx");
        int zero = 0, number;
        if (Libc.Control(master.Number(), Unlock, &zero) != 0 || Libc.Control(master.Number(), GetNumber, &number) != 0)
        {
            throw Libc.Failure("pty");
        }

        if (Libc.ChangeOwnerAt(Libc.AtFdCwd, string.Create(CultureInfo.InvariantCulture, $"{folder}/{number}"), user, user, 0) != 0)
        {
            throw Libc.Failure("chown pty");
        }

        var terminal = new PseudoTerminal(master, number);
        terminal.Resize(columns, rows);
        return terminal;
    }

    public unsafe void Resize(int columns, int rows)
    {
        var size = stackalloc ushort[] { (ushort)Math.Clamp(rows, 1, 1000), (ushort)Math.Clamp(columns, 1, 1000), 0, 0 };
        var held = false;
        try
        {
            master.DangerousAddRef(ref held);
            _ = Libc.Control(master.Number(), SetSize, size);
        }
        catch (ObjectDisposedException)
        {
            // The program ended meanwhile.
        }
        finally
        {
            if (held)
            {
                master.DangerousRelease();
            }
        }
    }

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (rest.IsEmpty)
        {
            if (!await output.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                return 0;
            }

            if (output.Reader.TryRead(out var next))
            {
                rest = next;
            }
        }

        var count = Math.Min(buffer.Length, rest.Length);
        rest[..count].CopyTo(buffer);
        rest = rest[count..];
        return count;
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            var written = WriteSome(bytes.Span);
            if (written < 0)
            {
                return;
            }

            bytes = bytes[written..];
            if (!bytes.IsEmpty)
            {
                // The program does not read; its buffer is 4 KB.
                await Task.Delay(TimeSpan.FromMilliseconds(5), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>After the program's end: waits for the reader, which the hang-up ends.</summary>
    public void Dispose()
    {
        output.Writer.TryComplete();
        reading.ContinueWith(_ => master.Dispose(), TaskScheduler.Default);
    }

    private unsafe int WriteSome(ReadOnlySpan<byte> bytes)
    {
        var held = false;
        try
        {
            master.DangerousAddRef(ref held);
            fixed (byte* start = bytes)
            {
                var count = Libc.Write(master.Number(), start, (nuint)bytes.Length);
                return count >= 0 ? (int)count : Marshal.GetLastPInvokeError() is Again or Interrupted ? 0 : -1;
            }
        }
        catch (ObjectDisposedException)
        {
            return -1;
        }
        finally
        {
            if (held)
            {
                master.DangerousRelease();
            }
        }
    }

    private unsafe void ReadAll()
    {
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var poll = new Libc.PollDescriptor { Descriptor = master.Number(), Events = Readable };
            if (Libc.Poll(&poll, 1, -1) < 0 && Marshal.GetLastPInvokeError() != Interrupted)
            {
                break;
            }

            nint count;
            fixed (byte* start = buffer)
            {
                count = Libc.Read(master.Number(), start, (nuint)buffer.Length);
            }

            if (count > 0)
            {
                if (!Deliver(buffer.AsSpan(0, (int)count).ToArray()))
                {
                    break;
                }
            }
            else if (count == 0 || Marshal.GetLastPInvokeError() is not (Again or Interrupted))
            {
                break;
            }
        }

        output.Writer.TryComplete();
    }

    private bool Deliver(byte[] bytes)
    {
        while (!output.Writer.TryWrite(bytes))
        {
            // This thread belongs to the terminal alone: holding it is what stops a program that floods.
            if (!output.Writer.WaitToWriteAsync().AsTask().GetAwaiter().GetResult())
            {
                return false;
            }
        }

        return true;
    }
}
