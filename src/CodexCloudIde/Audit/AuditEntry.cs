using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CodexCloudIde.Audit;

/// <summary>One link of a chain, as exported: the JSON object and the columns that queries need.</summary>
internal sealed record AuditEntry(
    long Sequence, DateTimeOffset At, string Actor, string Type, string Target, string Result, string? Workspace, string Hash, string Json)
{
    /// <summary>What the first entry names as the one before.</summary>
    public static string Genesis { get; } = new('0', 64);

    /// <summary>The next entry after <paramref name="sequence"/> and <paramref name="previousHash"/>.</summary>
    public static AuditEntry After(long sequence, string previousHash, DateTimeOffset at, AuditRecord record)
    {
        var entry = new JsonObject
        {
            ["sequence"] = sequence + 1,
            ["at"] = at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            ["actor"] = new JsonObject { ["id"] = record.Actor.Id, ["name"] = record.Actor.Name, ["kind"] = record.Actor.Kind },
            ["type"] = record.Type,
            ["target"] = record.Target,
            ["result"] = record.Result,
            ["data"] = record.Data?.DeepClone() ?? new JsonObject(),
            ["previousHash"] = previousHash,
        };
        var hash = HashOf(JsonSerializer.SerializeToElement(entry));
        entry["hash"] = hash;
        return new AuditEntry(sequence + 1, at, record.Actor.Id, record.Type, record.Target, record.Result, WorkspaceOf(record), hash, entry.ToJsonString());
    }

    /// <summary>SHA-256 of the canonical form without <c>hash</c>, lower-case hex.</summary>
    public static string HashOf(JsonElement entry) => Convert.ToHexStringLower(SHA256.HashData(CanonicalJson.Utf8(entry, without: "hash")));

    private static string? WorkspaceOf(AuditRecord record)
    {
        const string prefix = "workspace/";
        if (record.Data?["workspace"] is JsonValue named && named.TryGetValue<string>(out var workspace)) return workspace;
        if (!record.Target.StartsWith(prefix, StringComparison.Ordinal)) return null;
        var rest = record.Target[prefix.Length..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? rest : rest[..slash];
    }
}
