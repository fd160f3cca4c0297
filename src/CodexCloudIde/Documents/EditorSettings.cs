using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using BlazorMonaco.Editor;

namespace CodexCloudIde.Documents;

/// <summary>What a person chose for the editor. Kept in the browser.</summary>
/// <param name="FontSize">Pixels, 8 to 32.</param>
/// <param name="TabSize">Columns, 1 to 16.</param>
public sealed record EditorSettings(int FontSize = 13, int TabSize = 4, bool WordWrap = false, bool Minimap = false)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>Monaco's own options. What is not set is left out: Monaco takes a null for a choice.</summary>
    public JsonNode ToMonaco()
    {
        var options = new EditorUpdateOptions
        {
            FontSize = FontSize,
            LineHeight = (int)Math.Round(FontSize * 20 / 13d),
            WordWrap = WordWrap ? "on" : "off",
            Minimap = new EditorMinimapOptions { Enabled = Minimap },
        };
        return JsonSerializer.SerializeToNode(options, Json)!;
    }
}
