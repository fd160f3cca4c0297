using CodexCloudIde.Api;

namespace CodexCloudIde.Tenants;

/// <summary><c>/api/v1/members</c> of the caller's tenant, and <c>/api/v1/me</c>.</summary>
internal static class MemberEndpoints
{
    public static void MapMembers(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/me", MeAsync).RequireAuthorization(TenantPolicy.Tenant).WithTags("Members");
        var group = routes.MapGroup("/api/v1/members").RequireAuthorization(TenantPolicy.Tenant).WithTags("Members");
        group.MapGet("", ListAsync);
        group.MapPost("", AddAsync);
        group.MapPut("/{user}", SetAsync);
        group.MapDelete("/{user}", RemoveAsync);
    }

    private static async Task<IResult> MeAsync(HttpContext context, Accounts accounts, CancellationToken cancellationToken)
    {
        var caller = context.GetCaller();
        var account = await accounts.FindAsync(caller.User);
        cancellationToken.ThrowIfCancellationRequested();
        return Results.Ok(new
        {
            user = caller.User.ToString(), caller.Name, account?.Email, tenant = caller.Tenant.ToString(), caller.Role,
            scopes = context.User.FindAll(Callers.ScopeClaim).Select(claim => claim.Value),
        });
    }

    private static async Task<IResult> ListAsync(HttpContext context, Memberships memberships, PageRequest page, CancellationToken cancellationToken)
    {
        var members = (await memberships.MembersAsync(context.GetCaller().Tenant, cancellationToken)).Select(MemberView.Of)
            .OrderBy(member => member.User, StringComparer.Ordinal).Where(member => page.After is null || string.CompareOrdinal(member.User, page.After) > 0);
        return Results.Ok(Page<MemberView>.Of([.. members.Take(page.Limit + 1)], page, member => member.User));
    }

    private static async Task<IResult> AddAsync(HttpContext context, MemberChanges changes, NewMember asked, CancellationToken cancellationToken) =>
        (await changes.AddAsync(context.GetCaller(), asked.Email, asked.Role, cancellationToken)).ToResult(added =>
            Results.Created($"/api/v1/members/{added.User}", new { user = added.User.ToString(), asked.Email, asked.Role, added.Invitation }));

    private static async Task<IResult> SetAsync(HttpContext context, MemberChanges changes, UserId user, NewRole asked, CancellationToken cancellationToken) =>
        (await changes.SetAsync(context.GetCaller(), user, asked.Role, cancellationToken)).ToResult();

    private static async Task<IResult> RemoveAsync(HttpContext context, MemberChanges changes, UserId user, CancellationToken cancellationToken) =>
        (await changes.RemoveAsync(context.GetCaller(), user, cancellationToken)).ToResult();

    internal sealed record NewMember(string Email, Role Role = Role.Developer);

    internal sealed record NewRole(Role Role);

    internal sealed record MemberView(string User, string Email, string Name, Role Role, DateTimeOffset Since)
    {
        public static MemberView Of(Member member) => new(member.User.ToString(), member.Email, member.Name, member.Role, member.Since);
    }
}
