using System.Text.Json;
using CodexCloudIde.Executions.Running;

namespace CodexCloudIde.Executions.Tests;

/// <summary>
/// Reads the report's lines as they are written. The report is the tested program's own word: it is parsed as untrusted, lines that do not fit
/// are passed over, and sizes are capped.
/// </summary>
internal sealed class TestReport(RunLog log)
{
    private const int LongestLine = 4 << 20;
    private const int MostCases = 50_000;

    private readonly List<byte> rest = [];
    private readonly List<string> order = [];
    private readonly Dictionary<string, TestCase> cases = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedSet<int>> executable = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedSet<int>> covered = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, IReadOnlyList<int>>> coveredBy = new(StringComparer.Ordinal);

    /// <summary>What ran, by its own word; null when nothing was reported.</summary>
    public string? Framework { get; private set; }

    /// <summary>The runner came to its own end.</summary>
    public bool Ended { get; private set; }

    /// <summary>The case that began and has not ended.</summary>
    public string? Running { get; private set; }

    public IReadOnlyList<TestCase> Cases => [.. order.Select(id => cases[id])];

    public void Read(ReadOnlySpan<byte> bytes)
    {
        while (bytes.IndexOf((byte)'\n') is >= 0 and var end)
        {
            rest.AddRange(bytes[..end]);
            bytes = bytes[(end + 1)..];
            ReadLine(rest.ToArray());
            rest.Clear();
        }

        if (rest.Count + bytes.Length <= LongestLine)
        {
            rest.AddRange(bytes);
        }
    }

    public Coverage? CoverageOf(bool byCase)
    {
        if (covered.Count == 0)
        {
            return null;
        }

        var files = covered.Keys.Union(executable.Keys).Order(StringComparer.Ordinal).Select(path =>
        {
            var ran = covered.GetValueOrDefault(path) ?? [];
            var all = executable.GetValueOrDefault(path) ?? ran;
            return new FileCoverage(path, [.. ran.Intersect(all)], [.. all.Except(ran)]) { ByCase = byCase ? coveredBy.GetValueOrDefault(path) : null };
        }).ToList();
        return new Coverage(files.Sum(file => file.Covered.Count + file.Uncovered.Count), files.Sum(file => file.Covered.Count), files);
    }

    private void ReadLine(byte[] line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            Take(document.RootElement);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            // Not one of ours: the tested program wrote it.
        }
    }

    private void Take(JsonElement line)
    {
        switch (line.GetProperty("event").GetString())
        {
            case "session":
                Framework = Text(line, "framework", 40);
                break;
            case "collected":
                foreach (var item in line.GetProperty("cases").EnumerateArray())
                {
                    Put(CaseOf(item, "pending"));
                }

                log.Append("collected", new { total = order.Count });
                break;
            case "start":
                Running = Text(line, "id", 1000);
                Put(CaseOf(line, "running"));
                log.Append("case", cases[Running!]);
                break;
            case "finish":
                var ended = CaseOf(line, line.GetProperty("status").GetString() is "passed" or "failed" or "error" or "skipped" ? line.GetProperty("status").GetString()! : "error");
                Put(ended);
                Running = Running == ended.Id ? null : Running;
                log.Append("case", ended);
                break;
            case "file":
                executable[Text(line, "path", 4000)!] = [.. Numbers(line.GetProperty("lines"))];
                break;
            case "coverage":
                TakeCoverage(line);
                break;
            case "end":
                Ended = true;
                break;
            default:
                break;
        }
    }

    private void TakeCoverage(JsonElement line)
    {
        var id = line.TryGetProperty("id", out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        foreach (var file in line.GetProperty("files").EnumerateObject())
        {
            var lines = Numbers(file.Value).ToList();
            if (!covered.TryGetValue(file.Name, out var all))
            {
                covered[file.Name] = all = [];
            }

            all.UnionWith(lines);
            if (id is not null)
            {
                if (!coveredBy.TryGetValue(file.Name, out var byCase))
                {
                    coveredBy[file.Name] = byCase = new(StringComparer.Ordinal);
                }

                byCase[id] = lines;
            }
        }
    }

    private void Put(TestCase found)
    {
        if (cases.ContainsKey(found.Id))
        {
            cases[found.Id] = found;
        }
        else if (order.Count < MostCases)
        {
            order.Add(found.Id);
            cases[found.Id] = found;
        }
    }

    private static TestCase CaseOf(JsonElement item, string status)
    {
        var frames = item.TryGetProperty("frames", out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Take(200).Select(frame => new StackFrame(Text(frame, "path", 4000) ?? "", Number(frame, "line"), Text(frame, "function", 500))).ToList()
            : [];
        var duration = item.TryGetProperty("duration", out var spent) && spent.TryGetDouble(out var milliseconds) ? milliseconds : 0;
        var id = Text(item, "id", 1000) ?? throw new FormatException();
        return new TestCase(id, Text(item, "name", 1000) ?? id, Text(item, "path", 4000) ?? "", Number(item, "line"), status, duration, Text(item, "message", 8000), frames);
    }

    private static string? Text(JsonElement item, string name, int most) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { } text ? text.Length <= most ? text : text[..most] : null;

    private static int? Number(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null;

    private static IEnumerable<int> Numbers(JsonElement list) => list.EnumerateArray().Select(value => value.GetInt32());
}
