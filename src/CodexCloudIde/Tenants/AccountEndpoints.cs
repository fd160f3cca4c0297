using CodexCloudIde.Api;
using CodexCloudIde.Audit;
using CodexCloudIde.Tenants.Pages;
using Microsoft.Extensions.Options;

namespace CodexCloudIde.Tenants;

/// <summary><c>/account</c> and below: one's account, tenants, tokens, and the tenant's members.</summary>
internal static class AccountEndpoints
{
    public static void MapAccount(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/account").RequireAuthorization(TenantPolicy.Tenant);
        group.MapPage("", (HttpContext context, Accounts accounts, Memberships memberships, IOptions<ProviderOptions> provider, string? problem, CancellationToken cancellationToken) =>
            AccountAsync(context, accounts, memberships, provider, problem, null, cancellationToken));
        group.MapForm("/password", PasswordAsync);
        group.MapForm("/switch", SwitchAsync);
        group.MapPage("/tokens", (HttpContext context, AccessTokens tokens, CancellationToken cancellationToken) => TokensAsync(context, tokens, null, null, cancellationToken));
        group.MapForm("/tokens", NewTokenAsync);
        group.MapForm("/tokens/revoke", RevokeAsync);
        group.MapPage("/members", (HttpContext context, Memberships memberships, CancellationToken cancellationToken) =>
            MembersAsync(context, memberships, null, null, null, cancellationToken));
        group.MapForm("/members", AddMemberAsync);
        group.MapForm("/members/role", SetRoleAsync);
        group.MapForm("/members/remove", RemoveMemberAsync);
    }

    private static async Task<IResult> AccountAsync(
        HttpContext context, Accounts accounts, Memberships memberships, IOptions<ProviderOptions> provider, string? problem, string? done, CancellationToken cancellationToken)
    {
        var caller = context.GetCaller();
        if (await accounts.FindAsync(caller.User) is not { } account) return Results.LocalRedirect("/sign-in");
        var view = new AccountView(
            caller, account.Email ?? "", account.PasswordHash is not null, await memberships.OfAsync(caller.User, cancellationToken), provider.Value.ShownName,
            await accounts.HasLoginAsync(account));
        return Forms.Page<AccountPage>(new { View = view, Problem = problem, Done = done });
    }

    private static async Task<IResult> PasswordAsync(
        HttpContext context, Accounts accounts, Memberships memberships, Sessions sessions, AuditLog audit, IOptions<ProviderOptions> provider, CancellationToken cancellationToken)
    {
        var caller = context.GetCaller();
        var form = await context.Request.ReadFormAsync(cancellationToken);
        if (await accounts.FindAsync(caller.User) is not { } account) return Results.LocalRedirect("/sign-in");
        if (await accounts.ChangePasswordAsync(account, form["current"], form["password"].ToString()) is { } refusal)
            return await AccountAsync(context, accounts, memberships, provider, refusal.Detail, null, cancellationToken);
        await sessions.CloseOthersAsync(caller.User, caller.Credential, cancellationToken);
        await audit.AppendAsync(new AuditRecord(caller.Tenant, Actor.Of(caller), "account.password", $"user/{caller.User}", "succeeded"), cancellationToken);
        return await AccountAsync(context, accounts, memberships, provider, null, "The password is changed; other browsers are signed out.", cancellationToken);
    }

    private static async Task<IResult> SwitchAsync(HttpContext context, Accounts accounts, SignIn signIn, CancellationToken cancellationToken)
    {
        var caller = context.GetCaller();
        var form = await context.Request.ReadFormAsync(cancellationToken);
        if (!TenantId.TryParse(form["tenant"], null, out var tenant) || await accounts.FindAsync(caller.User) is not { } account) return Results.LocalRedirect("/account");
        if (await signIn.EnterAsync(context, account, tenant, "switch", cancellationToken) is not null) return Results.LocalRedirect("/account");
        await signIn.LeaveAsync(caller, cancellationToken);
        return Results.LocalRedirect("/");
    }

