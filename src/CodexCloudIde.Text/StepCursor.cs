namespace CodexCloudIde.Text;

/// <summary>Walks over an operation's steps in pieces of any length; behind the last step lies an endless retain.</summary>
internal ref struct StepCursor
{
    private readonly ReadOnlySpan<TextStep> steps;
    private int index;
    private int used;

    public StepCursor(ReadOnlySpan<TextStep> steps) => this.steps = steps;

    public readonly bool AtEnd => index >= steps.Length;

    /// <summary>The whole text of the insert that stands here; null when none does.</summary>
    public readonly string? Inserted => AtEnd ? null : steps[index].Inserted;

    public readonly bool IsDelete => !AtEnd && steps[index].IsDelete;

    /// <summary>Units left of this step.</summary>
    public readonly int Remaining => AtEnd ? int.MaxValue : Math.Max(steps[index].InputLength, steps[index].OutputLength) - used;

    public readonly string TakeInserted(int units) => units == steps[index].Inserted!.Length ? steps[index].Inserted! : steps[index].Inserted!.Substring(used, units);

    public void MoveNext()
    {
        index++;
        used = 0;
    }

    public void Skip(int units)
    {
        if (AtEnd)
        {
            return;
        }

        used += units;
        if (Remaining == 0)
        {
            MoveNext();
        }
    }
}
