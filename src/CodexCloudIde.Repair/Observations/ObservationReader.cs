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
        var unparsed = new List<Unparsed>();
        foreach (var file in json.GetProperty("files").EnumerateObject())
        {
            if (file.Value.TryGetProperty("tree", out var tree))
            {
                files[file.Name] = new SourceFile(file.Name, file.Value.GetProperty("text").GetString()!, Node.Read(tree));
            }
            else
            {
                unreadable.Add($"{file.Name}: {Text(file.Value, "problem")}");
                if (Text(file.Value, "text") is { } text)
                {
                    files[file.Name] = new SourceFile(file.Name, text, Node.Nothing);
                    unparsed.Add(new Unparsed(file.Name, text, file.Value.GetProperty("line").GetInt32(), Text(file.Value, "problem")!));
                }
            }
        }

        return new Observation(json.GetProperty("status").GetInt32(), [.. json.GetProperty("tests").EnumerateArray().Select(ReadTest)], files, unreadable, unparsed, ReadTypes(json),
            json.GetProperty("importing").EnumerateArray().Select(entry => (entry[0].GetString()!, entry[1].GetInt32())).ToHashSet());
    }

    private static ValueTypes ReadTypes(JsonElement json) => new(
        json.GetProperty("types").EnumerateArray().ToDictionary(entry => (Text(entry, "path")!, entry.GetProperty("line").GetInt32()), entry => Kinds(entry.GetProperty("of"))),
        json.GetProperty("members").EnumerateObject().ToDictionary(entry => entry.Name, entry => Kinds(entry.Value)));

    private static IReadOnlyDictionary<string, IReadOnlyList<string>> Kinds(JsonElement json) =>
        json.EnumerateObject().ToDictionary(entry => entry.Name, entry => (IReadOnlyList<string>)[.. entry.Value.EnumerateArray().Select(kind => kind.GetString()!)]);

    private static TestObservation ReadTest(JsonElement json) => new(
        Text(json, "id")!,
        Text(json, "outcome")!,
        json.TryGetProperty("collect", out _),
        json.TryGetProperty("duration", out var seconds) ? seconds.GetDouble() : 0,
        json.TryGetProperty("at", out var at) ? at.GetInt32() : 0,
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
        Strings(json, "attributes"),
        Strings(json, "signs"),
        [.. Pairs(json, JsonValueKind.Number).Select(pair => (pair[0].GetDouble(), pair[1].GetDouble()))],
        [.. Pairs(json, JsonValueKind.String).Select(pair => (pair[0].GetString()!, pair[1].GetString()!))]);

    private static IEnumerable<JsonElement> Pairs(JsonElement json, JsonValueKind kind) =>
        json.TryGetProperty("pairs", out var pairs) ? pairs.EnumerateArray().Where(pair => pair[0].ValueKind == kind && pair[1].ValueKind == kind) : [];

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
