using CodexCloudIde.Audit;
using CodexCloudIde.Tenants.Pages;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace CodexCloudIde.Tenants;

/// <summary><c>/sign-in</c>, <c>/sign-out</c>, <c>/set-up</c>, <c>/join</c>.</summary>
internal static class SignInEndpoints
{
    public const string RateLimit = "sign-in";

    public static void MapSignIn(this IEndpointRouteBuilder routes)
    {
        routes.MapPage("/sign-in", (HttpContext context, IOptions<ProviderOptions> provider, string? next) => context.User.Identity?.IsAuthenticated == true
            ? Results.LocalRedirect(Forms.Local(next))
            : Forms.Page<SignInPage>(new { Next = Forms.Local(next), Provider = provider.Value.ShownName }));
        routes.MapForm("/sign-in", EnterAsync).RequireRateLimiting(RateLimit);
        routes.MapForm("/sign-out", LeaveAsync);
        routes.MapPage("/set-up", (SetUpCode codes, string? code) => Forms.Page<SetUpPage>(new { Code = codes.Accepts(code) ? code : null }));
        routes.MapForm("/set-up", SetUpAsync).RequireRateLimiting(RateLimit);
        routes.MapPage("/join", (string? user, string? code) => Forms.Page<JoinPage>(new { User = user, Code = code }));
        routes.MapForm("/join", JoinAsync).RequireRateLimiting(RateLimit);
    }

    private static async Task<IResult> EnterAsync(HttpContext context, SignIn signIn, IOptions<ProviderOptions> provider, CancellationToken cancellationToken)
    {
        var form = await context.Request.ReadFormAsync(cancellationToken);
        var next = Forms.Local(form["next"]);
        var email = form["email"].ToString().Trim();
        if (await signIn.ByPasswordAsync(context, email, form["password"].ToString(), cancellationToken) is not { } refusal) return Results.LocalRedirect(next);
        return Forms.Page<SignInPage>(new { Problem = refusal.Detail, Next = next, Email = email, Provider = provider.Value.ShownName }, refusal.Status);
    }

    private static async Task<IResult> LeaveAsync(HttpContext context, SignIn signIn, CancellationToken cancellationToken)
    {
        if (Callers.OrNull(context.User) is { } caller) await signIn.LeaveAsync(caller, cancellationToken);
        await context.SignOutAsync(SessionCookie.Scheme);
        return Results.LocalRedirect("/sign-in");
    }

    private static async Task<IResult> SetUpAsync(
        HttpContext context, SetUpCode codes, Accounts accounts, Memberships memberships, SignIn signIn, AuditLog audit, CancellationToken cancellationToken)
    {
        var form = await context.Request.ReadFormAsync(cancellationToken);
        if (!codes.Accepts(form["code"]) || await accounts.AnyAsync(cancellationToken)) return Forms.Page<SetUpPage>(new { Code = (string?)null }, StatusCodes.Status403Forbidden);
        var (email, name, tenantName) = (form["email"].ToString().Trim(), form["name"].ToString(), form["tenant"].ToString().Trim());
        var made = await accounts.CreateAsync(email, form["password"].ToString(), name, isOperator: true);
        if (!made.Succeeded)
        {
            return Forms.Page<SetUpPage>(
                new { Code = form["code"].ToString(), Problem = made.Refusal!.Detail, Email = email, Name = name, Tenant = tenantName }, StatusCodes.Status422UnprocessableEntity);
        }

        codes.Close();
        var actor = new Actor(made.Value.UserId.ToString(), made.Value.DisplayName, "user");
        var tenant = await memberships.CreateTenantAsync(tenantName is { Length: > 0 and <= 100 } ? tenantName : "Home", made.Value.UserId, cancellationToken);
        await audit.AppendAsync(new AuditRecord(tenant.Id, actor, "tenant.created", $"tenant/{tenant.Id}", "succeeded"), cancellationToken);
        await signIn.EnterAsync(context, made.Value, tenant.Id, "set-up", cancellationToken);
        return Results.LocalRedirect("/");
    }

    private static async Task<IResult> JoinAsync(HttpContext context, Invitations invitations, Accounts accounts, SignIn signIn, CancellationToken cancellationToken)
    {
        var form = await context.Request.ReadFormAsync(cancellationToken);
        var invitation = invitations.Accept(form["user"], form["code"]);
        if (invitation is not { } accepted || await accounts.FindAsync(accepted.User) is not { } account || !await accounts.IsUnclaimedAsync(account, cancellationToken))
        {
            return Forms.Page<MessagePage>(
                new { Title = "This link is no longer valid", Text = "It was used already or is older than a day. Ask for a new one.", Link = "/sign-in", LinkText = "Sign in" },
                StatusCodes.Status410Gone);
        }

        if (await accounts.ChangePasswordAsync(account, null, form["password"].ToString()) is { } weak)
            return Forms.Page<JoinPage>(new { User = form["user"].ToString(), Code = form["code"].ToString(), Problem = weak.Detail }, weak.Status);
        return await signIn.EnterAsync(context, account, accepted.Tenant, "invitation", cancellationToken) is { } refusal
            ? Forms.Page<MessagePage>(new { Title = "No tenant", Text = refusal.Detail, Link = "/sign-in", LinkText = "Sign in" }, refusal.Status)
            : Results.LocalRedirect("/");
    }
}
