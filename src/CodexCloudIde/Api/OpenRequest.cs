namespace CodexCloudIde.Api;

/// <summary>
/// What a request under way waits for, as a feature of its context. When the server ends, it cuts off requests that wait for their client (a slow upload, a browser
/// that does not answer), but not those that wait for the server's own work, which ends by itself.
/// </summary>
internal sealed class OpenRequest(HttpContext context)
{
    private volatile bool awaitsOwnWork;

    public static void AwaitOwnWork(HttpContext context)
    {
        if (context.Features.Get<OpenRequest>() is { } request)
        {
            request.awaitsOwnWork = true;
        }
    }

    public void CutOff()
    {
        if (!awaitsOwnWork)
        {
            context.Abort();
        }
    }
}
