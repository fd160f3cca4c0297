using System.IO.Compression;
using CodexCloudIde.Tests.Hosting;

namespace CodexCloudIde.Tests.Executions;

/// <summary>Projects with dependencies, built in a sandbox without a network from caches that the operator made. NuGet's is <see cref="DotnetTestRunTests"/>'.</summary>
public sealed class PackageCacheTests(PackageCacheTests.Caches caches) : IClassFixture<PackageCacheTests.Caches>
{
    private static readonly object Patient = new { wallSeconds = 900, cpuSeconds = 600, idleSeconds = 300, memoryMb = 2048, diskMb = 1024 };

    [Fact]
    public async Task Go_ModuleOfTheCache_IsBuiltAndRuns()
    {
        var workspace = await caches.Host.NewWorkspaceAsync(
            ("go.mod", "module shop\n\ngo 1.19\n\nrequire example.com/greet v1.0.0\n"),
            ("main.go", "package main\n\nimport (\n\t\"fmt\"\n\n\t\"example.com/greet\"\n)\n\nfunc main() { fmt.Println(greet.Hello()) }\n"));
        var run = await caches.Host.ExecuteAsync(workspace, new { command = new[] { "sh", "-c", "go mod tidy && go run ." }, limits = Patient });
        Assert.Equal(("hello from the cache\n", 0), ((string)run["stdout"]!, (int?)run["exitCode"]));
    }

