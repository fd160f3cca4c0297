using System.Security.Cryptography;
using CodexCloudIde.Api;
using CodexCloudIde.Audit;
using CodexCloudIde.Storage;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;

namespace CodexCloudIde.Tenants;

/// <summary>Tokens of one user in one tenant: made, listed, revoked.</summary>
internal sealed class AccessTokens(TenantContexts contexts, Revocations revocations, AuditLog audit, TimeProvider time)
{
    /// <summary>Days.</summary>
    public const int MostDays = 366;

    private const int UsualDays = 90;

    /// <summary>Makes one; the secret is in the answer and nowhere else.</summary>
    /// <param name="expiresAt">Null: in 90 days, or when <paramref name="madeWith"/> does if that is sooner.</param>
    /// <param name="madeWith">The token of whoever asks: this one lasts no longer, and is revoked with it.</param>
    public async Task<Outcome<(AccessToken Token, string Secret)>> CreateAsync(
        TenantId tenant, UserId user, Actor actor, string name, IReadOnlyList<string> scopes, DateTimeOffset? expiresAt, CancellationToken cancellationToken, string? secret = null,
        Guid? madeWith = null)
    {
        var now = time.GetUtcNow();
        if (string.IsNullOrWhiteSpace(name) || name.Length > 100) return new Refusal(422, "invalid-name", "A token's name has 1 to 100 characters.", "name");
        if (scopes.FirstOrDefault(scope => !Scopes.All.Contains(scope)) is { } unknown)
            return new Refusal(422, "unknown-scope", $"There is no scope '{unknown}'; choose from {string.Join(", ", Scopes.All)}.", "scopes");
        if (expiresAt <= now || expiresAt > now.AddDays(MostDays))
            return new Refusal(422, "invalid-expiry", $"A token expires in the future and within {MostDays} days.", "expiresAt");
        await using var context = contexts.Create(tenant);
        var latest = madeWith is null ? DateTimeOffset.MaxValue : await context.Set<AccessToken>().Where(row => row.Id == madeWith).Select(row => row.ExpiresAt).SingleAsync(cancellationToken);
        if (expiresAt > latest)
            return new Refusal(422, "invalid-expiry", $"The token used here expires at {latest:u}; one made with it expires no later.", "expiresAt");
        var usual = now.AddDays(UsualDays);
        secret ??= "cci_" + WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(32));
        var token = new AccessToken
        {
            Id = Guid.CreateVersion7(),
            TenantId = tenant,
            UserId = user,
            Name = name.Trim(),
            Hash = Credentials.HashOf(secret),
            Scopes = string.Join(' ', scopes.Distinct()),
            MadeWith = madeWith,
            CreatedAt = now,
            ExpiresAt = expiresAt ?? (usual < latest ? usual : latest),
        };
        await audit.AppendAsync(
            new AuditRecord(tenant, actor, "token.created", $"token/{token.Id:N}", "succeeded", new() { ["user"] = user.ToString(), ["scopes"] = token.Scopes }), cancellationToken);
        context.Set<AccessToken>().Add(token);
        await context.SaveChangesAsync(cancellationToken);
        return (token, secret);
    }

    /// <summary>The tokens that still work, newest first; of one user, or of the whole tenant.</summary>
    public async Task<IReadOnlyList<AccessToken>> ListAsync(TenantId tenant, UserId? user, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var context = contexts.Create(tenant);
        var tokens = context.Set<AccessToken>().AsNoTracking().Where(row => row.RevokedAt == null && row.ExpiresAt > now);
        if (user is { } one) tokens = tokens.Where(row => row.UserId == one);
        return await tokens.OrderByDescending(row => row.CreatedAt).ToListAsync(cancellationToken);
    }

    /// <summary>Revokes, and with it what was made with it; somebody else's needs an owner, and is not found by others.</summary>
    public async Task<Refusal?> RevokeAsync(Caller caller, Guid id, CancellationToken cancellationToken)
    {
        await using var context = contexts.Create(caller.Tenant);
        var token = await context.Set<AccessToken>().SingleOrDefaultAsync(row => row.Id == id && row.RevokedAt == null, cancellationToken);
        if (token is null || (token.UserId != caller.User && caller.Role < Role.Owner)) return Refusal.NotFound;
        var revoked = new List<AccessToken> { token };
        for (var i = 0; i < revoked.Count; i++)
        {
            var with = revoked[i].Id;
            revoked.AddRange(await context.Set<AccessToken>().Where(row => row.MadeWith == with && row.RevokedAt == null).ToListAsync(cancellationToken));
        }

        var told = new List<Revocation>();
        foreach (var one in revoked)
        {
            one.RevokedAt = time.GetUtcNow();
            told.Add(revocations.Add(context, one.UserId, caller.Tenant, Credentials.OfToken(one.Id)));
        }

        await context.SaveChangesAsync(cancellationToken);
        told.ForEach(revocations.Announce);
        foreach (var one in revoked)
        {
            await audit.AppendAsync(new AuditRecord(caller.Tenant, Actor.Of(caller), "token.revoked", $"token/{one.Id:N}", "succeeded"), cancellationToken);
        }

        return null;
    }
}
