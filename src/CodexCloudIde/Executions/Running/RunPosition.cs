using System.Globalization;

namespace CodexCloudIde.Executions.Running;

/// <summary>
/// How far somebody has been told of a run; an event's id. It says what of the output is known, so that whoever comes back is told the rest, whether the events
/// are still in memory or only the result on the disk.
/// </summary>
/// <param name="Event">Number of the last event, from 1, as the run's own log counts; the one that says it started is always the first.</param>
/// <param name="Stdout">UTF-16 units of the standard output up to here.</param>
/// <param name="Stderr">The same of the standard error output.</param>
/// <param name="Labels">Labels up to here.</param>
[GenerateSerializer, Immutable]
internal readonly record struct RunPosition(
    [property: Id(0)] long Event, [property: Id(1)] int Stdout = 0, [property: Id(2)] int Stderr = 0, [property: Id(3)] int Labels = 0)
{
    private const string Last = "end";

    /// <summary>Nothing is known.</summary>
    public static RunPosition Start => default;

    /// <summary>The result is known.</summary>
    public static RunPosition End => new(long.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue);

    /// <summary>What a client sends back as Last-Event-ID. Of an id that is none of ours only a leading number is used.</summary>
    public static RunPosition Parse(string? id)
    {
        if (id == Last) return End;
        var parts = (id ?? "").Split('-');
        var numbers = parts.Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0).ToList();
        return numbers.Count == 4 ? new RunPosition(numbers[0], numbers[1], numbers[2], numbers[3]) : new RunPosition(numbers[0]);
    }

    public override string ToString() => this == End ? Last : string.Create(CultureInfo.InvariantCulture, $"{Event}-{Stdout}-{Stderr}-{Labels}");

    /// <summary>After one more event.</summary>
    public RunPosition With(ExecutionEvent happened) =>
        new(happened.Position.Event, Math.Max(Stdout, happened.Position.Stdout), Math.Max(Stderr, happened.Position.Stderr), Math.Max(Labels, happened.Position.Labels));

    /// <summary>It is among what is known here, although it has a later number: it was told from the disk.</summary>
    public bool Covers(ExecutionEvent happened) => happened.Name switch
    {
        "stdout" => happened.Position.Stdout <= Stdout,
        "stderr" => happened.Position.Stderr <= Stderr,
        "label" => happened.Position.Labels <= Labels,
        _ => false,
    };
}
