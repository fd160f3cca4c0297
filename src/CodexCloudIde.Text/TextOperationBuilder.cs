namespace CodexCloudIde.Text;

/// <summary>Makes operations, always in canonical form, from steps in any spelling.</summary>
public sealed class TextOperationBuilder
{
    private StepWriter steps;

    /// <summary>Keeps the next <paramref name="units"/>; 0 adds nothing.</summary>
    public TextOperationBuilder Retain(int units)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(units);
        steps.Retain(units);
        return this;
    }

    /// <summary>Inserts here; an empty text adds nothing. Behind a delete at the same place it moves before it.</summary>
    public TextOperationBuilder Insert(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        steps.Insert(text);
        return this;
    }

    /// <summary>Deletes the next <paramref name="units"/>; 0 adds nothing.</summary>
    public TextOperationBuilder Delete(int units)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(units);
        steps.Delete(units);
        return this;
    }

    /// <summary>The operation; a trailing retain is dropped but still counts as required length.</summary>
    public TextOperation Build() => steps.Build();
}
