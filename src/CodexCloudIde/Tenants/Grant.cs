namespace CodexCloudIde.Tenants;

/// <summary>What a valid credential stands for.</summary>
/// <param name="Caller">Who.</param>
/// <param name="IsOperator">May use operators' calls.</param>
/// <param name="Scopes">Of a token; a browser session has all.</param>
/// <param name="ExpiresAt">Then it ends by itself.</param>
internal sealed record Grant(Caller Caller, bool IsOperator, IReadOnlyList<string> Scopes, DateTimeOffset ExpiresAt);
