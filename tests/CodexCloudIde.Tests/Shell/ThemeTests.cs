using System.Globalization;
using System.Text.Json;
using CodexCloudIde.Documents;
using CodexCloudIde.Shell;

namespace CodexCloudIde.Tests.Shell;

public sealed class ThemeTests
{
    private static readonly string[] Words = ["text", "muted", "accent", "passed", "failed", "warning", "agent"];

    [Theory]
    [InlineData("dark")]
    [InlineData("light")]
    public void Tokens_WordsOnEverySurface_AreLegible(string theme)
    {
        using var json = Tokens();
        var tokens = json.RootElement.GetProperty(theme);

        var illegible =
            from surface in new[] { "base", "surface", "raised", "hover" }
            from word in Words
            let contrast = Contrast(tokens.GetProperty(word).GetString()!, tokens.GetProperty(surface).GetString()!)
            where contrast < 4.5
            select $"{word} on {surface}: {contrast:F2}";

        Assert.Empty(illegible);
    }

    [Theory]
    [InlineData("dark")]
    [InlineData("light")]
    public void Tokens_SyntaxOnTheEditor_IsLegible(string theme)
    {
        using var json = Tokens();
        var background = json.RootElement.GetProperty(theme).GetProperty("base").GetString()!;

        var illegible = json.RootElement.GetProperty("syntax").GetProperty(theme).EnumerateObject()
            .Where(colour => Contrast(colour.Value.GetString()!, background) < 4.5).Select(colour => colour.Name);

        Assert.Empty(illegible);
    }

    [Fact]
    public void Mud_Palettes_ComeFromTheTable()
    {
        using var json = Tokens();

        Assert.Equal(json.RootElement.GetProperty("dark").GetProperty("accent").GetString(), Theme.Mud.PaletteDark.Primary.ToString(MudBlazor.Utilities.MudColorOutputFormats.Hex));
        Assert.Equal(json.RootElement.GetProperty("light").GetProperty("accent").GetString(), Theme.Mud.PaletteLight.Primary.ToString(MudBlazor.Utilities.MudColorOutputFormats.Hex));
    }

    [Fact]
    public void EditorSettings_ToMonaco_LeavesOutWhatIsNotSet()
    {
        var options = new EditorSettings(FontSize: 15, WordWrap: true).ToMonaco();

        Assert.Equal("""{"fontSize":15,"lineHeight":23,"minimap":{"enabled":false},"wordWrap":"on"}""", Sorted(options.ToJsonString()));
    }

    private static string Sorted(string json) =>
        JsonSerializer.Serialize(new SortedDictionary<string, JsonElement>(JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!, StringComparer.Ordinal));

    private static JsonDocument Tokens()
    {
        using var stream = typeof(Theme).Assembly.GetManifestResourceStream("tokens.json")!;
        return JsonDocument.Parse(stream);
    }

    // WCAG 2.2: relative luminance and contrast ratio.
    private static double Contrast(string one, string other)
    {
        var (a, b) = (Luminance(one), Luminance(other));
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    private static double Luminance(string colour)
    {
        double Channel(int at)
        {
            var value = int.Parse(colour.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255d;
            return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
        }

        return (0.2126 * Channel(1)) + (0.7152 * Channel(3)) + (0.0722 * Channel(5));
    }
}
