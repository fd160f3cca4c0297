using System.Diagnostics;
using CodexCloudIde.Inference;

namespace CodexCloudIde.Benchmarks;

/// <summary>What one decision of the scheduler costs: admission and release on a free pool, 64 backends, 1,000 tenants.</summary>
internal static class InferenceBenchmark
{
    private const int Backends = 64;
    private const int Tenants = 1_000;

    public static async Task RunAsync(Arguments arguments, Report report, CancellationToken cancellationToken)
    {
        using var pool = new Pool(
            "pool", Enumerable.Range(0, Backends).Select(i => new BackendDefinition($"backend-{i}", null, 8)), PoolLimits.Default, TimeProvider.System);
        var samples = new Samples();
        var rejected = 0;
        for (var i = -1_000; i < (arguments.Quick ? 20_000 : 200_000); i++)
        {
            var request = new InferenceRequest($"tenant-{(i + 1_000) % Tenants}", Band.Interactive, 2_000, 200);
            var began = Stopwatch.GetTimestamp();
            var admission = await pool.AdmitAsync(request, cancellationToken);
            var taken = Stopwatch.GetElapsedTime(began).TotalMicroseconds;
            if (admission.Admitted) admission.Lease!.Dispose();
            else rejected++;
            if (i >= 0) samples.Add(taken);
        }

        report.Note("admission, p50", "µs", samples.Quantile(0.5));
        report.AtMost("admission, p99", "µs", samples.Quantile(0.99), 20);
        report.Require("a free pool refuses nobody", rejected == 0, $"{rejected} refused");
    }
}
