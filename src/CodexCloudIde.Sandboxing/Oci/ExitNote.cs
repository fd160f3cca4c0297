using System.Globalization;
using System.Text;
using CodexCloudIde.Sandboxing.Linux;
using Microsoft.Win32.SafeHandles;

namespace CodexCloudIde.Sandboxing.Oci;

/// <summary>
/// What the waiting shell says about the program it started. A shell's exit code cannot tell <c>exit 137</c> from a kill, nor a program
/// that is missing from one that returns 127; its error stream can, so from the beginning that stream is a file of its own. Before foreign code
/// runs the file loses its name, its owner and every permission: inside, only the shell that holds it open can still write to it.
/// </summary>
internal sealed class ExitNote : IDisposable
{
    /// <summary>Where the waiting shell makes it.</summary>
    public const string InsidePath = "/dev/shm/.note";

    /// <summary>What the job's script writes when the working directory cannot be entered.</summary>
    public const string NoDirectory = "cd";

    private const int BadSystemCall = 31;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);
    private const int Attempts = 5_000;

    private readonly SafeFileHandle file;

    private ExitNote(SafeFileHandle file) => this.file = file;

    /// <summary>Waits until the shell of a fresh container holds its note, then takes the note from its user.</summary>
    public static async Task<ExitNote> TakeAsync(ProcessDescriptor process)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Pid}/root{InsidePath}");
        for (var attempt = 0; attempt < Attempts && !process.Exited.IsCompleted; attempt++)
        {
            var opened = Libc.Open(path, Libc.OpenReadOnly | Libc.OpenNoFollow | Libc.OpenCloseOnExec, 0);
            if (opened >= 0)
            {
                var file = new SafeFileHandle(opened, ownsHandle: true);
                const int EmptyPath = 0x1000;
                if (Libc.Unlink(path) != 0 || Libc.ChangeOwnerAt(opened, "", 0, 0, EmptyPath) != 0 || Libc.ChangeMode(opened, 0) != 0)
                {
                    file.Dispose();
                    throw Libc.Failure("exit note");
                }

                return new ExitNote(file);
            }

            await Task.Delay(Pause).ConfigureAwait(false);
        }

        throw new SandboxException("A fresh sandbox's shell did not begin.");
    }

    /// <summary>After the end: how the program ended or why it was not started.</summary>
    public ProgramEnd Read(int exitCode)
    {
        var bytes = new byte[4096];
        var text = Encoding.UTF8.GetString(bytes, 0, RandomAccess.Read(file, bytes, 0)).TrimEnd('\n');
        var last = text[(text.LastIndexOf('\n') + 1)..];
        var refusal = last switch
        {
            NoDirectory => StartRefusal.WorkingDirectory,
            "127" => StartRefusal.NotFound,
            "126" => StartRefusal.NotExecutable,
            _ => StartRefusal.None,
        };

        // Shells pass over the two signals that end pipelines in silence; for these the exit code is all there is.
        var bySignal = exitCode is > 128 and <= 128 + 64 && refusal == StartRefusal.None && (last.Length > 0 || exitCode is 128 + 2 or 128 + 13);
        return new ProgramEnd(refusal, bySignal ? exitCode - 128 : null);
    }

    public void Dispose() => file.Dispose();

    /// <param name="Refusal">Why it was not started.</param>
    /// <param name="Signal">What ended it.</param>
    internal readonly record struct ProgramEnd(StartRefusal Refusal, int? Signal)
    {
        /// <summary>The kernel's own kill for a call that no sandbox may make.</summary>
        public bool IsForbiddenCall => Signal == BadSystemCall;
    }
}
