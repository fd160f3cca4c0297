using System.Security.Cryptography;
using System.Text.Json;

namespace CodexCloudIde.Audit;

/// <summary>What verifying found: the entries checked, and the first fault if there is one.</summary>
internal sealed record Verdict(long Entries, string? Fault)
{
    public bool Holds => Fault is null;
}

/// <summary>
/// Checks an export offline: each entry hashes to what it says, names the hash before it, and follows it by one. An export ends with the entry that
/// records it, so a copy whose end was cut is told without anything else; a head kept elsewhere also tells a copy cut back to an older export.
/// </summary>
internal static class AuditVerifier
{
    public const string Closing = "audit.exported";

    public static Verdict Verify(IEnumerable<string> lines, JsonElement? head, ECDsa? key)
    {
        var (sequence, hash, type) = (0L, AuditEntry.Genesis, "");
        string? headHash = null;
        List<(long At, JsonElement Head)> closed = [];
        List<string> hashes = [];
        if (head is { } given && key is not null && !AuditHead.Verify(given, key)) return new Verdict(0, "The head's signature does not belong to this key.");
        var headSequence = head is { } one && one.TryGetProperty("sequence", out var value) && value.TryGetInt64(out var number) ? number : 0;
        foreach (var line in lines.Where(line => !string.IsNullOrWhiteSpace(line)))
        {
            if (Link(line, sequence, hash, out var entry) is { } fault) return new Verdict(sequence, fault);
            sequence++;
            hash = entry.GetProperty("hash").GetString()!;
            hashes.Add(hash);
            type = entry.TryGetProperty("type", out var named) ? named.GetString() ?? "" : "";
            if (sequence == headSequence) headHash = hash;
            if (type == Closing && entry.TryGetProperty("data", out var data) && data.TryGetProperty("head", out var signed)) closed.Add((sequence, signed));
        }

        foreach (var (at, signed) in closed)
        {
            var covered = signed.GetProperty("sequence").GetInt64();
            if (covered >= at || (covered > 0 && hashes[(int)covered - 1] != signed.GetProperty("hash").GetString()))
                return new Verdict(sequence, $"Entry {at}: the head signed in it is not the hash of entry {covered}.");
            if (key is not null && signed.GetProperty("keyId").GetString() == AuditKeys.IdOf(key) && !AuditHead.Verify(signed, key))
                return new Verdict(sequence, $"Entry {at}: the head in it is not signed by this key.");
        }

        if (sequence == 0) return new Verdict(0, "Entry 1 is missing: the file holds no entry.");
        if (head is { } kept)
        {
            if (headSequence > sequence) return new Verdict(sequence, $"Entry {sequence + 1} is missing: the head is of entry {headSequence}, the file ends with {sequence}.");
            if (headSequence > 0 && headHash != kept.GetProperty("hash").GetString())
                return new Verdict(sequence, $"Entry {headSequence}: its hash is not the one that the head signed.");
        }

        return type != Closing && headSequence != sequence
            ? new Verdict(sequence, $"Entry {sequence + 1} is missing: an export ends with the entry '{Closing}', this file was cut after entry {sequence}.")
            : new Verdict(sequence, null);
    }

    private static string? Link(string line, long sequence, string previousHash, out JsonElement entry)
    {
        entry = default;
        var expected = sequence + 1;
        try
        {
            using var document = JsonDocument.Parse(line, new JsonDocumentOptions { AllowDuplicateProperties = false });
            entry = document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return $"Entry {expected}: the line is no JSON.";
        }

        if (entry.ValueKind != JsonValueKind.Object || !entry.TryGetProperty("sequence", out var found) || found.ValueKind != JsonValueKind.Number
            || !found.TryGetInt64(out var number))
        {
            return $"Entry {expected}: it has no sequence.";
        }

        if (number != expected) return $"Entry {expected} is missing: entry {number} stands in its place.";
        if (Text(entry, "previousHash") != previousHash) return $"Entry {expected}: it does not follow the entry before it (previousHash).";
        return Text(entry, "hash") == AuditEntry.HashOf(entry) ? null : $"Entry {expected}: it was changed (its hash is another).";
    }

    private static string? Text(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
