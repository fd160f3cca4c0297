namespace CodexCloudIde.Tenants;

/// <summary>One tenant. Text form: 32 lower-case hex digits.</summary>
[GenerateSerializer, Immutable]
public readonly record struct TenantId([property: Id(0)] Guid Value) : IParsable<TenantId>
{
    public static TenantId New() => new(Guid.CreateVersion7());

    public static TenantId Parse(string s, IFormatProvider? provider = null) => new(Guid.ParseExact(s, "N"));

    public static bool TryParse(string? s, IFormatProvider? provider, out TenantId result)
    {
        var parsed = Guid.TryParseExact(s, "N", out var value);
        result = new TenantId(value);
        return parsed;
    }

    public override string ToString() => Value.ToString("N");
}

/// <summary>One person's account (or the agent's, see <see cref="Actor"/>). Text form: 32 lower-case hex digits.</summary>
[GenerateSerializer, Immutable]
public readonly record struct UserId([property: Id(0)] Guid Value) : IParsable<UserId>
{
    public static UserId New() => new(Guid.CreateVersion7());

    public static UserId Parse(string s, IFormatProvider? provider = null) => new(Guid.ParseExact(s, "N"));

    public static bool TryParse(string? s, IFormatProvider? provider, out UserId result)
    {
        var parsed = Guid.TryParseExact(s, "N", out var value);
        result = new UserId(value);
        return parsed;
    }

    public override string ToString() => Value.ToString("N");
}
