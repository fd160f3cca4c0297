using System.Security.Cryptography;

namespace CodexCloudIde.Shell;

/// <summary>
/// Response headers of pages. No <c>unsafe-eval</c>, no inline script without the response's nonce; workers only from our own addresses.
/// Inline styles are MudBlazor's and Monaco's.
/// </summary>
internal static class PageSecurity
{
    private static readonly object NonceKey = new();

    /// <summary>The nonce that inline scripts of this response carry.</summary>
    public static string Nonce(this HttpContext context)
    {
        if (context.Items[NonceKey] is not string nonce)
        {
            nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
            context.Items[NonceKey] = nonce;
        }

        return nonce;
    }

    public static Task AddHeadersAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.OnStarting(() =>
        {
            var headers = context.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "same-origin";
            if (context.Request.Path.StartsWithSegments("/dist", StringComparison.Ordinal, out var rest) && rest != "/manifest.json" && context.Response.StatusCode == 200)
                headers.CacheControl = "public, max-age=31536000, immutable";
            if (headers.ContentType.ToString().StartsWith("text/html", StringComparison.OrdinalIgnoreCase) && headers.ContentSecurityPolicy.Count == 0)
            {
                headers.XFrameOptions = "DENY";
                headers.ContentSecurityPolicy =
                    $"default-src 'self'; script-src 'self' 'nonce-{context.Nonce()}'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
                    "font-src 'self' data:; connect-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'self'; frame-ancestors 'none'";
            }

            return Task.CompletedTask;
        });
        return next(context);
    }
}
