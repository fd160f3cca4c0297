using System.Text;
using CodexCloudIde.Sandboxing.Linux;
using Microsoft.Win32.SafeHandles;

namespace CodexCloudIde.Sandboxing.Oci;

/// <summary>A command as the few lines that the waiting shell reads: every word quoted, nothing expanded.</summary>
internal static class JobScript
{
    private const int Create = 0x40 | 0x80 | 1; // O_CREAT | O_EXCL | O_WRONLY

    private static readonly (string Name, string Value)[] Own =
    [
        ("HOME", SandboxPaths.Home), ("USER", "user"), ("LOGNAME", "user"), ("SHELL", "/bin/bash"), ("TMPDIR", "/tmp"), ("PWD", SandboxPaths.Workspace),
    ];

    /// <summary>Names that a shell keeps for itself: env(1) sets them for the program alone.</summary>
    private static readonly HashSet<string> MeanSomethingToShells =
    [
        "BASHOPTS", "BASH_ENV", "CDPATH", "ENV", "EUID", "GROUPS", "HISTSIZE", "IFS", "LINENO", "MAIL", "MAILCHECK", "MAILPATH", "OPTARG", "OPTIND", "PPID",
        "PS1", "PS2", "PS4", "RANDOM", "SECONDS", "SHELLOPTS", "SHLVL", "UID", "_",
    ];

    /// <summary>What is written to the waiting shell; what follows it on the pipe is the program's own input.</summary>
    public static byte[] Line { get; } = Encoding.ASCII.GetBytes(". /ide/job/run\n");

    /// <summary>
    /// The program is a child of the shell, so that it is not the first process of its namespace, whose signals differ. The trap is heard only
    /// when exec fails: then the shell's own error stream, the note, gets 126 or 127.
    /// </summary>
    public static string For(SandboxCommand command, string redirection)
    {
        var script = new StringBuilder("unset l OLDPWD\n");
        foreach (var (name, value) in Own)
        {
            script.Append("export ").Append(name).Append('=').Append(Quote(value)).Append('\n');
        }

        var special = new StringBuilder();
        foreach (var (name, value) in command.Environment)
        {
            if (!IsName(name))
            {
                throw new ArgumentException($"{name} is no variable's name.");
            }

            if (MeanSomethingToShells.Contains(name))
            {
                special.Append(' ').Append(name).Append('=').Append(Quote(value));
            }
            else
            {
                script.Append("export ").Append(name).Append('=').Append(Quote(value)).Append('\n');
            }
        }

        script.Append("cd ").Append(Quote(command.WorkingDirectory)).Append(" 2>&8 || { echo ").Append(ExitNote.NoDirectory).Append(" >&2; exit 126; }\n");
        script.Append("( trap 'echo $? >&2' EXIT; { exec");
        if (redirection.Length > 0)
        {
            script.Append(" setsid -c");
        }

        if (special.Length > 0)
        {
            script.Append(" env").Append(special);
        }

        foreach (var argument in command.Arguments)
        {
            script.Append(' ').Append(Quote(argument));
        }

        return script.Append(redirection).Append("; } 2>&8 8>&- )\nexit $?\n").ToString();
    }

    public static bool IsName(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => c == '_' || char.IsAsciiLetterOrDigit(c));

    public static void Write(SafeFileHandle scratch, string script)
    {
        using var handle = Libc.Owned(Libc.OpenAt(scratch.Number(), "job/run", Create | Libc.OpenCloseOnExec, Convert.ToInt32("444", 8)), "job");
        using var file = new FileStream(handle, FileAccess.Write, bufferSize: 0);
        file.Write(Encoding.UTF8.GetBytes(script));
    }

    private static string Quote(string value) =>
        value.Contains('\0', StringComparison.Ordinal)
            ? throw new ArgumentException("A word of a command holds a NUL.")
            : $"'{value.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
