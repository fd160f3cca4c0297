using CodexCloudIde.Sandboxing.Linux;
using CodexCloudIde.Sandboxing.Supervision;

namespace CodexCloudIde.Sandboxing.Oci;

/// <summary>A pty whose program runs in a box.</summary>
internal sealed class OciTerminal : ISandboxTerminal
{
    private readonly PseudoTerminal pty;
    private readonly Supervisor supervisor;

    private readonly ExitNote note;

    public OciTerminal(PseudoTerminal pty, Supervisor supervisor, ExitNote note)
    {
        this.pty = pty;
        this.note = note;
        this.supervisor = supervisor;
        Completion = WatchAsync();
    }

    public Task<SandboxResult> Completion { get; }

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) => pty.ReadAsync(buffer, cancellationToken);

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        supervisor.NoteActivity();
        return pty.WriteAsync(bytes, cancellationToken);
    }

    public void Resize(int columns, int rows) => pty.Resize(columns, rows);

    /// <summary>Ends it from outside.</summary>
    public void End() => supervisor.Kill(KillCause.Cancelled);

    private async Task<SandboxResult> WatchAsync()
    {
        using (supervisor)
        {
            var exitCode = await supervisor.WatchAsync(CancellationToken.None).ConfigureAwait(false);
            return supervisor.Finish(exitCode, note.Read(exitCode));
        }
    }
}
