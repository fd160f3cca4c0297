using CodexCloudIde.Storage;

namespace CodexCloudIde.Tenants;

/// <summary>Writes revocations with the change that causes them, and tells this process at once; the others read the table.</summary>
internal sealed class Revocations(AccessWatch watch, Credentials credentials, TimeProvider time)
{
    /// <summary>Adds to the context; after saving, call <see cref="Announce"/>.</summary>
    public Revocation Add(IdeContext context, UserId user, TenantId? tenant = null, string? credential = null, long fromEpoch = 0)
    {
        var revocation = new Revocation { UserId = user, TenantId = tenant, Credential = credential, FromEpoch = fromEpoch, At = time.GetUtcNow() };
        context.Set<Revocation>().Add(revocation);
        return revocation;
    }

    public void Announce(Revocation? revocation)
    {
        if (revocation is null) return;
        credentials.Forget(revocation.UserId);
        watch.Apply(revocation);
    }
}
