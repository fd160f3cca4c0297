using System.Diagnostics.CodeAnalysis;

namespace CodexCloudIde.Api;

/// <summary>Either a value or a <see cref="Refusal"/>; exceptions stay for bugs and broken infrastructure.</summary>
[GenerateSerializer, Immutable]
public readonly record struct Outcome<T>([property: Id(0)] T? Value, [property: Id(1)] Refusal? Refusal)
{
    /// <summary>True when there is a value and no refusal.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Refusal))]
    public bool Succeeded => Refusal is null;

    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(Refusal refusal) => new(default, refusal);
}
