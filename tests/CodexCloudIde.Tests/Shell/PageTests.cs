using System.Net;
using System.Text.RegularExpressions;
using CodexCloudIde.Tests.Hosting;
using CodexCloudIde.Tests.Workspaces;

namespace CodexCloudIde.Tests.Shell;

public sealed partial class PageTests(IdeHost host) : IClassFixture<IdeHost>
{
    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Page_Policy_AllowsNoEvalAndOnlyItsOwnNonce()
    {
        using var browser = await Browser.SignedInAsync(host.Address, IdeHost.OwnerEmail, IdeHost.OwnerPassword);
        using var first = await browser.Client.GetAsync("/", Ending);
        using var second = await browser.Client.GetAsync("/", Ending);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (first.StatusCode, second.StatusCode));

        var policy = string.Join(' ', first.Headers.GetValues("Content-Security-Policy"));
        Assert.DoesNotContain("unsafe-eval", policy, StringComparison.Ordinal);
        Assert.DoesNotMatch("script-src[^;]*unsafe-inline", policy);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.NotEqual(policy, string.Join(' ', second.Headers.GetValues("Content-Security-Policy")));
        foreach (Match script in InlineScript().Matches(await first.Content.ReadAsStringAsync(Ending)))
            Assert.Contains($"'nonce-{WebUtility.HtmlDecode(script.Groups[1].Value)}'", policy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task IdePage_FirstResponse_CarriesFrameAndModules()
    {
        var workspace = await WorkspaceClient.CreateAsync(host);

        using var browser = await Browser.SignedInAsync(host.Address, IdeHost.OwnerEmail, IdeHost.OwnerPassword);
        var html = await browser.Client.GetStringAsync($"/w/{workspace.Id}", Ending);

        Assert.Contains("id=\"tree\"", html, StringComparison.Ordinal);
        Assert.Contains("id=\"components-reconnect-modal\"", html, StringComparison.Ordinal);
        var script = ModuleScript().Match(html).Groups[1].Value;
        using var asset = await host.Client.GetAsync(script, Ending);
        Assert.Equal(HttpStatusCode.OK, asset.StatusCode);
        Assert.Contains(asset.Headers.CacheControl!.Extensions, part => part.Name == "immutable");
    }

    [Fact]
    public async Task IdePage_NotSignedIn_LeadsToSignIn()
    {
        using var browser = new Browser(host.Address);

        using var answer = await browser.Client.GetAsync("/w/0123", Ending);

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Contains("/sign-in", answer.Headers.Location!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dark")]
    [InlineData("light")]
    public async Task Page_ChosenTheme_IsThereFromTheFirstByte(string theme)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("Cookie", $"theme={theme}");

        using var answer = await host.Client.SendAsync(request, Ending);

        Assert.Contains($"data-theme=\"{theme}\"", await answer.Content.ReadAsStringAsync(Ending), StringComparison.Ordinal);
    }

    [GeneratedRegex("<script nonce=\"([^\"]*)\">")]
    private static partial Regex InlineScript();

    [GeneratedRegex("<script type=\"module\" src=\"(/dist/ide-[^\"]+)\"")]
    private static partial Regex ModuleScript();
}
