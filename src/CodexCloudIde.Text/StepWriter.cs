using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CodexCloudIde.Text;

/// <summary>Puts steps in any spelling into canonical form. Few steps, which nearly all operations have, need no memory but the operation's own.</summary>
internal struct StepWriter
{
    private const int FewSteps = 6;

    private Few few;
    private TextStep[]? many;
    private int count;
    private int required;
    private int delta;

    /// <summary>Keeps the next <paramref name="units"/>; 0 adds nothing.</summary>
    public void Retain(int units)
    {
        required = checked(required + units);
        if (units == 0)
        {
            return;
        }

        if (count > 0 && Steps[count - 1] is { IsRetain: true } before)
        {
            Steps[count - 1] = TextStep.Retain(before.Count + units);
        }
        else
        {
            Add(TextStep.Retain(units));
        }
    }

    /// <summary>Inserts here; an empty text adds nothing. Behind a delete at the same place it moves before it.</summary>
    public void Insert(string text)
    {
        if (text.Length == 0)
        {
            return;
        }

        delta += text.Length;
        var place = count > 0 && Steps[count - 1].IsDelete ? count - 1 : count;
        if (place > 0 && Steps[place - 1].Inserted is { } before)
        {
            Steps[place - 1] = TextStep.Insert(before + text);
            return;
        }

        Add(TextStep.Insert(text));
        if (place < count - 1)
        {
            (Steps[place], Steps[place + 1]) = (Steps[place + 1], Steps[place]);
        }
    }

    /// <summary>Deletes the next <paramref name="units"/>; 0 adds nothing.</summary>
    public void Delete(int units)
    {
        required = checked(required + units);
        delta -= units;
        if (units == 0)
        {
            return;
        }

        if (count > 0 && Steps[count - 1] is { IsDelete: true } before)
        {
            Steps[count - 1] = TextStep.Delete(units - before.Count);
        }
        else
        {
            Add(TextStep.Delete(units));
        }
    }

    /// <summary>The operation; a trailing retain is dropped but still counts as required length.</summary>
    public TextOperation Build()
    {
        var kept = count > 0 && Steps[count - 1].IsRetain ? count - 1 : count;
        return kept == 0 && required == 0
            ? TextOperation.Identity
            : new TextOperation(ImmutableCollectionsMarshal.AsImmutableArray(Steps[..kept].ToArray()), required, delta);
    }

    [UnscopedRef]
    private Span<TextStep> Steps => many ?? (Span<TextStep>)few;

    private void Add(TextStep step)
    {
        if (count == Steps.Length)
        {
            var grown = new TextStep[count * 2];
            Steps.CopyTo(grown);
            many = grown;
        }

        Steps[count++] = step;
    }

    [InlineArray(FewSteps)]
    private struct Few
    {
        private TextStep first;
    }
}
