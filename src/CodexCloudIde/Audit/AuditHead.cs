using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CodexCloudIde.Audit;

/// <summary>The signed end of a chain: whoever kept one can tell a cut copy.</summary>
/// <param name="Sequence">Of the last entry; 0 of an empty chain.</param>
/// <param name="Hash">Of the last entry.</param>
/// <param name="At">When it was signed, ISO-8601 UTC.</param>
/// <param name="KeyId">See <see cref="AuditKeys.KeyId"/>.</param>
/// <param name="Signature">Base64 of ECDSA P-256 with SHA-256 (r and s, 32 bytes each) over the RFC 8785 form without <c>signature</c>.</param>
internal sealed record AuditHead(long Sequence, string Hash, string At, string KeyId, string Signature)
{
    public static AuditHead Sign(long sequence, string hash, DateTimeOffset at, AuditKeys keys)
    {
        var unsigned = new AuditHead(
            sequence, hash, at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture), keys.KeyId, "");
        return unsigned with { Signature = Convert.ToBase64String(keys.Sign(Signed(unsigned.ToElement()))) };
    }

    public static bool Verify(JsonElement head, ECDsa key) =>
        head.TryGetProperty("signature", out var signature) && signature.ValueKind == JsonValueKind.String
        && signature.TryGetBytesFromBase64(out var bytes) && key.VerifyData(Signed(head), bytes, HashAlgorithmName.SHA256);

    public JsonObject ToJson() => new()
    {
        ["sequence"] = Sequence,
        ["hash"] = Hash,
        ["at"] = At,
        ["keyId"] = KeyId,
        ["signature"] = Signature,
    };

    private JsonElement ToElement() => JsonSerializer.SerializeToElement(ToJson());

    private static byte[] Signed(JsonElement head) => CanonicalJson.Utf8(head, without: "signature");
}
