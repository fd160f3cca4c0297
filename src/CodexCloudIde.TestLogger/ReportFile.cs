using System.Runtime.InteropServices;
using System.Text;

namespace CodexCloudIde.TestLogger;

/// <summary>
/// The report, <c>IDE_REPORT</c>: one JSON object for each line, appended by several processes. What cannot be written is left out: tests must not fail by it.
/// </summary>
internal static class ReportFile
{
    private const int WriteOnly = 1;
    private const int AppendToIt = 0x400;
    private const int CloseOnExec = 0x80000;

    private static readonly string Path = Environment.GetEnvironmentVariable("IDE_REPORT") ?? "/ide/report/events";

    /// <summary>One write for each line, in append mode of the kernel, so that lines of two processes never mix.</summary>
    public static void Append(JsonLine line)
    {
        var bytes = Encoding.UTF8.GetBytes(line.End());
        var file = Open(Encoding.UTF8.GetBytes(Path + '\0'), WriteOnly | AppendToIt | CloseOnExec);
        if (file >= 0)
        {
            _ = Write(file, bytes, (UIntPtr)bytes.Length);
            _ = Close(file);
        }
    }

    [DllImport("libc", EntryPoint = "open")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "write")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern IntPtr Write(int file, byte[] bytes, UIntPtr count);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int file);
}
