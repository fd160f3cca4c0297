using System.Text.Json;
using CodexCloudIde.Tenants;

namespace CodexCloudIde.Audit.Pages;

/// <summary>One line of the page.</summary>
public sealed record AuditRow(long Sequence, string At, string ActorId, string ActorName, string Type, string Target, string Result, string Data, string Hash)
{
    /// <summary>Colour and sign together: neither alone tells it.</summary>
    public string Tone => Result switch { "denied" or "deny" or "failed" => "failed", "cancelled" or "expired" or "withdrawn" or "started" => "muted", _ => "passed" };

    public string Mark => Tone switch { "failed" => "✕", "muted" => "·", _ => "✓" };

    internal static AuditRow Of(string json)
    {
        using var document = JsonDocument.Parse(json);
        var entry = document.RootElement;
        var actor = entry.GetProperty("actor");
        return new AuditRow(
            entry.GetProperty("sequence").GetInt64(), Text(entry, "at"), Text(actor, "id"), Text(actor, "name"), Text(entry, "type"), Text(entry, "target"), Text(entry, "result"),
            entry.GetProperty("data").GetRawText(), Text(entry, "hash"));
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";
}

/// <summary>What the page shows; the filters as they were asked.</summary>
public sealed record AuditView(
    Caller Caller, IReadOnlyList<AuditRow> Rows, string? From, string? To, string? Actor, string? Type, string? Workspace, long? Before)
{
    /// <summary>The same filters with others put in.</summary>
    internal string Link(string? actor = null, string? type = null, long? before = null)
    {
        List<KeyValuePair<string, string?>> query =
            [new("from", From), new("to", To), new("actor", actor ?? Actor), new("type", type ?? Type), new("workspace", Workspace), new("before", before?.ToString(System.Globalization.CultureInfo.InvariantCulture))];
        return "/audit" + QueryString.Create(query.Where(pair => !string.IsNullOrEmpty(pair.Value)));
    }
}
