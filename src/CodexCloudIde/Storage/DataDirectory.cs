using Microsoft.Extensions.Options;

namespace CodexCloudIde.Storage;

/// <summary>The resolved folder of everything that the product keeps.</summary>
internal sealed class DataDirectory
{
    public DataDirectory(IOptions<StorageOptions> options)
        : this(options.Value.DataDirectory)
    {
    }

    public DataDirectory(string path)
    {
        Path = System.IO.Path.GetFullPath(path);
        Directory.CreateDirectory(Path);
    }

    /// <summary>Absolute.</summary>
    public string Path { get; }

    /// <summary>Absolute path of something below it; parts come from the program, never from a request.</summary>
    public string Of(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>The same, and the folder exists afterwards.</summary>
    public string Folder(params ReadOnlySpan<string> parts) => Directory.CreateDirectory(Of(parts)).FullName;
}
