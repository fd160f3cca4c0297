using System.Formats.Tar;
using System.IO.Compression;
using CodexCloudIde.Storage;
using Microsoft.Data.Sqlite;

namespace CodexCloudIde.CommandLine;

/// <summary>
/// <c>backup FILE</c> and <c>restore FILE</c>: the data directory as one tar.gz. SQLite files go in by SQLite's own online backup, so a running server
/// may go on; what else changes meanwhile is in or not, file by file. A PostgreSQL database is saved by its own tools.
/// </summary>
internal static class Backup
{
    public static async Task<int> SaveAsync(string[] args)
    {
        var arguments = new Arguments(args);
        if (arguments.Words is not [var file]) return Commands.Wrong("backup needs one FILE.");
        if (File.Exists(file)) return No($"{file} exists.");
        await using var app = await Offline.OpenAsync(arguments.Settings);
        var data = app.Services.GetRequiredService<DataDirectory>().Path;
        var postgres = app.Services.GetRequiredService<TenantContexts>().IsPostgres;
        var copies = Directory.CreateTempSubdirectory("codex-backup-");
        try
        {
            await using (var stream = new FileStream(file, new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            await using (var zipped = new GZipStream(stream, CompressionLevel.Fastest))
            await using (var tar = new TarWriter(zipped, TarEntryFormat.Pax))
            {
                await AddAsync(tar, data, data, copies.FullName);
            }
        }
        finally
        {
            copies.Delete(recursive: true);
        }

        if (postgres) await Console.Error.WriteLineAsync("The database is PostgreSQL: save it with pg_dump as well.");
        Console.WriteLine(file);
        return 0;
    }

    public static async Task<int> RestoreAsync(string[] args)
    {
        var arguments = new Arguments(args);
        if (arguments.Words is not [var file]) return Commands.Wrong("restore needs one FILE.");
        var setting = arguments.Settings.FirstOrDefault(value => value.StartsWith("--Ide:DataDirectory=", StringComparison.OrdinalIgnoreCase));
        if (setting is null) return Commands.Wrong("restore needs --Ide:DataDirectory=DIR, an empty or missing folder.");
        var data = Directory.CreateDirectory(setting[(setting.IndexOf('=', StringComparison.Ordinal) + 1)..]).FullName;
        if (Directory.EnumerateFileSystemEntries(data).Any()) return No($"{data} is not empty.");
        try
        {
            await using var stream = File.OpenRead(file);
            await using var zipped = new GZipStream(stream, CompressionMode.Decompress);
            await TarFile.ExtractToDirectoryAsync(zipped, data, overwriteFiles: false);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            return No($"{file} cannot be restored: {exception.Message}");
        }

        Console.WriteLine(data);
        return 0;
    }

    private static async Task AddAsync(TarWriter tar, string root, string folder, string copies)
    {
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
        {
            var name = Path.GetRelativePath(root, entry.FullName);
            if (entry.Name.EndsWith("-wal", StringComparison.Ordinal) || entry.Name.EndsWith("-shm", StringComparison.Ordinal)) continue;
            if (entry is FileInfo && entry.LinkTarget is null && entry.Name.EndsWith(".db", StringComparison.Ordinal) && folder == root)
                await tar.WriteEntryAsync(Copy(entry.FullName, copies), name);
            else if (entry.LinkTarget is not null || entry is DirectoryInfo || (entry.Attributes & FileAttributes.Device) == 0)
                await tar.WriteEntryAsync(entry.FullName, name);
            if (entry is DirectoryInfo && entry.LinkTarget is null) await AddAsync(tar, root, entry.FullName, copies);
        }
    }

    private static string Copy(string database, string copies)
    {
        var copy = Path.Combine(copies, Path.GetFileName(database));
        using var from = new SqliteConnection($"Data Source={database};Mode=ReadOnly;Pooling=False");
        using var to = new SqliteConnection($"Data Source={copy};Pooling=False");
        from.Open();
        to.Open();
        from.BackupDatabase(to);
        return copy;
    }

    private static int No(string message)
    {
        Console.Error.WriteLine(message);
        return 1;
    }
}
