using CodexCloudIde.Api;
using CodexCloudIde.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace CodexCloudIde.Tenants;

/// <summary>Accounts: made, found, checked by password, disabled.</summary>
internal sealed class Accounts(UserManager<Account> users, TenantContexts contexts, Revocations revocations, TimeProvider time)
{
    /// <summary>False on a fresh installation.</summary>
    public async Task<bool> AnyAsync(CancellationToken cancellationToken)
    {
        await using var context = contexts.CreateSystem();
        return await context.Users.AnyAsync(cancellationToken);
    }

    public async Task<Outcome<Account>> CreateAsync(string email, string? password, string? displayName, bool isOperator)
    {
        if (email.Length > 254 || !System.Net.Mail.MailAddress.TryCreate(email, out var address) || address.Address != email)
            return new Refusal(422, "invalid-email", "This is no e-mail address.", "email");
        var account = new Account
        {
            Id = Guid.CreateVersion7(),
            UserName = email,
            Email = email,
            DisplayName = Shorten(string.IsNullOrWhiteSpace(displayName) ? address.User : displayName.Trim()),
            IsOperator = isOperator,
            CreatedAt = time.GetUtcNow(),
        };
        var result = password is null ? await users.CreateAsync(account) : await users.CreateAsync(account, password);
        return result.Succeeded ? account : Refuse(result);
    }

    public Task<Account?> FindAsync(string email) => users.FindByEmailAsync(email);

    public Task<Account?> FindAsync(UserId user) => users.FindByIdAsync(user.Value.ToString());

    public async Task<Refusal?> ChangePasswordAsync(Account account, string? current, string replacement)
    {
        var result = await users.HasPasswordAsync(account)
            ? await users.ChangePasswordAsync(account, current ?? "", replacement)
            : await users.AddPasswordAsync(account, replacement);
        return result.Succeeded ? null : Refuse(result);
    }

    /// <summary>True while nobody has ever come in by this account: no password, no linked identity, no session, no token. Only then may an invitation claim it.</summary>
    public async Task<bool> IsUnclaimedAsync(Account account, CancellationToken cancellationToken)
    {
        if (account.PasswordHash is not null || await HasLoginAsync(account)) return false;
        await using var context = contexts.CreateSystem();
        return !await context.Set<BrowserSession>().AnyAsync(row => row.UserId == account.UserId, cancellationToken)
            && !await context.Set<AccessToken>().AnyAsync(row => row.UserId == account.UserId, cancellationToken);
    }

    /// <summary>True when an OpenID Connect identity is linked.</summary>
    public async Task<bool> HasLoginAsync(Account account) => (await users.GetLoginsAsync(account)).Count > 0;

    /// <summary>Checks a password and counts failures; an account that is locked or disabled looks like a wrong password.</summary>
    public async Task<Account?> CheckAsync(string email, string password)
    {
        var account = await users.FindByEmailAsync(email);
        if (account is null)
        {
            // As slow as a real check, so that the time does not tell which addresses have accounts.
            users.PasswordHasher.VerifyHashedPassword(Nobody, NobodysHash.Value, password);
            return null;
        }

        if (account.DisabledAt is not null || await users.IsLockedOutAsync(account)) return null;
        if (await users.CheckPasswordAsync(account, password))
        {
            await users.ResetAccessFailedCountAsync(account);
            return account;
        }

        await users.AccessFailedAsync(account);
        return null;
    }

    /// <summary>Ends everything that the account has open, in every tenant; its data stays.</summary>
    public async Task<Refusal?> DisableAsync(UserId user, bool disabled, CancellationToken cancellationToken)
    {
        await using var context = contexts.CreateSystem();
        var account = await context.Users.SingleOrDefaultAsync(row => row.Id == user.Value, cancellationToken);
        if (account is null) return Refusal.NotFound;
        account.DisabledAt = disabled ? time.GetUtcNow() : null;
        var written = disabled ? revocations.Add(context, user) : null;
        await context.SaveChangesAsync(cancellationToken);
        revocations.Announce(written);
        return null;
    }

    private static readonly Account Nobody = new() { DisplayName = "" };

    private static readonly Lazy<string> NobodysHash = new(() => new PasswordHasher<Account>().HashPassword(Nobody, "nobody's password"));

    private static string Shorten(string name) => name.Length <= 100 ? name : name[..100];

    private static Refusal Refuse(IdentityResult result)
    {
        var error = result.Errors.First();
        return error.Code switch
        {
            "DuplicateUserName" or "DuplicateEmail" => new Refusal(409, "email-taken", "An account with this e-mail address exists.", "email"),
            "PasswordMismatch" => new Refusal(422, "wrong-password", "The current password is wrong.", "currentPassword"),
            _ when error.Code.StartsWith("Password", StringComparison.Ordinal) => new Refusal(422, "weak-password", error.Description, "password"),
            _ => new Refusal(422, "invalid-account", error.Description),
        };
    }
}