    [Fact]
    public async Task Go_ModuleThatIsNotThere_IsSaidAtOnce()
    {
        var workspace = await caches.Host.NewWorkspaceAsync(("go.mod", "module shop\n\ngo 1.19\n\nrequire example.com/nothing v1.0.0\n"), ("main.go", "package main\n\nimport _ \"example.com/nothing\"\n\nfunc main() {}\n"));
        var run = await caches.Host.ExecuteAsync(workspace, new { command = new[] { "sh", "-c", "go mod tidy && go run ." }, limits = Patient });
        Assert.Equal(("exited", 1), ((string)run["status"]!, (int?)run["exitCode"]));
        Assert.Contains("GOPROXY=off", (string)run["stderr"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cargo_CrateOfTheCache_IsBuiltAndRuns()
    {
        var workspace = await caches.Host.NewWorkspaceAsync(
            ("Cargo.toml", "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[dependencies]\ngreet = \"1\"\n"),
            ("src/main.rs", "fn main() {\n    println!(\"{}\", greet::hello());\n}\n"));
        var run = await caches.Host.ExecuteAsync(workspace, new { command = new[] { "cargo", "run", "--quiet" }, limits = Patient });
        Assert.Equal(("hello from the cache\n", 0), ((string)run["stdout"]!, (int?)run["exitCode"]));
    }

    [Fact]
    public async Task Npm_WhatTheLockFileNames_IsInstalledAndRuns()
    {
        var workspace = await caches.Host.NewWorkspaceAsync(
            ("package.json", caches.NpmProject), ("package-lock.json", caches.NpmLock), ("main.js", "console.log(require(\"greet\").hello());\n"));
        var run = await caches.Host.ExecuteAsync(workspace, new { command = new[] { "sh", "-c", "npm ci --silent && node main.js" }, limits = Patient });
        Assert.Equal(("hello from the cache\n", "", 0), ((string)run["stdout"]!, (string)run["stderr"]!, (int?)run["exitCode"]));
    }

    [Fact]
    public async Task Npm_PackageThatIsNotThere_IsSaidAtOnce()
    {
        var workspace = await caches.Host.NewWorkspaceAsync(("package.json", """{ "name": "shop", "dependencies": { "nothing": "1.0.0" } }"""));
        var run = await caches.Host.ExecuteAsync(workspace, new { command = new[] { "npm", "install" }, limits = Patient });
        Assert.Equal(("exited", 1), ((string)run["status"]!, (int?)run["exitCode"]));
        Assert.Contains("ENOTCACHED", (string)run["stderr"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pip_WheelOfTheCache_IsInstalledAndRuns()
    {
        var workspace = await caches.Host.NewWorkspaceAsync();
        const string Script = "python3 -m venv .venv && .venv/bin/pip install -q greet && .venv/bin/python -c 'import greet; print(greet.hello())'";
        var run = await caches.Host.ExecuteAsync(workspace, new { command = new[] { "sh", "-c", Script }, limits = Patient });
        Assert.Equal(("hello from the cache\n", "", 0), ((string)run["stdout"]!, (string)run["stderr"]!, (int?)run["exitCode"]));
    }

    [Fact]
    public async Task Pip_PackageThatIsNotThere_IsSaidAtOnce()
    {
        var workspace = await caches.Host.NewWorkspaceAsync();
        var run = await caches.Host.ExecuteAsync(workspace, new { command = new[] { "sh", "-c", "python3 -m venv .venv && .venv/bin/pip install -q nothing" }, limits = Patient });
        Assert.Equal(("exited", 1), ((string)run["status"]!, (int?)run["exitCode"]));
        Assert.Contains("No matching distribution found for nothing", (string)run["stderr"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Caches_AreReadOnly()
    {
        var workspace = await caches.Host.NewWorkspaceAsync();
        var run = await caches.Host.ExecuteAsync(workspace, new { command = new[] { "sh", "-c", "ls /ide/cache/cargo; echo mine > /ide/cache/cargo/greet/src/lib.rs; chmod 777 /ide/cache/cargo" } });
        Assert.Equal("greet\n", (string?)run["stdout"]);
        Assert.Equal(2, ((string)run["stderr"]!).Split("Read-only file system").Length - 1);
    }

    /// <summary>A host with a module and a crate of its own.</summary>
    public sealed class Caches : IAsyncLifetime
    {
        private readonly TempFolder folder = new();

        internal IdeHost Host { get; private set; } = null!;

        internal string NpmProject { get; private set; } = "";

        internal string NpmLock { get; private set; } = "";

        public async ValueTask InitializeAsync()
        {
            var go = Directory.CreateDirectory(Path.Combine(folder.Path, "go", "cache", "download", "example.com", "greet", "@v")).FullName;
            await File.WriteAllTextAsync(Path.Combine(go, "list"), "v1.0.0\n");
            await File.WriteAllTextAsync(Path.Combine(go, "v1.0.0.info"), """{"Version":"v1.0.0","Time":"2026-01-01T00:00:00Z"}""");
            await File.WriteAllTextAsync(Path.Combine(go, "v1.0.0.mod"), "module example.com/greet\n\ngo 1.19\n");
            using (var zip = await ZipFile.OpenAsync(Path.Combine(go, "v1.0.0.zip"), ZipArchiveMode.Create))
            {
                await AddAsync(zip, "example.com/greet@v1.0.0/go.mod", "module example.com/greet\n\ngo 1.19\n");
                await AddAsync(zip, "example.com/greet@v1.0.0/greet.go", "package greet\n\nfunc Hello() string { return \"hello from the cache\" }\n");
            }

            var crate = Directory.CreateDirectory(Path.Combine(folder.Path, "cargo", "greet", "src")).FullName;
            await File.WriteAllTextAsync(Path.Combine(crate, "lib.rs"), "pub fn hello() -> &'static str {\n    \"hello from the cache\"\n}\n");
            await File.WriteAllTextAsync(Path.Combine(crate, "..", "Cargo.toml"), "[package]\nname = \"greet\"\nversion = \"1.0.0\"\nedition = \"2021\"\n");
            await File.WriteAllTextAsync(Path.Combine(crate, "..", ".cargo-checksum.json"), """{"files":{},"package":null}""");
            (NpmProject, NpmLock) = await NpmRegistry.FillAsync(Path.Combine(folder.Path, "npm"), "greet", "exports.hello = () => \"hello from the cache\";\n");
            var wheels = Directory.CreateDirectory(Path.Combine(folder.Path, "pip")).FullName;
            using (var wheel = await ZipFile.OpenAsync(Path.Combine(wheels, "greet-1.0.0-py3-none-any.whl"), ZipArchiveMode.Create))
            {
                await AddAsync(wheel, "greet.py", "def hello():\n    return \"hello from the cache\"\n");
                await AddAsync(wheel, "greet-1.0.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: greet\nVersion: 1.0.0\n");
                await AddAsync(wheel, "greet-1.0.0.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n");
                await AddAsync(wheel, "greet-1.0.0.dist-info/RECORD", "greet.py,,\ngreet-1.0.0.dist-info/METADATA,,\ngreet-1.0.0.dist-info/WHEEL,,\ngreet-1.0.0.dist-info/RECORD,,\n");
            }

            Host = await IdeHost.StartAsync([.. new[] { "go", "cargo", "npm", "pip" }.Select(name => $"--Ide:Sandbox:Caches:{name}={Path.Combine(folder.Path, name)}")]);
        }

        public async ValueTask DisposeAsync()
        {
            await Host.DisposeAsync();
            folder.Dispose();
        }

        private static async Task AddAsync(ZipArchive zip, string name, string text)
        {
            await using var writer = new StreamWriter(await zip.CreateEntry(name).OpenAsync());
            await writer.WriteAsync(text);
        }
    }
}
