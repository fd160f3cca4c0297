using System.Globalization;
using CodexCloudIde.Api;
using CodexCloudIde.Audit;
using CodexCloudIde.Storage;
using Microsoft.EntityFrameworkCore;

namespace CodexCloudIde.Tenants;

/// <summary><c>/api/v1/admin/tenants</c> and <c>/users</c>: names and accounts, never a tenant's content. Recorded in the system's chain.</summary>
internal static class OperatorEndpoints
{
    public static void MapOperators(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/admin").RequireAuthorization(TenantPolicy.Operator).WithTags("Operators");
        group.MapGet("/tenants", TenantsAsync);
        group.MapPost("/tenants", NewTenantAsync);
        group.MapGet("/users", UsersAsync);
        group.MapPost("/users", NewUserAsync);
        group.MapPost("/users/{user}/disable", (HttpContext context, Accounts accounts, AuditLog audit, UserId user, CancellationToken cancellationToken) =>
            SetDisabledAsync(context, accounts, audit, user, true, cancellationToken));
        group.MapPost("/users/{user}/enable", (HttpContext context, Accounts accounts, AuditLog audit, UserId user, CancellationToken cancellationToken) =>
            SetDisabledAsync(context, accounts, audit, user, false, cancellationToken));
    }

    private static async Task<IResult> TenantsAsync(TenantContexts contexts, PageRequest page, CancellationToken cancellationToken)
    {
        await using var context = contexts.CreateSystem();
        // Tenants are never deleted, so counting them is a cursor that neither skips nor repeats.
        _ = int.TryParse(page.After, NumberStyles.None, CultureInfo.InvariantCulture, out var skip);
        var rows = await context.Set<Tenant>().AsNoTracking().OrderBy(row => row.CreatedAt).ThenBy(row => row.Id).Skip(skip).Take(page.Limit + 1)
            .ToListAsync(cancellationToken);
        var counts = await context.Set<Membership>().GroupBy(row => row.TenantId).Select(group => new { group.Key, Count = group.Count() })
            .ToDictionaryAsync(row => row.Key, row => row.Count, cancellationToken);
        var views = rows.Select(row => new TenantView(row.Id.ToString(), row.Name, row.CreatedAt, counts.GetValueOrDefault(row.Id))).ToList();
        return Results.Ok(Page<TenantView>.Of(views, page, _ => (skip + page.Limit).ToString(CultureInfo.InvariantCulture)));
    }

    private static async Task<IResult> NewTenantAsync(
        HttpContext context, Memberships memberships, Accounts accounts, AuditLog audit, NewTenant asked, CancellationToken cancellationToken)
    {
        if (asked.Name.Trim().Length is 0 or > 100) return new Refusal(422, "invalid-name", "A tenant's name has 1 to 100 characters.", "name").ToResult();
        if (await accounts.FindAsync(asked.OwnerEmail) is not { } owner)
            return new Refusal(422, "unknown-user", "There is no account with this e-mail address; create it first.", "ownerEmail").ToResult();
        var tenant = await memberships.CreateTenantAsync(asked.Name.Trim(), owner.UserId, cancellationToken);
        await audit.AppendAsync(new AuditRecord(null, Actor.Of(context.GetCaller()), "tenant.created", $"tenant/{tenant.Id}", "succeeded"), cancellationToken);
        return Results.Created((string?)null, new TenantView(tenant.Id.ToString(), tenant.Name, tenant.CreatedAt, 1));
    }

    private static async Task<IResult> UsersAsync(TenantContexts contexts, PageRequest page, CancellationToken cancellationToken)
    {
        await using var context = contexts.CreateSystem();
        var accounts = context.Users.AsNoTracking();
        if (UserId.TryParse(page.After, null, out var after)) accounts = accounts.Where(row => row.Id.CompareTo(after.Value) > 0);
        var rows = await accounts.OrderBy(row => row.Id).Take(page.Limit + 1).ToListAsync(cancellationToken);
        return Results.Ok(Page<UserView>.Of([.. rows.Select(UserView.Of)], page, view => view.Id));
    }

    private static async Task<IResult> NewUserAsync(
        HttpContext context, Accounts accounts, Invitations invitations, AuditLog audit, NewUser asked, CancellationToken cancellationToken)
    {
        var made = await accounts.CreateAsync(asked.Email, asked.Password, asked.Name, asked.IsOperator);
        if (!made.Succeeded) return made.Refusal.ToResult();
        await audit.AppendAsync(new AuditRecord(null, Actor.Of(context.GetCaller()), "user.created", $"user/{made.Value.UserId}", "succeeded"), cancellationToken);
        var view = UserView.Of(made.Value) with { Invitation = asked.Password is null ? invitations.PathOf(made.Value.UserId, null) : null };
        return Results.Created((string?)null, view);
    }

    private static async Task<IResult> SetDisabledAsync(
        HttpContext context, Accounts accounts, AuditLog audit, UserId user, bool disabled, CancellationToken cancellationToken)
    {
        // One mistaken call would leave an installation without anybody who could undo it.
        if (disabled && user == context.GetCaller().User)
            return ((Refusal?)new Refusal(409, "own-account", "You cannot disable your own account; ask another operator.", "user")).ToResult();
        await audit.AppendAsync(
            new AuditRecord(null, Actor.Of(context.GetCaller()), disabled ? "user.disabled" : "user.enabled", $"user/{user}", "allowed"), cancellationToken);
        return (await accounts.DisableAsync(user, disabled, cancellationToken)).ToResult();
    }

    internal sealed record NewTenant(string Name, string OwnerEmail);

    internal sealed record NewUser(string Email, string? Password = null, string? Name = null, bool IsOperator = false);

    internal sealed record TenantView(string Id, string Name, DateTimeOffset CreatedAt, int Members);

    internal sealed record UserView(string Id, string Email, string Name, bool IsOperator, bool Disabled, DateTimeOffset CreatedAt, string? Invitation = null)
    {
        public static UserView Of(Account account) =>
            new(account.UserId.ToString(), account.Email ?? "", account.DisplayName, account.IsOperator, account.DisabledAt is not null, account.CreatedAt);
    }
}
