namespace CodexCloudIde.Tenants;

/// <summary>Who asks, in which tenant, by which credential. Every entry resolves one; every grain checks it again.</summary>
/// <param name="Tenant">The tenant that the credential belongs to.</param>
/// <param name="User">The account.</param>
/// <param name="Name">Display name, untrusted text.</param>
/// <param name="Role">Role in the tenant.</param>
/// <param name="Credential">Id of the token or the browser session: revoking it closes what it opened.</param>
/// <param name="Epoch">Membership epoch at sign-in; a higher stored one means that rights changed since.</param>
[GenerateSerializer, Immutable]
public sealed record Caller(
    [property: Id(0)] TenantId Tenant,
    [property: Id(1)] UserId User,
    [property: Id(2)] string Name,
    [property: Id(3)] Role Role,
    [property: Id(4)] string Credential,
    [property: Id(5)] long Epoch);

/// <summary>Who did something, as shown to others: a person, or the agent working for one.</summary>
/// <param name="Id">User id, or <c>agent:</c> + task id.</param>
/// <param name="Name">Display name, untrusted text.</param>
/// <param name="Kind"><c>user</c>, <c>agent</c> or <c>system</c>.</param>
[GenerateSerializer, Immutable]
public sealed record Actor([property: Id(0)] string Id, [property: Id(1)] string Name, [property: Id(2)] string Kind)
{
    /// <summary>The server itself: external changes on disk, write-backs.</summary>
    public static Actor System { get; } = new("system", "System", "system");

    public static Actor Of(Caller caller)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return new(caller.User.ToString(), caller.Name, "user");
    }

    public static Actor Agent(string taskId) => new($"agent:{taskId}", "Codex", "agent");
}
