using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using CodexCloudIde.Documents;
using MessagePack;
using Microsoft.Win32.SafeHandles;

namespace CodexCloudIde.Benchmarks.Editing;

/// <summary>The least that durable can mean: a file that is appended to, and one fdatasync for all that waited meanwhile. No fence, no snapshot, nothing that could be read back by document.</summary>
internal sealed class RelayLog : IDisposable
{
    private const long Reserved = 256L << 20;

    private readonly ConcurrentQueue<(byte[] Entry, TaskCompletionSource Done)> queue = new();
    private readonly AutoResetEvent filled = new(false);
    private readonly SafeFileHandle file;
    private readonly Thread writing;
    private volatile bool isClosed;

    public RelayLog(string path)
    {
        file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, preallocationSize: Reserved);
        writing = new Thread(WriteAll) { IsBackground = true, Name = "Relay log" };
        writing.Start();
    }

    /// <summary>Completes when it is durable.</summary>
    public Task AppendAsync(long revision, RelayedEdit edit)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        var writer = new MessagePackWriter(buffer);
        writer.WriteArrayHeader(5);
        writer.Write(edit.DocumentId);
        writer.Write(revision);
        writer.Write(edit.ClientId);
        writer.Write(edit.Sequence);
        OperationFormatter.Write(ref writer, edit.Operation);
        writer.Flush();
        var done = new TaskCompletionSource();
        queue.Enqueue((buffer.WrittenSpan.ToArray(), done));
        filled.Set();
        return done.Task;
    }

    public void Dispose()
    {
        isClosed = true;
        filled.Set();
        writing.Join();
        file.Dispose();
        filled.Dispose();
    }

    private void WriteAll()
    {
        var (at, telling) = (0L, Task.CompletedTask);
        var group = new ArrayBufferWriter<byte>(64 * 1024);
        while (!isClosed)
        {
            filled.WaitOne();
            while (!queue.IsEmpty)
            {
                group.ResetWrittenCount();
                List<TaskCompletionSource> waiting = [];
                while (queue.TryDequeue(out var one))
                {
                    group.Write(one.Entry);
                    waiting.Add(one.Done);
                }

                RandomAccess.Write(file, group.WrittenSpan, at % Reserved);
                at += group.WrittenCount;
                if (fdatasync(file) != 0) throw new IOException("The relay's file could not be written.");
                telling = telling.ContinueWith(_ => waiting.ForEach(done => done.SetResult()), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }
    }

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fdatasync(SafeFileHandle file);
}
