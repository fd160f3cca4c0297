using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CodexCloudIde.Text;

/// <summary>An edit as an immutable value: what is kept, inserted and deleted, from the first unit of a text to its end.</summary>
/// <remarks>
/// <para>
/// Theory of operation. An operation walks over a text once. A retain copies units, a delete skips them, an insert adds some; what lies behind
/// the last step is kept. Everything counts UTF-16 units, as .NET, JavaScript and the browser's editor do.
/// </para>
/// <para>
/// Canonical form: neighbours of one kind are merged, nothing is empty, at one place the insert stands before the delete, and no retain trails.
/// <see cref="TextOperationBuilder"/> is the only maker of operations and keeps this form, so equal edits are equal values. It is not cosmetic:
/// the tie rule below speaks of "the same place", and two sides that spell one edit differently would break ties differently.
/// </para>
/// <para>
/// Transform. Two edits of one text, sequenced one after the other, become two that lead to one text:
/// <c>apply(apply(t, earlier), later') = apply(apply(t, later), earlier')</c> (known as TP1). Where both insert at one place, the text of the
/// operation sequenced later goes to the left. What both delete is deleted once; an insert inside or at the edge of what the other
/// deletes survives. With one sequencer TP1 is enough, provided both sides transform one operation at a time in sequence order: the
/// composition of two foreign operations may forget that a deletion lay between two places, so transforming over it can break a tie otherwise.
/// </para>
/// <para>
/// Surrogate pairs and line ends. A document never holds a carriage return or half a pair. An operation cannot know the text it will meet,
/// so inserted texts are checked when it is read (<see cref="TryCreate"/>) and its edges when it is applied (<see cref="TextDocument.TryApply(TextOperation)"/>).
/// Transforming keeps validity: edges move only to edges of the other operation.
/// </para>
/// The algebra follows Ellis and Gibbs, "Concurrency control in groupware systems" (1989), as centralised by Nichols et al., "High-latency,
/// low-bandwidth windowing in the Jupiter collaboration system" (1995).
/// </remarks>
[JsonConverter(typeof(TextOperationJsonConverter))]
public sealed partial class TextOperation : IEquatable<TextOperation>
{
    private readonly ImmutableArray<TextStep> steps;

    internal TextOperation(ImmutableArray<TextStep> steps, int requiredLength, int lengthDelta)
    {
        this.steps = steps;
        RequiredLength = requiredLength;
        LengthDelta = lengthDelta;
    }

    /// <summary>The edit that changes nothing.</summary>
    public static TextOperation Identity { get; } = new([], 0, 0);

    /// <summary>The canonical steps.</summary>
    public ReadOnlySpan<TextStep> Steps => steps.AsSpan();

    /// <summary>The least number of units that a text must have; a trailing retain that was spelled out counts.</summary>
    public int RequiredLength { get; }

    /// <summary>Units that a text grows by; negative when it shrinks.</summary>
    public int LengthDelta { get; }

    /// <summary>True when applying changes nothing.</summary>
    public bool IsIdentity => steps.IsEmpty;

    /// <summary>Units inserted in all: what a size limit weighs.</summary>
    public int InsertedLength
    {
        get
        {
            var sum = 0;
            foreach (var step in steps)
            {
                sum += step.Inserted?.Length ?? 0;
            }

            return sum;
        }
    }

    /// <summary>Units inserted and deleted in all: what it takes to remember it together with its inverse.</summary>
    public int ChangedLength => (2 * InsertedLength) - LengthDelta;

    /// <summary>An operation that replaces <paramref name="deleted"/> units at <paramref name="position"/> by <paramref name="inserted"/>.</summary>
    public static TextOperation Replace(int position, int deleted, string inserted) =>
        new TextOperationBuilder().Retain(position).Insert(inserted).Delete(deleted).Build();

    /// <summary>Reads the JSON form of API.md.</summary>
    /// <exception cref="JsonException">It is none, or no operation.</exception>
    public static TextOperation Parse(ReadOnlySpan<byte> utf8Json)
    {
        var reader = new Utf8JsonReader(utf8Json);
        reader.Read();
        return TextOperationJsonConverter.Read(ref reader);
    }

    /// <inheritdoc/>
    public bool Equals(TextOperation? other) => other is not null && Steps.SequenceEqual(other.Steps);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TextOperation);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var step in steps)
        {
            hash.Add(step);
        }

        return hash.ToHashCode();
    }

    /// <summary>The JSON form of API.md, such as <c>[5,"abc",-3]</c>.</summary>
    public override string ToString() => JsonSerializer.Serialize(this);
}
