using System.Collections.Immutable;

namespace CodexCloudIde.Text;

/// <summary>Makes operations, always in canonical form, from steps in any spelling.</summary>
public sealed class TextOperationBuilder
{
    private readonly ImmutableArray<TextStep>.Builder steps = ImmutableArray.CreateBuilder<TextStep>(4);
    private int required;

    /// <summary>Keeps the next <paramref name="units"/>; 0 adds nothing.</summary>
    public TextOperationBuilder Retain(int units)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(units);
        required = checked(required + units);
        if (units == 0)
        {
            return this;
        }

        if (steps.Count > 0 && steps[^1].IsRetain)
        {
            steps[^1] = TextStep.Retain(steps[^1].Count + units);
        }
        else
        {
            steps.Add(TextStep.Retain(units));
        }

        return this;
    }

    /// <summary>Inserts here; an empty text adds nothing. Behind a delete at the same place it moves before it.</summary>
    public TextOperationBuilder Insert(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length == 0)
        {
            return this;
        }

        var place = steps.Count > 0 && steps[^1].IsDelete ? steps.Count - 1 : steps.Count;
        if (place > 0 && steps[place - 1].Inserted is { } before)
        {
            steps[place - 1] = TextStep.Insert(before + text);
        }
        else
        {
            steps.Insert(place, TextStep.Insert(text));
        }

        return this;
    }

    /// <summary>Deletes the next <paramref name="units"/>; 0 adds nothing.</summary>
    public TextOperationBuilder Delete(int units)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(units);
        required = checked(required + units);
        if (units == 0)
        {
            return this;
        }

        if (steps.Count > 0 && steps[^1].IsDelete)
        {
            steps[^1] = TextStep.Delete(units - steps[^1].Count);
        }
        else
        {
            steps.Add(TextStep.Delete(units));
        }

        return this;
    }

    /// <summary>The operation; a trailing retain is dropped but still counts as required length.</summary>
    public TextOperation Build()
    {
        if (steps.Count > 0 && steps[^1].IsRetain)
        {
            steps.RemoveAt(steps.Count - 1);
        }

        return steps.Count == 0 && required == 0 ? TextOperation.Identity : new TextOperation(steps.ToImmutable(), required);
    }
}
