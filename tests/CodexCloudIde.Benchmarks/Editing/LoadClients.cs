using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace CodexCloudIde.Benchmarks.Editing;

/// <summary>What the clients saw.</summary>
/// <param name="Latencies">From the moment a key was due to its acknowledgement, without the keys of the first seconds.</param>
/// <param name="Sent">Keys.</param>
/// <param name="Answered">Keys of which the clients heard.</param>
/// <param name="Refused">Of those.</param>
/// <param name="Heard">Events.</param>
/// <param name="ClientSeconds">Processor time of the clients' two threads.</param>
/// <param name="Seconds">Until everything had been heard.</param>
internal sealed record LoadOutcome(Samples Latencies, long Sent, long Answered, long Refused, long Heard, double ClientSeconds, double Seconds);

/// <summary>
/// A thousand people with ten documents open each, ten people at each document, who type one key a second into every one. Two threads do for all of them, one that types and
/// one that reads: what tasks, timers and sockets of thousands of clients would cost is not the server's.
/// </summary>
internal sealed class LoadClients : IDisposable
{
    public const int Documents = 1000;
    public const int People = 1000;
    public const int EditorsEach = 10;

    private const short Readable = 1;
    private readonly LeanConnection[] connections = new LeanConnection[People];
    private readonly Editor[] editors = new Editor[People * EditorsEach];
    private readonly Samples latencies = new();
    private readonly int warming;
    private readonly int seconds;
    private long began;
    private long answered;
    private long refused;
    private long reading;
    private long typing;

    /// <summary>Connects and opens everything.</summary>
    /// <param name="connect">A new connection.</param>
    /// <param name="workspace">Of the documents.</param>
    /// <param name="path">Of a document by its number.</param>
    /// <param name="warming">Seconds of typing that do not count.</param>
    /// <param name="seconds">Seconds that do.</param>
    public LoadClients(Func<LeanConnection> connect, string workspace, Func<int, string> path, int warming, int seconds)
    {
        (this.warming, this.seconds) = (warming, seconds);
        Parallel.ForEach(Partitioner.Create(0, People, 25), new ParallelOptions { MaxDegreeOfParallelism = 8 }, range =>
        {
            for (var person = range.Item1; person < range.Item2; person++)
            {
                var connection = connections[person] = connect();
                for (var i = 0; i < EditorsEach; i++)
                {
                    // Ten different documents each, ten different people at each.
                    var opened = connection.Open(workspace, path((person + (i * 101)) % Documents));
                    editors[(person * EditorsEach) + i] = new Editor(connection, opened, $"{person}-{i}");
                }
            }
        });
    }

    /// <summary>Types, and returns when everything has been answered and heard, or half a minute after the last key.</summary>
    public LoadOutcome Run()
    {
        var sent = (long)(warming + seconds) * editors.Length;
        began = Stopwatch.GetTimestamp();
        var reader = new Thread(() => reading = Timed(() => Read(sent))) { Name = "Clients that read" };
        var typist = new Thread(() => typing = Timed(Type)) { Name = "Clients that type" };
        reader.Start();
        typist.Start();
        typist.Join();
        reader.Join();
        return new LoadOutcome(latencies, sent, answered, refused, Heard, (reading + typing) / 1e9, Stopwatch.GetElapsedTime(began).TotalSeconds);
    }

    public void Dispose() => Array.ForEach(connections, connection => connection.Dispose());

    private long Heard => connections.Sum(connection => connection.Heard);

    /// <summary>Keys are spread evenly over each second; one that is due is sent, whatever became of the one before.</summary>
    private void Type()
    {
        for (var call = 0L; call < (long)(warming + seconds) * editors.Length;)
        {
            for (; call < (long)(warming + seconds) * editors.Length && DueAt(call) <= Stopwatch.GetTimestamp(); call++)
            {
                var editor = editors[call % editors.Length];
                // At the start of the text: it is there on every revision that this editor may know.
                editor.Connection.Insert(call, editor.Document.Text, editor.ClientId, (call / editors.Length) + 1, Volatile.Read(ref editor.Document.Known), "x");
            }

            Pause();
        }
    }

    private void Read(long sent)
    {
        var descriptors = Array.ConvertAll(connections, connection => new PollDescriptor { Descriptor = connection.Descriptor, Events = Readable });
        var last = DueAt(sent) + (30 * Stopwatch.Frequency);
        while ((answered < sent || Heard < EditorsEach * sent) && Stopwatch.GetTimestamp() < last)
        {
            if (poll(descriptors, (nuint)descriptors.Length, 100) < 0) throw new InvalidOperationException($"poll: {Marshal.GetLastPInvokeError()}");
            for (var i = 0; i < descriptors.Length; i++)
            {
                if (descriptors[i].Occurred != 0) connections[i].Receive(Answered);
            }

            // What comes within a millisecond is read together, as a network card would deliver it.
            Pause();
        }
    }

    private void Answered(LeanAnswer answer)
    {
        answered++;
        if (answer.Error is not null) refused++;
        if (answer.Call >= (long)warming * editors.Length) latencies.Add(Stopwatch.GetElapsedTime(DueAt(answer.Call)).TotalMilliseconds);
    }

    private long DueAt(long call) => began + (call * Stopwatch.Frequency / editors.Length);

    /// <summary>About a millisecond.</summary>
    private static void Pause() => _ = poll([], 0, 1);

    private static long Timed(Action work)
    {
        work();
        if (clock_gettime(3, out var used) != 0) throw new InvalidOperationException($"clock_gettime: {Marshal.GetLastPInvokeError()}");
        return (used.Seconds * 1_000_000_000) + used.Nanoseconds;
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int poll([In, Out] PollDescriptor[] descriptors, nuint count, int milliseconds);

    /// <summary>Clock 3 is the calling thread's processor time.</summary>
    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int clock_gettime(int clock, out TimeSpecification time);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Occurred;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpecification
    {
        public long Seconds;
        public long Nanoseconds;
    }

    private sealed record Editor(LeanConnection Connection, LeanDocument Document, string ClientId);
}
