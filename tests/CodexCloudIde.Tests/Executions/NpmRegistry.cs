using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace CodexCloudIde.Tests.Executions;

/// <summary>A registry of npm with one package, from which npm fills its cache as it would from the public one.</summary>
internal static class NpmRegistry
{
    /// <returns>The package.json and the package-lock.json of a project that depends on the package.</returns>
    public static async Task<(string Project, string Lock)> FillAsync(string cache, string name, string index)
    {
        var archive = await PackAsync(name, index);
        var builder = WebApplication.CreateSlimBuilder();
        await using var registry = builder.Build();
        registry.Urls.Add("http://127.0.0.1:0");
        registry.MapGet($"/{name}", (HttpRequest request) => Results.Json(new Dictionary<string, object>
        {
            ["name"] = name,
            ["dist-tags"] = new { latest = "1.0.0" },
            ["versions"] = new Dictionary<string, object>
            {
                ["1.0.0"] = new { name, version = "1.0.0", dist = new { tarball = $"http://{request.Host}/{name}/-/{name}-1.0.0.tgz", integrity = $"sha512-{Convert.ToBase64String(SHA512.HashData(archive))}" } },
            },
        }));
        registry.MapGet($"/{name}/-/{name}-1.0.0.tgz", () => Results.Bytes(archive, "application/octet-stream"));
        await registry.StartAsync();
        var folder = Directory.CreateTempSubdirectory("npm-");
        try
        {
            var project = JsonSerializer.Serialize(new { name = "shop", version = "1.0.0", dependencies = new Dictionary<string, string> { [name] = "1.0.0" } });
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "package.json"), project);
            await NpmAsync(folder.FullName, "install", "--cache", cache, "--registry", registry.Urls.First(), "--omit-lockfile-registry-resolved=false", "--no-audit", "--no-fund");
            return (project, await File.ReadAllTextAsync(Path.Combine(folder.FullName, "package-lock.json")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public static async Task NpmAsync(string folder, params string[] arguments)
    {
        using var npm = Process.Start(new ProcessStartInfo("npm", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (printed, complained) = (npm.StandardOutput.ReadToEndAsync(), npm.StandardError.ReadToEndAsync());
        await npm.WaitForExitAsync();
        Assert.True(npm.ExitCode == 0, await printed + await complained);
    }

    private static async Task<byte[]> PackAsync(string name, string index)
    {
        using var packed = new MemoryStream();
        await using (var compressed = new GZipStream(packed, CompressionLevel.Fastest))
        await using (var archive = new TarWriter(compressed))
        {
            foreach (var (path, text) in new[] { ("package.json", JsonSerializer.Serialize(new { name, version = "1.0.0", main = "index.js" })), ("index.js", index) })
            {
                await archive.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, $"package/{path}") { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
            }
        }

        return packed.ToArray();
    }
}
