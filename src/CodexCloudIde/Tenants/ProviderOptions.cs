namespace CodexCloudIde.Tenants;

/// <summary>Section <c>Ide:OpenIdConnect</c>: signing in by somebody else's accounts.</summary>
internal sealed class ProviderOptions
{
    /// <summary>Issuer address; empty: off.</summary>
    public string Authority { get; set; } = "";

    public string ClientId { get; set; } = "";

    public string ClientSecret { get; set; } = "";

    /// <summary>On the button.</summary>
    public string Name { get; set; } = "single sign-on";

    /// <summary>False only for a provider on the same machine.</summary>
    public bool RequireHttps { get; set; } = true;

    /// <summary>A further scope to ask for, where the provider sends groups only by one; empty: none.</summary>
    public string Scope { get; set; } = "";

    public string GroupClaim { get; set; } = "groups";

    /// <summary>Group → role, in the tenant below. The highest counts.</summary>
    public Dictionary<string, Role> GroupRoles { get; set; } = [];

    /// <summary>The tenant that groups give roles in, and new people join; empty: only accounts that exist sign in.</summary>
    public string TenantId { get; set; } = "";

    /// <summary>An address that the provider has verified links to the account that has it. Off: people link on their account page.</summary>
    public bool LinkVerifiedEmail { get; set; }

    /// <summary>For validation at the start.</summary>
    public bool IsSound => !IsOn || (ClientId.Length > 0 && Uri.TryCreate(Authority, UriKind.Absolute, out var authority)
        && (authority.Scheme == Uri.UriSchemeHttps || (authority.Scheme == Uri.UriSchemeHttp && !RequireHttps)));

    public bool IsOn => Authority.Length > 0;

    public string? ShownName => IsOn ? Name : null;
}
