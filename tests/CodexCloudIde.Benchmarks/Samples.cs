namespace CodexCloudIde.Benchmarks;

/// <summary>Durations in milliseconds and their quantiles.</summary>
internal sealed class Samples
{
    private readonly List<double> values = [];

    public int Count => values.Count;

    public void Add(double milliseconds) => values.Add(milliseconds);

    /// <summary>Nearest-rank quantile; NaN without samples.</summary>
    public double Quantile(double q)
    {
        if (values.Count == 0) return double.NaN;
        var sorted = values.Order().ToArray();
        return sorted[Math.Clamp((int)Math.Ceiling(q * sorted.Length) - 1, 0, sorted.Length - 1)];
    }
}
