using System.Net;
using System.Text.RegularExpressions;

namespace CodexCloudIde.Tests.Hosting;

/// <summary>Cookies, pages and their forms, without following redirects.</summary>
public sealed partial class Browser : IDisposable
{
    public Browser(Uri address) =>
        Client = new HttpClient(new SocketsHttpHandler { CookieContainer = Cookies, AllowAutoRedirect = false }) { BaseAddress = address };

    public HttpClient Client { get; }

    public CookieContainer Cookies { get; } = new();

    public static async Task<Browser> SignedInAsync(Uri address, string email, string password)
    {
        var browser = new Browser(address);
        using var answer = await browser.SubmitAsync("/sign-in", "/sign-in", new() { ["email"] = email, ["password"] = password });
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return browser;
    }

    /// <summary>Opens a page and posts a form of it with the antiforgery token found there.</summary>
    public async Task<HttpResponseMessage> SubmitAsync(string page, string action, Dictionary<string, string> fields)
    {
        var html = await Client.GetStringAsync(page);
        fields["__RequestVerificationToken"] = WebUtility.HtmlDecode(Token().Match(html).Groups[1].Value);
        using var form = new FormUrlEncodedContent(fields);
        return await Client.PostAsync(action, form);
    }

    public void Dispose() => Client.Dispose();

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
