using CodexCloudIde.Api;

namespace CodexCloudIde.Tenants;

/// <summary><c>/api/v1/tokens</c>: one's own; owners see and revoke everybody's of the tenant with <c>?all=true</c>.</summary>
internal static class TokenEndpoints
{
    public static void MapTokens(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/tokens").RequireAuthorization(TenantPolicy.Tenant).WithTags("Tokens");
        group.MapGet("", ListAsync);
        group.MapPost("", CreateAsync);
        group.MapDelete("/{token}", RevokeAsync);
    }

    private static async Task<IResult> ListAsync(HttpContext context, AccessTokens tokens, PageRequest page, CancellationToken cancellationToken, bool all = false)
    {
        var caller = context.GetCaller();
        if (all && caller.Role < Role.Owner) return Refusal.Forbidden("owner").ToResult();
        var rows = await tokens.ListAsync(caller.Tenant, all ? null : caller.User, cancellationToken);
        var after = rows.Select(TokenView.Of).SkipWhile(view => page.After is not null && string.CompareOrdinal(view.Id, page.After) >= 0);
        return Results.Ok(Page<TokenView>.Of([.. after.Take(page.Limit + 1)], page, view => view.Id));
    }

    private static async Task<IResult> CreateAsync(HttpContext context, AccessTokens tokens, NewToken asked, CancellationToken cancellationToken)
    {
        var caller = context.GetCaller();
        var scopes = asked.Scopes ?? Scopes.Usual;
        // A token cannot make one that may do more than itself.
        if (scopes.FirstOrDefault(scope => Scopes.All.Contains(scope) && !context.User.HasClaim(Callers.ScopeClaim, scope)) is { } beyond)
            return new Refusal(403, "forbidden", $"The token used here lacks the scope '{beyond}' itself.", "scopes").ToResult();
        var made = await tokens.CreateAsync(
            caller.Tenant, caller.User, Actor.Of(caller), asked.Name, scopes, asked.ExpiresAt, cancellationToken, madeWith: Credentials.TokenOf(caller));
        return made.ToResult(pair => Results.Created($"/api/v1/tokens/{pair.Token.Id:N}", TokenView.Of(pair.Token) with { Token = pair.Secret }));
    }

    private static async Task<IResult> RevokeAsync(HttpContext context, AccessTokens tokens, string token, CancellationToken cancellationToken) =>
        Guid.TryParseExact(token, "N", out var id)
            ? (await tokens.RevokeAsync(context.GetCaller(), id, cancellationToken)).ToResult()
            : Refusal.NotFound.ToResult();

    internal sealed record NewToken(string Name, IReadOnlyList<string>? Scopes = null, DateTimeOffset? ExpiresAt = null);

    /// <summary>Token: the secret, in the answer to the creation only.</summary>
    internal sealed record TokenView(
        string Id, string Name, string User, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, string? Token = null)
    {
        public static TokenView Of(AccessToken token) =>
            new(token.Id.ToString("N"), token.Name, token.UserId.ToString(), token.Scopes.Split(' '), token.CreatedAt, token.ExpiresAt);
    }
}
