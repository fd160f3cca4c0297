using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CodexCloudIde.Tenants;
using CodexCloudIde.Tests.Hosting;
using CodexCloudIde.Workspaces;
using Microsoft.Extensions.DependencyInjection;

namespace CodexCloudIde.Tests.Tenants;

public sealed class SignInTests(IdeHost host) : IClassFixture<IdeHost>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SignIn_RightPassword_OpensPagesAndApi()
    {
        using var browser = new Browser(host.Address);
        using var answer = await browser.SubmitAsync("/sign-in?next=/account", "/sign-in", new() { ["email"] = IdeHost.OwnerEmail, ["password"] = IdeHost.OwnerPassword, ["next"] = "/account" });
        Assert.Equal((HttpStatusCode.Redirect, "/account"), (answer.StatusCode, answer.Headers.Location?.OriginalString));
        Assert.Contains(IdeHost.OwnerEmail, await browser.Client.GetStringAsync("/account", Cancellation), StringComparison.Ordinal);
        var me = await browser.Client.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancellation);
        Assert.Equal(host.Owner.User.ToString(), me.GetProperty("user").GetString());

        using var left = await browser.SubmitAsync("/account", "/sign-out", []);
        Assert.Equal(HttpStatusCode.Redirect, left.StatusCode);
        using var after = await browser.Client.GetAsync("/api/v1/me", Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, after.StatusCode);
    }

    [Fact]
    public async Task SignIn_WrongPassword_StaysOutAndIsRecorded()
    {
        using var browser = new Browser(host.Address);
        using var answer = await browser.SubmitAsync("/sign-in", "/sign-in", new() { ["email"] = "other@example.com", ["password"] = "wrong wrong wrong" });
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        using var page = await browser.Client.GetAsync("/account", Cancellation);
        Assert.Equal((HttpStatusCode.Redirect, "/sign-in?next=%2Faccount"), (page.StatusCode, page.Headers.Location?.PathAndQuery));
        var audit = await host.OtherClient.GetFromJsonAsync<JsonElement>("/api/v1/audit?type=signin", Cancellation);
        Assert.Contains(audit.GetProperty("items").EnumerateArray(), entry => entry.GetProperty("type").GetString() == "signin.failed");
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("https://evil.example/")]
    public async Task SignIn_ForeignNext_GoesHome(string next)
    {
        using var browser = new Browser(host.Address);
        using var answer = await browser.SubmitAsync("/sign-in", "/sign-in", new() { ["email"] = IdeHost.OwnerEmail, ["password"] = IdeHost.OwnerPassword, ["next"] = next });
        Assert.Equal("/", answer.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task SignIn_WithoutAntiforgeryToken_Is400()
    {
        using var browser = new Browser(host.Address);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["email"] = IdeHost.OwnerEmail, ["password"] = IdeHost.OwnerPassword });
        using var answer = await browser.Client.PostAsync("/sign-in", form, Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData(null, null, HttpStatusCode.Forbidden)]
    [InlineData("codex", null, HttpStatusCode.Forbidden)]
    [InlineData("codex", "http://evil.example", HttpStatusCode.Forbidden)]
    [InlineData(null, "own", HttpStatusCode.Forbidden)]
    [InlineData("codex", "own", HttpStatusCode.Created)]
    public async Task ApiPost_WithCookie_NeedsHeaderAndOwnOrigin(string? header, string? origin, HttpStatusCode expected)
    {
        using var browser = await Browser.SignedInAsync(host.Address, IdeHost.OwnerEmail, IdeHost.OwnerPassword);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/tokens") { Content = JsonContent.Create(new { name = "x" }) };
        if (header is not null) request.Headers.Add("X-Requested-With", header);
        if (origin is not null) request.Headers.Add("Origin", origin == "own" ? host.Address.GetLeftPart(UriPartial.Authority) : origin);
        using var answer = await browser.Client.SendAsync(request, Cancellation);
        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task Invitation_OfAnAccountThatSomebodyComesInBy_IsNotMade()
    {
        // As one that signs in by a provider, or by a token only: without a password, and not for another tenant's owner to take.
        var (_, caller) = await host.AddMemberAsync("passwordless@example.com", Role.Owner);
        using var added = await host.OtherClient.PostAsJsonAsync("/api/v1/members", new { email = "passwordless@example.com", role = "viewer" }, Cancellation);
        Assert.Equal(HttpStatusCode.Created, added.StatusCode);
        Assert.Equal(JsonValueKind.Null, (await added.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("invitation").ValueKind);

        // Nor does an older link claim it.
        var path = host.Services.GetRequiredService<Invitations>().PathOf(caller.User, host.Other.Tenant);
        var query = System.Web.HttpUtility.ParseQueryString(path[(path.IndexOf('?', StringComparison.Ordinal) + 1)..]);
        using var thief = new Browser(host.Address);
        using var joined = await thief.SubmitAsync(path, "/join", new() { ["user"] = query["user"]!, ["code"] = query["code"]!, ["password"] = "a thief's own password" });
        Assert.Equal(HttpStatusCode.Gone, joined.StatusCode);
    }

    [Fact]
    public async Task Invitation_WhileAnothersIsPending_IsRefused()
    {
        using var first = await host.Client.PostAsJsonAsync("/api/v1/members", new { email = "pending@example.com", role = "viewer" }, Cancellation);
        Assert.NotNull((await first.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("invitation").GetString());
        using var second = await host.OtherClient.PostAsJsonAsync("/api/v1/members", new { email = "pending@example.com", role = "viewer" }, Cancellation);
        Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);
        Assert.Equal("invitation-pending", (await second.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("type").GetString());
    }

    [Theory]
    [InlineData("/account/tokens")]
    [InlineData("/account")]
    [InlineData("/audit")]
    [InlineData("/m")]
    public async Task Page_AskedForWithAToken_KnowsOnlyTheBrowsersSession(string path)
    {
        using var browser = new Browser(host.Address);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new("Bearer", IdeHost.OwnerToken);
        using var answer = await browser.Client.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Contains("/sign-in", answer.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Member_RemovedAndAddedAgain_HasNoneOfTheOldRolesInWorkspaces()
    {
        var (_, caller) = await host.AddMemberAsync("again@example.com", Role.Developer);
        using var made = await host.Client.PostAsJsonAsync("/api/v1/workspaces", new { name = "w", source = new { template = "empty" } }, Cancellation);
        var workspace = WorkspaceId.Parse((await made.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("id").GetString()!);
        using var member = await host.Client.PutAsJsonAsync($"/api/v1/workspaces/{workspace}/members/{caller.User}", new { role = "owner" }, Cancellation);
        member.EnsureSuccessStatusCode();
        var access = host.Services.GetRequiredService<WorkspaceAccess>();
        Assert.True((await access.FindAsync(caller, workspace, Role.Owner, Cancellation)).Succeeded);

        using var removed = await host.Client.DeleteAsync($"/api/v1/members/{caller.User}", Cancellation);
        removed.EnsureSuccessStatusCode();
        Assert.False((await access.FindAsync(caller with { Role = Role.Owner }, workspace, Role.Viewer, Cancellation)).Succeeded);
        using var again = await host.Client.PostAsJsonAsync("/api/v1/members", new { email = "again@example.com", role = "viewer" }, Cancellation);
        again.EnsureSuccessStatusCode();
        Assert.False((await access.FindAsync(caller, workspace, Role.Viewer, Cancellation)).Succeeded);
    }

    [Fact]
    public async Task Members_AddedByInvitation_JoinAndSwitchTenants()
    {
        using var owner = await Browser.SignedInAsync(host.Address, IdeHost.OwnerEmail, IdeHost.OwnerPassword);
        using var added = await owner.SubmitAsync("/account/members", "/account/members", new() { ["email"] = "new@example.com", ["role"] = "Developer" });
        var page = WebUtility.HtmlDecode(await added.Content.ReadAsStringAsync(Cancellation));
        var link = page[page.IndexOf("/join?", StringComparison.Ordinal)..];
        link = link[..link.IndexOf('<', StringComparison.Ordinal)];

        using var joining = new Browser(host.Address);
        var query = System.Web.HttpUtility.ParseQueryString(link[(link.IndexOf('?', StringComparison.Ordinal) + 1)..]);
        Dictionary<string, string> form = new() { ["user"] = query["user"]!, ["code"] = query["code"]!, ["password"] = "a long enough password" };
        using var joined = await joining.SubmitAsync(link, "/join", form);
        Assert.Equal(HttpStatusCode.Redirect, joined.StatusCode);
        var me = await joining.Client.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancellation);
        Assert.Equal(("developer", host.Owner.Tenant.ToString()), (me.GetProperty("role").GetString(), me.GetProperty("tenant").GetString()));

        using var again = await new Browser(host.Address).SubmitAsync(link, "/join", form);
        Assert.Equal(HttpStatusCode.Gone, again.StatusCode);
        using var forbidden = await joining.SubmitAsync("/account", "/account/members/remove", new() { ["user"] = host.Owner.User.ToString() });
        Assert.Contains("needs the role owner", await forbidden.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);

        using var invited = await host.OtherClient.PostAsJsonAsync("/api/v1/members", new { email = "new@example.com", role = "viewer" }, Cancellation);
        Assert.Equal(HttpStatusCode.Created, invited.StatusCode);
        using var switched = await joining.SubmitAsync("/account", "/account/switch", new() { ["tenant"] = host.Other.Tenant.ToString() });
        Assert.Equal("/", switched.Headers.Location?.OriginalString);
        me = await joining.Client.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancellation);
        Assert.Equal(("viewer", host.Other.Tenant.ToString()), (me.GetProperty("role").GetString(), me.GetProperty("tenant").GetString()));
    }
}
