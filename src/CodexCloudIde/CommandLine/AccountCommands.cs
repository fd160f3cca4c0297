using CodexCloudIde.Storage;
using CodexCloudIde.Tenants;
using Microsoft.EntityFrameworkCore;

namespace CodexCloudIde.CommandLine;

/// <summary><c>user add</c> and <c>token create</c>: on the database of the installation, with or without a running server.</summary>
internal static class AccountCommands
{
    public static async Task<int> AddUserAsync(string[] args)
    {
        var arguments = new Arguments(args, "--operator");
        if (arguments.Words is not [var email]) return Commands.Wrong("user add needs one EMAIL.");
        if (!Enum.TryParse<Role>(arguments["--role"] ?? nameof(Role.Developer), ignoreCase: true, out var role) || !Enum.IsDefined(role))
            return Commands.Wrong("--role is viewer, developer, maintainer or owner.");
        var password = (await Console.In.ReadLineAsync())?.Trim();

        await using var app = await Offline.OpenAsync(arguments.Settings);
        await using var scope = app.Services.CreateAsyncScope();
        var made = await scope.ServiceProvider.GetRequiredService<Accounts>().CreateAsync(
            email, string.IsNullOrEmpty(password) ? null : password, null, arguments["--operator"] is not null);
        if (!made.Succeeded) return No(made.Refusal!.Detail);
        if (await TenantAsync(scope.ServiceProvider, arguments["--tenant"]) is { } tenant
            && await scope.ServiceProvider.GetRequiredService<Memberships>().SetAsync(tenant, made.Value.UserId, role, CancellationToken.None) is { } refusal)
        {
            return No(refusal.Detail);
        }

        Console.WriteLine(made.Value.UserId);
        return 0;
    }

    public static async Task<int> CreateTokenAsync(string[] args)
    {
        var arguments = new Arguments(args);
        if (arguments["--user"] is not { } email) return Commands.Wrong("token create needs --user EMAIL.");
        if (!int.TryParse(arguments["--days"] ?? "90", out var days)) return Commands.Wrong("--days is a number.");

        await using var app = await Offline.OpenAsync(arguments.Settings);
        await using var scope = app.Services.CreateAsyncScope();
        if (await scope.ServiceProvider.GetRequiredService<Accounts>().FindAsync(email) is not { } account) return No($"There is no account {email}.");
        var tenants = await scope.ServiceProvider.GetRequiredService<Memberships>().OfAsync(account.UserId, CancellationToken.None);
        var wanted = arguments["--tenant"];
        var tenant = tenants.Select(row => row.Tenant).FirstOrDefault(tenant => wanted is null || tenant.Id.ToString() == wanted || tenant.Name == wanted);
        if (tenant is null) return No($"{email} is no member of {wanted ?? "any tenant"}.");
        var made = await scope.ServiceProvider.GetRequiredService<AccessTokens>().CreateAsync(
            tenant.Id, account.UserId, Actor.System, arguments["--name"] ?? "command line",
            arguments["--scopes"]?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? Scopes.Usual,
            TimeProvider.System.GetUtcNow().AddDays(days), CancellationToken.None);
        if (!made.Succeeded) return No(made.Refusal!.Detail);
        Console.WriteLine(made.Value.Secret);
        return 0;
    }

    private static async Task<TenantId?> TenantAsync(IServiceProvider services, string? wanted)
    {
        await using var context = services.GetRequiredService<TenantContexts>().CreateSystem();
        var tenants = await context.Set<Tenant>().OrderBy(row => row.CreatedAt).ToListAsync();
        return tenants.FirstOrDefault(tenant => wanted is null || tenant.Id.ToString() == wanted || tenant.Name == wanted)?.Id;
    }

    private static int No(string message)
    {
        Console.Error.WriteLine(message);
        return 1;
    }
}
