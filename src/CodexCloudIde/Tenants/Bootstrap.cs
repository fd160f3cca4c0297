using CodexCloudIde.Storage;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace CodexCloudIde.Tenants;

/// <summary>On the first start: the configured owner and token, or a one-time set-up link on the console.</summary>
internal sealed partial class Bootstrap(
    IServiceScopeFactory scopes, IOptions<BootstrapOptions> options, DataDirectory data, SetUpCode code, IServer server, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<Bootstrap> logger)
    : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var held = await StartLock.TakeAsync(data, time, cancellationToken);
        await using var scope = scopes.CreateAsyncScope();
        var accounts = scope.ServiceProvider.GetRequiredService<Accounts>();
        var wanted = options.Value;
        if (wanted.OwnerEmail.Length == 0 && wanted.Token.Length == 0)
        {
            if (!await accounts.AnyAsync(cancellationToken)) lifetime.ApplicationStarted.Register(() => LogSetUp(Address(), code.Open()));
            return;
        }

        var email = wanted.OwnerEmail.Length > 0 ? wanted.OwnerEmail : "owner@localhost.localdomain";
        var account = await accounts.FindAsync(email);
        if (account is null)
        {
            var made = await accounts.CreateAsync(email, wanted.OwnerPassword.Length > 0 ? wanted.OwnerPassword : null, null, isOperator: true);
            if (!made.Succeeded) throw new OptionsValidationException("Ide:Bootstrap", typeof(BootstrapOptions), [$"Ide:Bootstrap: {made.Refusal!.Detail}"]);
            account = made.Value;
        }

        var memberships = scope.ServiceProvider.GetRequiredService<Memberships>();
        var owned = (await memberships.OfAsync(account.UserId, cancellationToken)).Where(row => row.Role == Role.Owner).Select(row => row.Tenant).ToList();
        var tenant = owned.Count > 0 ? owned[0] : await memberships.CreateTenantAsync(wanted.Tenant, account.UserId, cancellationToken);
        if (wanted.Token.Length > 0) await EnsureTokenAsync(scope.ServiceProvider, tenant.Id, account.UserId, wanted.Token, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task EnsureTokenAsync(IServiceProvider services, TenantId tenant, UserId user, string secret, CancellationToken cancellationToken)
    {
        if (secret.Length < 16) throw new OptionsValidationException("Ide:Bootstrap", typeof(BootstrapOptions), ["Ide:Bootstrap:Token has fewer than 16 characters."]);
        var hash = Credentials.HashOf(secret);
        await using (var context = services.GetRequiredService<TenantContexts>().CreateSystem())
        {
            // Also when it was revoked or has expired: the first start's token does not come back by itself.
            if (await context.Set<AccessToken>().AnyAsync(row => row.Hash == hash, cancellationToken)) return;
        }

        var made = await services.GetRequiredService<AccessTokens>().CreateAsync(
            tenant, user, Actor.System, "bootstrap", Scopes.All, time.GetUtcNow().AddDays(AccessTokens.MostDays), cancellationToken, secret);
        if (!made.Succeeded) throw new InvalidOperationException(made.Refusal!.Detail);
    }

    private string Address() => server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "";

    [LoggerMessage(Level = LogLevel.Warning, Message = "No account yet. Set up the first one here, once: {Address}/set-up?code={Code}")]
    private partial void LogSetUp(string address, string code);
}
