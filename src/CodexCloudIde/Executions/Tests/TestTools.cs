using CodexCloudIde.Sandboxing;
using CodexCloudIde.Storage;

namespace CodexCloudIde.Executions.Tests;

/// <summary>The product's own test plugins as files, to be mounted read-only.</summary>
internal sealed class TestTools
{
    private const string Resources = "test-tools/";

    private readonly Lazy<string> folder;

    public TestTools(DataDirectory data) => folder = new(() => Unpack(data.Folder("tools", "tests")));

    public SandboxMount Mount => new(folder.Value, SandboxPaths.Tools);

    private static string Unpack(string folder)
    {
        var assembly = typeof(TestTools).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Resources, StringComparison.Ordinal)))
        {
            using var source = assembly.GetManifestResourceStream(name)!;
            var path = Path.Combine(folder, name[Resources.Length..]);
            var fresh = path + "." + Guid.NewGuid().ToString("N");
            using (var file = File.Create(fresh))
            {
                source.CopyTo(file);
            }

            // Everybody may read it: inside, its owner is nobody.
            File.SetUnixFileMode(fresh, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
            File.Move(fresh, path, overwrite: true);
        }

        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        return folder;
    }
}
