using System.Globalization;
using System.Text;
using System.Text.Json;
using CodexCloudIde.Repair.Candidates;
using CodexCloudIde.Repair.Observations;

namespace CodexCloudIde.Repair.Trials;

/// <summary>Edits to be tried together. <paramref name="Thorough"/>: all tests are run even when it mends nothing.</summary>
public sealed record TrialCandidate(int Id, IReadOnlyList<SourceEdit> Edits, bool Thorough = false);

/// <summary>Candidates, best first, and the tests that tell them apart.</summary>
/// <param name="Candidates">Each is tried apart from the others.</param>
/// <param name="Failing">Tests that one should mend, by id.</param>
/// <param name="Passing">Tests that none may break.</param>
/// <param name="Seconds">For all of them; what was not tried by then has no verdict.</param>
/// <param name="TestSeconds">For the failing tests of one candidate; all tests get twice that.</param>
/// <param name="Workers">Processes side by side.</param>
public sealed record TrialRequest(IReadOnlyList<TrialCandidate> Candidates, IReadOnlyList<string> Failing, IReadOnlyList<string> Passing, double Seconds, double TestSeconds, int Workers)
{
    /// <summary>True: soon after candidates that mend everything the others are left out. False: each gets a verdict.</summary>
    public bool StopsEarly { get; init; } = true;

    /// <summary>True: offsets are in the text with LF line ends, whatever the file has.</summary>
    public bool LineFeeds { get; init; }

    /// <summary>
    /// What a run of all tests showed, in the trial's own form: <c>limits</c> (seconds for each test, failing ones first), <c>at</c> (how far each failing
    /// test came) and <c>reach</c> (which tests run which function). Without it a candidate is tried with every test.
    /// </summary>
    public JsonElement? Seen { get; init; }
}

/// <summary>
/// How a candidate did: which failing tests it mended and which passing ones it broke; <paramref name="Told"/> names the failures that remain, to tell a change from none;
/// <paramref name="At"/> how far each failing test came, as a line of its own, to tell progress.
/// </summary>
public sealed record Verdict(int Id, string State, string Told, IReadOnlyList<int> Mended, IReadOnlyList<int> Broken, IReadOnlyDictionary<int, int> At)
{
    public bool Helps => State == "tried" && Mended.Count > 0 && Broken.Count == 0;
}

/// <summary>Composes the scripts that run in the sandbox and reads their answers.</summary>
public static class Trial
{
    private static readonly JsonSerializerOptions Wire = new(JsonSerializerDefaults.Web);

    /// <summary>What the script may take beyond its seconds: to begin, and to end the candidate that it is at.</summary>
    public const double EndingSeconds = 30;

    public static IReadOnlyList<string> Command { get; } = ["python3", "-"];

    internal static string Probe() => Compose("probe.py", new { testSeconds = 4 });

    /// <summary>Longest time that the tests of one candidate may take, from how long they took before; one that hung says nothing about that.</summary>
    internal static double TestSeconds(Observation observation) => Math.Clamp((3 * observation.Tests.Where(test => !test.Hung).Sum(test => test.Seconds)) + 2, 3, 30);

    /// <summary>An observation as <see cref="TrialRequest.Seen"/>.</summary>
    internal static JsonElement Seen(Observation observation)
    {
        IReadOnlyList<TestObservation> ordered = [.. observation.Failing, .. observation.Passing];
        return JsonSerializer.SerializeToElement(
            new
            {
                limits = ordered.Select(test => test.Hung ? 0.5 : Math.Clamp(10 * test.Seconds, 1.0, 8)),
                at = observation.Failing.Select(test => test.At),
                reach = Reach.Of(observation, ordered),
            },
            Wire);
    }

    /// <summary>The script that tries them; it tells each verdict as a line of JSON.</summary>
    public static string Of(TrialRequest request)
    {
        const int everyOne = 1_000_000;
        return Compose("trial.py", new
        {
            request.Candidates,
            request.Failing,
            request.Passing,
            request.Seconds,
            request.TestSeconds,
            request.Workers,
            request.LineFeeds,
            request.Seen,
            graceAlone = request.StopsEarly ? 10 : everyOne,
            graceTogether = request.StopsEarly ? 60 : everyOne,
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
