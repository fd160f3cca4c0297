using System.Text.Json;

namespace CodexCloudIde.Inference;

/// <summary>Finds the figures of a Chat Completions answer in its last bytes, streamed or not, so that the relay need not parse what passes through.</summary>
public sealed class UsageTail
{
    private const int Kept = 16 * 1024;
    private readonly byte[] ring = new byte[Kept];
    private long written;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        var tail = bytes[^Math.Min(bytes.Length, Kept)..];
        written += bytes.Length - tail.Length;
        var at = (int)(written % Kept);
        var first = Math.Min(tail.Length, Kept - at);
        tail[..first].CopyTo(ring.AsSpan(at));
        tail[first..].CopyTo(ring);
        written += tail.Length;
    }

    /// <summary>The last <c>usage</c> object that passed; null when there was none.</summary>
    public TokenUsage? Read()
    {
        var length = (int)Math.Min(written, Kept);
        var start = (int)((written - length) % Kept);
        Span<byte> text = new byte[length];
        for (var i = 0; i < length; i++)
        {
            text[i] = ring[(start + i) % Kept];
        }

        for (var at = text.LastIndexOf("\"usage\""u8); at >= 0; at = text[..at].LastIndexOf("\"usage\""u8))
        {
            var open = text[at..].IndexOf((byte)'{');
            if (open >= 0 && Parse(text[(at + open)..]) is { } usage)
            {
                return usage;
            }
        }

        return null;
    }

    private static TokenUsage? Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            using var document = JsonDocument.ParseValue(ref reader);
            var usage = document.RootElement;
            var cached = usage.TryGetProperty("prompt_tokens_details", out var details) && details.ValueKind == JsonValueKind.Object ? Number(details, "cached_tokens") : 0;
            return usage.TryGetProperty("prompt_tokens", out _) ? new TokenUsage(Number(usage, "prompt_tokens"), cached, Number(usage, "completion_tokens")) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static int Number(JsonElement of, string name) =>
        of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : 0;
}
