using System.IO.Compression;
using System.Text.Json;
using CodexCloudIde.Repair.Syntax;

namespace CodexCloudIde.Repair.Observations;

/// <summary>Reads the line that <c>probe.py</c> prints.</summary>
internal static class ObservationReader
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 512 };

    public static Observation? Read(string output)
    {
        var line = output.Split('\n').Select(part => part.Trim()).LastOrDefault(part => part.Length > 0);
        if (line is null)
        {
            return null;
        }

        try
        {
            using var packed = new ZLibStream(new MemoryStream(Convert.FromBase64String(line)), CompressionMode.Decompress);
            using var json = JsonDocument.Parse(packed, Deep);
            return Read(json.RootElement);
        }
        catch (Exception problem) when (problem is FormatException or InvalidDataException or JsonException)
        {
            return null;
        }
    }

    private static Observation Read(JsonElement json)
    {
        var files = new Dictionary<string, SourceFile>();
        var unreadable = new List<string>();
        foreach (var file in json.GetProperty("files").EnumerateObject())
        {
            if (file.Value.TryGetProperty("tree", out var tree))
            {
                files[file.Name] = new SourceFile(file.Name, file.Value.GetProperty("text").GetString()!, Node.Read(tree));
            }
            else
            {
                unreadable.Add($"{file.Name}: {Text(file.Value, "problem")}");
            }
        }

        return new Observation(json.GetProperty("status").GetInt32(), [.. json.GetProperty("tests").EnumerateArray().Select(ReadTest)], files, unreadable);
    }

    private static TestObservation ReadTest(JsonElement json) => new(
        Text(json, "id")!,
        Text(json, "outcome")!,
        json.TryGetProperty("collect", out _),
        json.TryGetProperty("duration", out var seconds) ? seconds.GetDouble() : 0,
        json.TryGetProperty("error", out var error) ? ReadFailure(error) : null,
        json.GetProperty("lines").EnumerateObject().ToDictionary(
            file => file.Name, file => (IReadOnlySet<int>)file.Value.EnumerateArray().Select(line => line.GetInt32()).ToHashSet()));

    private static Failure ReadFailure(JsonElement json) => new(
        Text(json, "type")!,
        Text(json, "message")!,
        [.. json.GetProperty("frames").EnumerateArray().Select(ReadFrame)],
        Text(json, "key"),
        Text(json, "name"),
        Text(json, "object"),
        Strings(json, "attributes"));

    private static Frame ReadFrame(JsonElement json) => new(
        Text(json, "path")!,
        json.GetProperty("line").GetInt32(),
        Text(json, "function")!,
        json.GetProperty("locals").EnumerateObject().GroupBy(local => local.Name).ToDictionary(
            local => local.Key,
            local => new LocalValue(
                Text(local.First().Value, "type")!,
                Strings(local.First().Value, "keys"),
                Strings(local.First().Value, "attributes"),
                local.First().Value.TryGetProperty("length", out var length) ? length.GetInt32() : null)));

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static IReadOnlyList<string> Strings(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) ? [.. value.EnumerateArray().Select(entry => entry.GetString()!)] : [];
}
