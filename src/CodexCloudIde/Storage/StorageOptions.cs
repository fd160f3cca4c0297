using System.ComponentModel.DataAnnotations;

namespace CodexCloudIde.Storage;

/// <summary>Section <c>Ide</c>: where things lie.</summary>
internal sealed class StorageOptions
{
    /// <summary>Folder of databases, workspaces and keys; made on start. In a cluster a shared volume.</summary>
    [Required]
    public string DataDirectory { get; set; } =
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "codex-cloud-ide");

    /// <summary>Empty: SQLite in the data directory. Otherwise a PostgreSQL connection string.</summary>
    public string Database { get; set; } = "";

    /// <summary>Empty: one process. Otherwise StackExchange.Redis' configuration: several processes form one cluster.</summary>
    public string Redis { get; set; } = "";
}
