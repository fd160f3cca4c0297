namespace CodexCloudIde.Sandboxing;

/// <summary>
/// Read-only packages from the host, so that projects are restored, built and tested without a network. Every sandbox has the folders, empty unless a
/// <see cref="SandboxMount"/> fills them, and their package clients are told to look there and nowhere else: a package that is missing is then
/// an error at once, in the client's own words, instead of a wait for a network that is not there.
/// </summary>
public static class PackageCaches
{
    private const string Folder = "/ide/cache";

    /// <summary>A folder of packages as NuGet installs them (<c>dotnet restore --packages DIR</c>), or of <c>.nupkg</c> files.</summary>
    public const string NuGet = $"{Folder}/nuget";

    /// <summary>Go's module cache (<c>GOMODCACHE=DIR go mod download</c>).</summary>
    public const string Go = $"{Folder}/go";

    /// <summary>Crates as <c>cargo vendor DIR</c> writes them.</summary>
    public const string Cargo = $"{Folder}/cargo";

    /// <summary>npm's own cache (<c>npm ci --cache DIR</c>): <c>npm ci</c> inside installs from it what a lock file names.</summary>
    public const string Npm = $"{Folder}/npm";

    /// <summary>Wheels and source archives (<c>pip download -d DIR</c>).</summary>
    public const string Pip = $"{Folder}/pip";

    /// <summary>By the name that an operator calls them.</summary>
    public static IReadOnlyDictionary<string, string> Points { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["nuget"] = NuGet, ["npm"] = Npm, ["pip"] = Pip, ["go"] = Go, ["cargo"] = Cargo,
    };

    /// <summary>Variables of every sandbox, for the clients that have no file for the whole system.</summary>
    internal static IReadOnlyList<string> Environment { get; } =
    [
        $"GOPROXY=file://{Go}/cache/download,off", "GOSUMDB=off", "GOTOOLCHAIN=local", "GOTELEMETRY=off",
        "CARGO_NET_OFFLINE=true",
        $"npm_config_cache={Npm}", "npm_config_offline=true", "npm_config_audit=false", "npm_config_fund=false", "npm_config_update_notifier=false", "npm_config_logs_max=0",
        $"PIP_FIND_LINKS={Pip}", "PIP_NO_INDEX=1", "PIP_NO_CACHE_DIR=1", "PIP_DISABLE_PIP_VERSION_CHECK=1",
        "NUGET_CERT_REVOCATION_MODE=offline",
    ];

    /// <summary>Files of the shared root: (path, text).</summary>
    internal static IReadOnlyList<(string Path, string Text)> Files { get; } =
    [
        ("etc/opt/NuGet/Config/ide.config", $"""
            <?xml version="1.0" encoding="utf-8"?>
            <configuration>
              <packageSources>
                <add key="ide" value="{NuGet}" />
              </packageSources>
              <disabledPackageSources>
                <add key="nuget.org" value="true" />
              </disabledPackageSources>
              <fallbackPackageFolders>
                <add key="ide" value="{NuGet}" />
              </fallbackPackageFolders>
            </configuration>

            """),
        (".cargo/config.toml", $"[source.crates-io]\nreplace-with = \"ide\"\n\n[source.ide]\ndirectory = \"{Cargo}\"\n"),
    ];
}
