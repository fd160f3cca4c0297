namespace CodexCloudIde.Tenants.Pages;

/// <summary>What the account page shows.</summary>
public sealed record AccountView(
    Caller Caller, string Email, bool HasPassword, IReadOnlyList<(Tenant Tenant, Role Role)> Tenants, string? Provider, bool Linked);

/// <summary>What the tokens page shows.</summary>
public sealed record TokensView(Caller Caller, IReadOnlyList<AccessToken> Tokens);

/// <summary>What the members page shows.</summary>
public sealed record MembersView(Caller Caller, IReadOnlyList<Member> Members);
