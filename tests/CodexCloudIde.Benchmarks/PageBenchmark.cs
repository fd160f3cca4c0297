namespace CodexCloudIde.Benchmarks;

/// <summary>The IDE page in Chromium: cold until typing works, and key to paint in a second browser.</summary>
internal static class PageBenchmark
{
    public static Task RunAsync(Product product, Arguments arguments, Report report, CancellationToken cancellationToken) => Task.CompletedTask;
}
