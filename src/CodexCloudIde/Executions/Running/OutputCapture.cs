using System.Text;
using CodexCloudIde.Sandboxing;

namespace CodexCloudIde.Executions.Running;

/// <summary>Turns a run's bytes into text (invalid UTF-8 replaced, NUL kept out of storage) and events; offsets count UTF-16 units of the stream's text.</summary>
internal sealed class OutputCapture(RunLog log) : ISandboxObserver
{
    private readonly Stream stdout = new();
    private readonly Stream stderr = new();
    private readonly List<string> labels = [];

    public string Stdout => stdout.Text;

    public string Stderr => stderr.Text;

    /// <summary>As they were told, in that order.</summary>
    public IReadOnlyList<string> Told
    {
        get
        {
            lock (labels)
            {
                return [.. labels];
            }
        }
    }

    public void Wrote(OutputStream stream, ReadOnlySpan<byte> bytes)
    {
        var target = stream == OutputStream.Stdout ? stdout : stderr;
        var (offset, text) = target.Add(bytes, flush: false);
        if (text.Length > 0)
        {
            Append(stream, offset, text);
        }
    }

    public void Used(SandboxUsage usage) => log.Append("usage", Usages.Of(usage));

    public void Labelled(SandboxLabel label)
    {
        lock (labels)
        {
            labels.Add(Labels.Of(label));
            log.Append("label", new { label = labels[^1] }, new RunPosition { Labels = 1 });
        }
    }

    /// <summary>What is left of a character that was cut off.</summary>
    public void Finish()
    {
        foreach (var (target, stream) in new[] { (stdout, OutputStream.Stdout), (stderr, OutputStream.Stderr) })
        {
            var (offset, text) = target.Add([], flush: true);
            if (text.Length > 0)
            {
                Append(stream, offset, text);
            }
        }
    }

    private void Append(OutputStream stream, int offset, string text)
    {
        if (stream == OutputStream.Stdout) log.Append("stdout", new { offset, text }, new RunPosition { Stdout = text.Length });
        else log.Append("stderr", new { offset, text }, new RunPosition { Stderr = text.Length });
    }

    private sealed class Stream
    {
        private readonly Lock gate = new();
        private readonly Decoder decoder = new UTF8Encoding(false).GetDecoder();
        private readonly StringBuilder all = new();

        public string Text
        {
            get
            {
                lock (gate)
                {
                    return all.ToString();
                }
            }
        }

        public (int Offset, string Text) Add(ReadOnlySpan<byte> bytes, bool flush)
        {
            lock (gate)
            {
                var characters = new char[decoder.GetCharCount(bytes, flush)];
                var count = decoder.GetChars(bytes, characters, flush);
                var text = new string(characters, 0, count).Replace('\0', '\uFFFD');
                var offset = all.Length;
                all.Append(text);
                return (offset, text);
            }
        }
    }
}

/// <summary>From the sandbox's words to the API's.</summary>
internal static class Labels
{
    public static string Of(SandboxLabel label) => label switch
    {
        SandboxLabel.DiskFull => "diskFull",
        SandboxLabel.ProcessLimit => "processLimit",
        SandboxLabel.SuspectedSpin => "suspectedSpin",
        SandboxLabel.DeniedSyscall => "deniedSyscall",
        _ => throw new ArgumentOutOfRangeException(nameof(label)),
    };

    public static string? Of(StartRefusal refusal) => refusal switch
    {
        StartRefusal.None => null,
        StartRefusal.WorkingDirectory => "noWorkingDirectory",
        StartRefusal.NotFound => "commandNotFound",
        _ => "commandNotExecutable",
    };

    public static string? Of(KillCause cause) => cause switch
    {
        KillCause.None => null,
        KillCause.ServerStopped => "serverStopped",
        _ => cause.ToString().ToLowerInvariant(),
    };
}

internal static class Usages
{
    public static ExecutionUsage Of(SandboxUsage usage) =>
        new(usage.CpuMs, usage.WallMs, usage.PeakMemoryBytes, usage.ReadBytes, usage.WrittenBytes, 0, usage.PeakProcesses);
}
