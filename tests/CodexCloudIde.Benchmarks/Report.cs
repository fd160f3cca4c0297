using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CodexCloudIde.Benchmarks;

/// <summary>One figure.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Unit">ms, MB, ops/s, …</param>
/// <param name="Value">The figure.</param>
/// <param name="Baseline">What it is compared with, in the same unit and run.</param>
/// <param name="Ratio">Value ÷ baseline.</param>
/// <param name="Goal">As text: "≤ 5", "≥ 1.5".</param>
/// <param name="Met">Whether the goal was met; null without a goal.</param>
internal sealed record Result(string Name, string Unit, double Value, double? Baseline, double? Ratio, string? Goal, bool? Met);

/// <summary>One statement about correctness; a failed one fails the run.</summary>
internal sealed record Check(string Name, bool Passed, string Detail);

/// <summary>What a run found, as a Markdown table and as JSON.</summary>
internal sealed class Report(string benchmark, string[] arguments)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly DateTimeOffset startedAt = TimeProvider.System.GetUtcNow();
    private readonly List<Result> results = [];
    private readonly List<Check> checks = [];

    public bool Passed => checks.TrueForAll(check => check.Passed);

    /// <summary>A figure with a goal that it should stay at or below.</summary>
    public void AtMost(string name, string unit, double value, double goal) =>
        results.Add(new Result(name, unit, value, null, null, $"≤ {Number(goal)}", value <= goal));

    /// <summary>A figure with a goal that it should reach.</summary>
    public void AtLeast(string name, string unit, double value, double goal) =>
        results.Add(new Result(name, unit, value, null, null, $"≥ {Number(goal)}", value >= goal));

    /// <summary>A figure against a baseline of the same run, whose ratio should stay at or below the goal.</summary>
    public void Ratio(string name, string unit, double value, double baseline, double goal) =>
        results.Add(new Result(name, unit, value, baseline, value / baseline, $"≤ {Number(goal)}×", value / baseline <= goal));

    /// <summary>A figure against a baseline of the same run, whose ratio should reach the goal.</summary>
    public void RatioAtLeast(string name, string unit, double value, double baseline, double goal) =>
        results.Add(new Result(name, unit, value, baseline, value / baseline, $"≥ {Number(goal)}×", value / baseline >= goal));

    /// <summary>A figure for information.</summary>
    public void Note(string name, string unit, double value) => results.Add(new Result(name, unit, value, null, null, null, null));

    public void Require(string name, bool passed, string detail) => checks.Add(new Check(name, passed, detail));

    public string Markdown()
    {
        var text = new StringBuilder("| figure | unit | value | baseline | ratio | goal | met |\n|---|---|---:|---:|---:|---|---|\n");
        foreach (var result in results)
        {
            var met = result.Met switch { true => "yes", false => "no", null => "" };
            text.Append(CultureInfo.InvariantCulture, $"| {result.Name} | {result.Unit} | {Number(result.Value)} | {Number(result.Baseline)} | {Number(result.Ratio)} | {result.Goal} | {met} |\n");
        }

        foreach (var check in checks)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n- {(check.Passed ? "passed" : "FAILED")}: {check.Name} ({check.Detail})");
        }

        return text.ToString();
    }

    public string Json() => JsonSerializer.Serialize(new { benchmark, machine = Machine(), startedAt, arguments, results, checks }, Format);

    private static string Machine() => $"{Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB, {Environment.OSVersion}";

    private static string Number(double? value) => value is { } number ? number.ToString(number >= 100 ? "0" : "0.##", CultureInfo.InvariantCulture) : "";
}
