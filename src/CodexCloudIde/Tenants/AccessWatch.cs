namespace CodexCloudIde.Tenants;

/// <summary>
/// Revocation: what a caller opened (hub connections, terminals, event streams) closes within 5 s of the token, membership or account being
/// revoked, without a database query per message.
/// </summary>
public sealed class AccessWatch
{
    /// <summary>Cancelled when the caller's credential, membership or account is revoked, or expires.</summary>
    public CancellationToken Watch(Caller caller) => throw new NotSupportedException($"{caller}");
}
