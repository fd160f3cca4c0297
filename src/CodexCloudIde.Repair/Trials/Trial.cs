using System.Text;
using System.Text.Json;
using CodexCloudIde.Repair.Candidates;
using CodexCloudIde.Repair.Observations;

namespace CodexCloudIde.Repair.Trials;

/// <summary>How a candidate did: which failing tests it mended and which passing ones it broke; <paramref name="Told"/> names the failures that remain, to tell progress from none.</summary>
internal sealed record Verdict(int Id, string State, string Told, IReadOnlyList<int> Mended, IReadOnlyList<int> Broken)
{
    public bool Helps => State == "tried" && Mended.Count > 0 && Broken.Count == 0;
}

/// <summary>Composes the scripts that run in the sandbox and reads their answers.</summary>
internal static class Trial
{
    private static readonly JsonSerializerOptions Wire = new(JsonSerializerDefaults.Web);

    public static readonly IReadOnlyList<string> Command = ["python3", "-"];

    public static string Probe() => Compose("probe.py", new { testSeconds = 4 });

    public static string Of(IEnumerable<(int Id, IReadOnlyList<SourceEdit> Edits, bool Thorough)> candidates, Observation observation, double seconds, int workers)
    {
        var slowest = observation.Tests.Sum(test => Math.Min(test.Seconds, 4));
        return Compose("trial.py", new
        {
            candidates = candidates.Select(candidate => new { candidate.Id, candidate.Edits, candidate.Thorough }),
            failing = observation.Failing.Select(test => test.Id),
            passing = observation.Passing.Select(test => test.Id),
            seconds,
            testSeconds = Math.Clamp((3 * slowest) + 1, 1.5, 30),
            workers,
        });
    }

    public static IReadOnlyList<Verdict> Read(string output)
    {
        var verdicts = new List<Verdict>();
        foreach (var line in output.Split('\n').Where(line => line.StartsWith('{') && line.TrimEnd().EndsWith('}')))
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            verdicts.Add(new Verdict(
                root.GetProperty("id").GetInt32(),
                root.GetProperty("state").GetString()!,
                root.TryGetProperty("told", out var told) ? told.GetString()! : "",
                Numbers(root, "mended"),
                Numbers(root, "broken")));
        }

        return verdicts;
    }

    private static IReadOnlyList<int> Numbers(JsonElement json, string name) =>
        json.TryGetProperty(name, out var list) ? [.. list.EnumerateArray().Select(entry => entry.GetInt32())] : [];

    private static string Compose(string script, object specification)
    {
        using var stream = typeof(Trial).Assembly.GetManifestResourceStream(script)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Replace("@SPEC@", Convert.ToBase64String(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(specification, Wire))), StringComparison.Ordinal);
    }
}
