using System.Net.Http.Json;
using CodexCloudIde.Api;
using CodexCloudIde.Storage;
using CodexCloudIde.Tenants;
using CodexCloudIde.Tests.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace CodexCloudIde.Tests.Tenants;

public sealed class AccessWatchTests(IdeHost host) : IClassFixture<IdeHost>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Watch_TokenRevoked_IsCancelledAndOthersStay()
    {
        var (_, caller) = await host.AddTokenAsync(host.Owner.Tenant, host.Owner.User);
        var revoked = Ended(caller);
        using var answer = await host.Client.DeleteAsync($"/api/v1/tokens/{caller.Credential["token:".Length..]}", Cancellation);
        answer.EnsureSuccessStatusCode();
        await revoked;
        Assert.False(host.Services.GetRequiredService<AccessWatch>().Watch(host.Owner).IsCancellationRequested);
    }

    [Fact]
    public async Task Watch_RoleChanged_IsCancelledForTheOldEpochOnly()
    {
        var (token, before) = await host.AddMemberAsync("demoted@example.com", Role.Maintainer);
        var closed = Ended(before);
        using var answer = await host.Client.PutAsJsonAsync($"/api/v1/members/{before.User}", new { role = "viewer" }, Cancellation);
        answer.EnsureSuccessStatusCode();
        await closed;
        var after = (await host.Services.GetRequiredService<Credentials>().FindTokenAsync(token, Cancellation))!.Caller;
        Assert.Equal(Role.Viewer, after.Role);
        Assert.False(host.Services.GetRequiredService<AccessWatch>().Watch(after).IsCancellationRequested);
    }

    [Fact]
    public async Task Watch_MemberRemoved_IsCancelledAndTheTokenIsDeadAfterComingBack()
    {
        var (token, caller) = await host.AddMemberAsync("removed@example.com", Role.Developer);
        var closed = Ended(caller);
        using var answer = await host.Client.DeleteAsync($"/api/v1/members/{caller.User}", Cancellation);
        answer.EnsureSuccessStatusCode();
        await closed;
        Assert.Null(await host.Services.GetRequiredService<Memberships>().SetAsync(caller.Tenant, caller.User, Role.Viewer, Cancellation));
        Assert.Null(await host.Services.GetRequiredService<Credentials>().FindTokenAsync(token, Cancellation));
    }

    [Fact]
    public async Task Watch_AccountDisabled_IsCancelledInEveryTenant()
    {
        var (_, caller) = await host.AddMemberAsync("disabled@example.com", Role.Developer);
        var (_, elsewhere) = await AlsoInAsync(host.Other.Tenant, caller.User);
        var closed = Task.WhenAll(Ended(caller), Ended(elsewhere));
        using var answer = await host.Client.PostAsync($"/api/v1/admin/users/{caller.User}/disable", null, Cancellation);
        answer.EnsureSuccessStatusCode();
        await closed;
        Assert.Null(await host.Services.GetRequiredService<Credentials>().ExpiryAsync(caller with { Credential = "token:" + Guid.Empty.ToString("N") }, Cancellation));
    }

    [Fact]
    public async Task Watch_RevokedByAnotherProcess_IsCancelledByTheTable()
    {
        var (_, caller) = await host.AddTokenAsync(host.Owner.Tenant, host.Owner.User);
        var closed = Ended(caller);
        await using (var context = host.Services.GetRequiredService<TenantContexts>().CreateSystem())
        {
            // What the other process writes; nobody tells this one.
            context.Set<Revocation>().Add(new Revocation { UserId = caller.User, TenantId = caller.Tenant, Credential = caller.Credential, At = TimeProvider.System.GetUtcNow() });
            await context.SaveChangesAsync(Cancellation);
        }

        await closed;
        Assert.True(host.Services.GetRequiredService<AccessWatch>().Watch(caller) is { CanBeCanceled: true });
    }

    [Fact]
    public async Task Watch_RevokedBeforeItsExpiryWasLookedUp_IsCancelledAndForgotten()
    {
        var (token, caller) = await host.AddTokenAsync(host.Owner.Tenant, host.Owner.User);
        var credentials = host.Services.GetRequiredService<Credentials>();
        Assert.NotNull(await credentials.FindTokenAsync(token, Cancellation));
        var id = Guid.ParseExact(caller.Credential["token:".Length..], "N");
        await using (var context = host.Services.GetRequiredService<TenantContexts>().CreateSystem())
        {
            // Another process is half way: the row is revoked, its news is not there yet.
            (await context.Set<AccessToken>().SingleAsync(row => row.Id == id, Cancellation)).RevokedAt = TimeProvider.System.GetUtcNow();
            await context.SaveChangesAsync(Cancellation);
        }

        await Ended(caller);
        Assert.Null(await credentials.FindTokenAsync(token, Cancellation));
    }

    [Fact]
    public async Task Watch_TokenExpired_IsCancelled()
    {
        var made = await host.Services.GetRequiredService<AccessTokens>().CreateAsync(
            host.Owner.Tenant, host.Owner.User, Actor.System, "short", Scopes.All, TimeProvider.System.GetUtcNow().AddMilliseconds(1500), Cancellation);
        var caller = (await host.Services.GetRequiredService<Credentials>().FindTokenAsync(made.Value.Secret, Cancellation))!.Caller;
        await Ended(caller);
        Assert.Null(await host.Services.GetRequiredService<Credentials>().FindTokenAsync(made.Value.Secret, Cancellation));
    }

    [Fact]
    public void Format_SeveralLines_AreSeveralDataLines() =>
        Assert.Equal("id: 7\nevent: x\ndata: a\ndata: b\n\n", EventStream.Format(new ServerEvent("x", "a\r\nb", "7")));

    private async Task<(string Token, Caller Caller)> AlsoInAsync(TenantId tenant, UserId user)
    {
        Assert.Null(await host.Services.GetRequiredService<Memberships>().SetAsync(tenant, user, Role.Viewer, Cancellation));
        return await host.AddTokenAsync(tenant, user);
    }

    // The contract: within 5 s; the margin is for a loaded machine.
    private Task Ended(Caller caller)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Services.GetRequiredService<AccessWatch>().Watch(caller).Register(ended.SetResult);
        return ended.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
    }
}
