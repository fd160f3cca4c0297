using System.Collections.Concurrent;
using System.Text.Json;

namespace CodexCloudIde.Shell;

/// <summary>The bundle's manifest: from a source file's name to the addresses that carry its content's hash.</summary>
internal sealed class BrowserAssets(IWebHostEnvironment environment)
{
    private readonly ConcurrentDictionary<string, (DateTimeOffset Written, Bundle Bundle)> bundles = new(StringComparer.Ordinal);

    /// <summary>One entry of the bundle; an empty one when the bundle was not built.</summary>
    public BrowserAsset Of(string source) => Read().Entries.GetValueOrDefault(source) ?? BrowserAsset.Missing;

    /// <summary>Font files that the first paint needs.</summary>
    public IReadOnlyList<string> Fonts => Read().Fonts;

    private Bundle Read()
    {
        var file = environment.WebRootFileProvider.GetFileInfo("dist/manifest.json");
        if (!file.Exists)
        {
            return Bundle.Empty;
        }

        if (bundles.TryGetValue("manifest", out var known) && known.Written == file.LastModified)
        {
            return known.Bundle;
        }

        using var stream = file.CreateReadStream();
        using var json = JsonDocument.Parse(stream);
        var entries = new Dictionary<string, BrowserAsset>(StringComparer.Ordinal);
        IReadOnlyList<string> fonts = [];
        foreach (var property in json.RootElement.EnumerateObject())
        {
            if (property.Name == "fonts")
            {
                fonts = [.. property.Value.EnumerateArray().Select(font => font.GetString()!)];
                continue;
            }

            entries[property.Name] = new BrowserAsset(
                property.Value.GetProperty("file").GetString(),
                property.Value.GetProperty("css").GetString(),
                [.. property.Value.GetProperty("preload").EnumerateArray().Select(name => name.GetString()!)]);
        }

        var bundle = new Bundle(entries, fonts);
        bundles["manifest"] = (file.LastModified, bundle);
        return bundle;
    }

    private sealed record Bundle(IReadOnlyDictionary<string, BrowserAsset> Entries, IReadOnlyList<string> Fonts)
    {
        public static Bundle Empty { get; } = new(new Dictionary<string, BrowserAsset>(), []);
    }
}

/// <summary>Addresses of one bundled entry.</summary>
/// <param name="File">Script or style sheet; null when the bundle was not built.</param>
/// <param name="Css">Style sheet that the script brings along.</param>
/// <param name="Preload">Modules that it imports at once, transitively.</param>
internal sealed record BrowserAsset(string? File, string? Css, IReadOnlyList<string> Preload)
{
    public static BrowserAsset Missing { get; } = new(null, null, []);
}
