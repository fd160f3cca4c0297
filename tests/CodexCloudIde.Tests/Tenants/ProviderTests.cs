using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CodexCloudIde.Tenants;
using CodexCloudIde.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CodexCloudIde.Tests.Tenants;

public sealed class ProviderTests : IAsyncLifetime
{
    private OpenIdProvider provider = null!;
    private IdeHost host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        provider = await OpenIdProvider.StartAsync();
        host = await IdeHost.StartAsync(
            $"--Ide:OpenIdConnect:Authority={provider.Address}", $"--Ide:OpenIdConnect:ClientId={OpenIdProvider.ClientId}",
            $"--Ide:OpenIdConnect:ClientSecret={OpenIdProvider.ClientSecret}", "--Ide:OpenIdConnect:Name=Example", "--Ide:OpenIdConnect:RequireHttps=false", "--Ide:OpenIdConnect:LinkVerifiedEmail=true",
            "--Ide:OpenIdConnect:GroupRoles:engineers=developer", "--Ide:OpenIdConnect:GroupRoles:leads=maintainer");
        host.Services.GetRequiredService<IOptions<ProviderOptions>>().Value.TenantId = host.Owner.Tenant.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await provider.DisposeAsync();
    }

    [Fact]
    public async Task SignIn_NewPersonWithGroups_JoinsWithTheHighestRoleAndFollowsTheGroups()
    {
        provider.Person = new Person("s1", "s1@example.com", true, "engineers", "leads", "others");
        Assert.Equal("maintainer", await RoleAfterSigningInAsync());
        provider.Person = provider.Person with { Groups = ["engineers"] };
        Assert.Equal("developer", await RoleAfterSigningInAsync());
        provider.Person = provider.Person with { Groups = [] };
        Assert.Null(await RoleAfterSigningInAsync());
        Assert.Null(await host.Services.GetRequiredService<Memberships>().RoleAsync(host.Owner.Tenant, await UserOfAsync("s1@example.com"), Cancellation));
    }

    [Fact]
    public async Task SignIn_VerifiedEmailOfAnAccount_IsLinkedAndKeepsTheRoleGivenByHand()
    {
        provider.Person = new Person("s2", IdeHost.OwnerEmail, true, "engineers");
        Assert.Equal("owner", await RoleAfterSigningInAsync());
        // Linked by subject now: the address may change.
        provider.Person = provider.Person with { Email = "changed@example.com" };
        Assert.Equal("owner", await RoleAfterSigningInAsync());
    }

    [Fact]
    public async Task SignIn_VerifiedEmailOfAnAccount_IsRefusedUnlessConfigured()
    {
        host.Services.GetRequiredService<IOptions<ProviderOptions>>().Value.LinkVerifiedEmail = false;
        provider.Person = new Person("s6", IdeHost.OwnerEmail, true, "leads");
        Assert.Null(await RoleAfterSigningInAsync());
        await using var scope = host.Services.CreateAsyncScope();
        var accounts = scope.ServiceProvider.GetRequiredService<Accounts>();
        Assert.False(await accounts.HasLoginAsync((await accounts.FindAsync(IdeHost.OwnerEmail))!));
    }

    [Fact]
    public async Task SignIn_ProviderDown_SaysSoAndPasswordsStillWork()
    {
        await provider.StopAsync();
        using var browser = new Browser(host.Address);
        using var answer = await browser.SubmitAsync("/sign-in", "/sign-in/provider", []);
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Contains("does not answer", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        using var owner = await Browser.SignedInAsync(host.Address, IdeHost.OwnerEmail, IdeHost.OwnerPassword);
        Assert.Contains(IdeHost.OwnerEmail, await owner.Client.GetStringAsync("/account", Cancellation), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://login.example.com", "client")]
    [InlineData("nonsense", "client")]
    [InlineData("https://login.example.com", "")]
    public async Task Start_BadConfiguration_IsRefused(string authority, string client) =>
        await Assert.ThrowsAsync<OptionsValidationException>(() => IdeHost.StartAsync($"--Ide:OpenIdConnect:Authority={authority}", $"--Ide:OpenIdConnect:ClientId={client}"));

    [Fact]
    public async Task SignIn_UnverifiedEmailOfAnAccount_IsRefused()
    {
        provider.Person = new Person("s3", IdeHost.OwnerEmail, false, "leads");
        Assert.Null(await RoleAfterSigningInAsync());
    }

    [Fact]
    public async Task SignIn_NewPersonWithoutAMappedGroup_IsRefused()
    {
        provider.Person = new Person("s4", "s4@example.com", true, "others");
        Assert.Null(await RoleAfterSigningInAsync());
    }

    [Fact]
    public async Task Link_FromTheAccountPage_NeedsNoVerifiedEmail_AndAnotherAccountCannotTakeIt()
    {
        provider.Person = new Person("s5", "unrelated@example.com", false);
        using var owner = await Browser.SignedInAsync(host.Address, IdeHost.OwnerEmail, IdeHost.OwnerPassword);
        using var linked = await FollowAsync(owner, await owner.SubmitAsync("/account", "/account/link", []));
        Assert.Contains("This account is linked", await linked.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Equal("owner", await RoleAfterSigningInAsync());

        using var other = await Browser.SignedInAsync(host.Address, "other@example.com", IdeHost.OwnerPassword);
        using var refused = await FollowAsync(other, await other.SubmitAsync("/account", "/account/link", []));
        Assert.Contains("belongs to another account", await refused.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Callback_Forged_IsRefused()
    {
        using var browser = new Browser(host.Address);
        using var answer = await FollowAsync(browser, await browser.Client.GetAsync("/sign-in/provider/callback?code=x&state=y", Cancellation));
        Assert.Contains("did not sign you in", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    private async Task<string?> RoleAfterSigningInAsync()
    {
        using var browser = new Browser(host.Address);
        using var answer = await FollowAsync(browser, await browser.SubmitAsync("/sign-in", "/sign-in/provider", new() { ["next"] = "/account" }));
        using var me = await browser.Client.GetAsync("/api/v1/me", Cancellation);
        Assert.Equal(me.StatusCode == HttpStatusCode.OK, answer.StatusCode == HttpStatusCode.OK);
        return me.StatusCode == HttpStatusCode.OK ? (await me.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("role").GetString() : null;
    }

    private async Task<UserId> UserOfAsync(string email)
    {
        await using var scope = host.Services.CreateAsyncScope();
        return (await scope.ServiceProvider.GetRequiredService<Accounts>().FindAsync(email))!.UserId;
    }

    // As a browser does, to the provider and back.
    private static async Task<HttpResponseMessage> FollowAsync(Browser browser, HttpResponseMessage answer)
    {
        while (answer.StatusCode == HttpStatusCode.Redirect)
        {
            var next = new Uri(answer.RequestMessage!.RequestUri!, answer.Headers.Location!);
            answer.Dispose();
            answer = await browser.Client.GetAsync(next, Cancellation);
        }

        return answer;
    }
}
