using System.Globalization;
using System.Text;
using System.Text.Json;
using CodexCloudIde.Repair.Candidates;
using CodexCloudIde.Repair.Observations;

namespace CodexCloudIde.Repair.Trials;

/// <summary>
/// How a candidate did: which failing tests it mended and which passing ones it broke; <paramref name="Told"/> names the failures that remain, to tell a change from none;
/// <paramref name="At"/> how far each failing test came, as a line of its own, to tell progress.
/// </summary>
internal sealed record Verdict(int Id, string State, string Told, IReadOnlyList<int> Mended, IReadOnlyList<int> Broken, IReadOnlyDictionary<int, int> At)
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
        // A test that hung says nothing about how long it takes when it is right.
        var whole = observation.Tests.Where(test => !test.Hung).Sum(test => test.Seconds);
        IReadOnlyList<TestObservation> ordered = [.. observation.Failing, .. observation.Passing];
        return Compose("trial.py", new
        {
            candidates = candidates.Select(candidate => new { candidate.Id, candidate.Edits, candidate.Thorough }),
            failing = observation.Failing.Select(test => test.Id),
            passing = observation.Passing.Select(test => test.Id),
            at = observation.Failing.Select(test => test.At),
            limits = ordered.Select(test => test.Hung ? 0.5 : Math.Clamp(10 * test.Seconds, 1.0, 8)),
            reach = Reach.Of(observation, ordered),
            seconds,
            testSeconds = Math.Clamp((3 * whole) + 2, 3, 30),
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
                Numbers(root, "broken"),
                root.TryGetProperty("at", out var at) ? at.EnumerateObject().ToDictionary(entry => int.Parse(entry.Name, CultureInfo.InvariantCulture), entry => entry.Value.GetInt32()) : []));
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
