using System.Globalization;
using Microsoft.AspNetCore.DataProtection;

namespace CodexCloudIde.Tenants;

/// <summary>Links by which a new account's person chooses its password: signed, for one day, void once a password is set.</summary>
internal sealed class Invitations(IDataProtectionProvider protection, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(1);

    private readonly IDataProtector protector = protection.CreateProtector("invitation");

    public string PathOf(UserId user) =>
        $"/join?user={user}&code={protector.Protect($"{user} {time.GetUtcNow().Add(Lifetime).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}")}";

    public UserId? Accept(string? user, string? code)
    {
        try
        {
            var parts = protector.Unprotect(code ?? "").Split(' ');
            return parts[0] == user && long.Parse(parts[1], CultureInfo.InvariantCulture) > time.GetUtcNow().ToUnixTimeSeconds() ? UserId.Parse(parts[0]) : null;
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }
}
