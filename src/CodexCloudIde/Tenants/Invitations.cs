using System.Globalization;
using Microsoft.AspNetCore.DataProtection;

namespace CodexCloudIde.Tenants;

/// <summary>Links by which a new account's person chooses its password: signed, for one day, void once a password is set.</summary>
internal sealed class Invitations(IDataProtectionProvider protection, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(1);

    private readonly IDataProtector protector = protection.CreateProtector("invitation");

    /// <param name="user">Whose.</param>
    /// <param name="tenant">Where it leads; null when an operator invites and no tenant has yet.</param>
    public string PathOf(UserId user, TenantId? tenant) =>
        $"/join?user={user}&code={protector.Protect($"{user} {time.GetUtcNow().Add(Lifetime).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)} {tenant}")}";

    /// <summary>Null when it is not ours, not this account's, or too old. Whether the account is still unclaimed is for the caller to find out.</summary>
    public (UserId User, TenantId? Tenant)? Accept(string? user, string? code)
    {
        try
        {
            return protector.Unprotect(code ?? "").Split(' ') is [var invited, var until, var tenant]
                && invited == user && long.Parse(until, CultureInfo.InvariantCulture) > time.GetUtcNow().ToUnixTimeSeconds()
                ? (UserId.Parse(invited), tenant.Length == 0 ? null : TenantId.Parse(tenant))
                : null;
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }
}
