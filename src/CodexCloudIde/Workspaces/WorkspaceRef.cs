using CodexCloudIde.Tenants;

namespace CodexCloudIde.Workspaces;

/// <summary>One workspace. Text form: 32 lower-case hex digits.</summary>
[GenerateSerializer, Immutable]
public readonly record struct WorkspaceId([property: Id(0)] Guid Value) : IParsable<WorkspaceId>
{
    public static WorkspaceId New() => new(Guid.CreateVersion7());

    public static WorkspaceId Parse(string s, IFormatProvider? provider = null) => new(Guid.ParseExact(s, "N"));

    public static bool TryParse(string? s, IFormatProvider? provider, out WorkspaceId result)
    {
        var parsed = Guid.TryParseExact(s, "N", out var value);
        result = new WorkspaceId(value);
        return parsed;
    }

    public override string ToString() => Value.ToString("N");
}

/// <summary>A workspace's checkout, resolved and authorised: what the other parts pass around.</summary>
/// <param name="Tenant">Owner; every key derived from this begins with it.</param>
/// <param name="Workspace">Its id.</param>
/// <param name="Checkout"><c>live</c>, or a task's branch checkout.</param>
[GenerateSerializer, Immutable]
public sealed record WorkspaceRef([property: Id(0)] TenantId Tenant, [property: Id(1)] WorkspaceId Workspace, [property: Id(2)] string Checkout = WorkspaceRef.Live)
{
    /// <summary>The checkout that people share.</summary>
    public const string Live = "live";

    /// <summary>True for what may name a checkout: letters, digits and '-'; never a path, and none of the folders beside the checkouts.</summary>
    public static bool IsCheckout(string? name) =>
        name is { Length: > 0 and <= 64 } && name is not ("staging" or "compiled") && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');

    /// <summary>Prefix of grain keys: tenant/workspace/checkout.</summary>
    public override string ToString() => $"{Tenant}/{Workspace}/{Checkout}";
}
