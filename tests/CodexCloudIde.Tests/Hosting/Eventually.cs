namespace CodexCloudIde.Tests.Hosting;

/// <summary>For states of another process that no event tells: asked again until they hold, and a failure that says what was awaited.</summary>
internal static class Eventually
{
    public static async Task Async(Func<Task<bool>> holds, string what, TimeSpan? patience = null)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        end.CancelAfter(patience ?? TimeSpan.FromMinutes(1));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await holds())
        {
            try
            {
                await timer.WaitForNextTickAsync(end.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"Not in time: {what}.");
            }
        }
    }
}
