using Microsoft.AspNetCore.Identity;

namespace CodexCloudIde.Tenants;

/// <summary>A person. Belongs to tenants by <see cref="Membership"/>.</summary>
internal sealed class Account : IdentityUser<Guid>
{
    /// <summary>What others see; untrusted text, at most 100 characters.</summary>
    public required string DisplayName { get; set; }

    /// <summary>May use the operators' pages and calls: all tenants' names, accounts, backends and quotas; never their content.</summary>
    public bool IsOperator { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Set: no sign-in, no token works.</summary>
    public DateTimeOffset? DisabledAt { get; set; }

    public UserId UserId => new(Id);
}