    private static async Task<IResult> TokensAsync(HttpContext context, AccessTokens tokens, string? secret, string? problem, CancellationToken cancellationToken)
    {
        var caller = context.GetCaller();
        var view = new TokensView(caller, await tokens.ListAsync(caller.Tenant, caller.User, cancellationToken));
        context.Response.Headers.CacheControl = "no-store";
        return Forms.Page<TokensPage>(new { View = view, Secret = secret, Problem = problem });
    }

    private static async Task<IResult> NewTokenAsync(HttpContext context, AccessTokens tokens, TimeProvider time, CancellationToken cancellationToken)
    {
        var caller = context.GetCaller();
        var form = await context.Request.ReadFormAsync(cancellationToken);
        var days = int.TryParse(form["days"], out var asked) ? asked : 90;
        var made = await tokens.CreateAsync(
            caller.Tenant, caller.User, Actor.Of(caller), form["name"].ToString(), [.. form["scopes"].OfType<string>()],
            time.GetUtcNow().AddDays(Math.Clamp(days, 1, AccessTokens.MostDays)), cancellationToken);
        return await TokensAsync(context, tokens, made.Succeeded ? made.Value.Secret : null, made.Refusal?.Detail, cancellationToken);
    }

    private static async Task<IResult> RevokeAsync(HttpContext context, AccessTokens tokens, CancellationToken cancellationToken)
    {
        var form = await context.Request.ReadFormAsync(cancellationToken);
        if (Guid.TryParseExact(form["id"], "N", out var id)) await tokens.RevokeAsync(context.GetCaller(), id, cancellationToken);
        return Results.LocalRedirect("/account/tokens");
    }

    private static async Task<IResult> MembersAsync(
        HttpContext context, Memberships memberships, string? invitation, string? problem, string? done, CancellationToken cancellationToken)
    {
        var caller = context.GetCaller();
        var view = new MembersView(caller, await memberships.MembersAsync(caller.Tenant, cancellationToken));
        return Forms.Page<MembersPage>(new { View = view, Invitation = invitation, Problem = problem, Done = done });
    }

    private static async Task<IResult> AddMemberAsync(HttpContext context, MemberChanges changes, Memberships memberships, CancellationToken cancellationToken)
    {
        var form = await context.Request.ReadFormAsync(cancellationToken);
        var role = Enum.TryParse<Role>(form["role"], out var asked) && Enum.IsDefined(asked) ? asked : Role.Viewer;
        var added = await changes.AddAsync(context.GetCaller(), form["email"].ToString().Trim(), role, cancellationToken);
        var link = added.Value?.Invitation is { } path ? $"{context.Request.Scheme}://{context.Request.Host}{path}" : null;
        return await MembersAsync(context, memberships, link, added.Refusal?.Detail, added.Succeeded ? "Added." : null, cancellationToken);
    }

    private static async Task<IResult> SetRoleAsync(HttpContext context, MemberChanges changes, Memberships memberships, CancellationToken cancellationToken)
    {
        var form = await context.Request.ReadFormAsync(cancellationToken);
        var refusal = UserId.TryParse(form["user"], null, out var user) && Enum.TryParse<Role>(form["role"], out var role) && Enum.IsDefined(role)
            ? await changes.SetAsync(context.GetCaller(), user, role, cancellationToken)
            : Refusal.NotFound;
        return await MembersAsync(context, memberships, null, refusal?.Detail, null, cancellationToken);
    }

    private static async Task<IResult> RemoveMemberAsync(HttpContext context, MemberChanges changes, Memberships memberships, CancellationToken cancellationToken)
    {
        var form = await context.Request.ReadFormAsync(cancellationToken);
        var refusal = UserId.TryParse(form["user"], null, out var user)
            ? await changes.RemoveAsync(context.GetCaller(), user, cancellationToken)
            : Refusal.NotFound;
        return await MembersAsync(context, memberships, null, refusal?.Detail, null, cancellationToken);
    }
}
