namespace CodexCloudIde.Text;

/// <summary>To which side of a text inserted exactly at a position the position belongs.</summary>
public enum Association
{
    /// <summary>Stays before it: the start of a selection, a cursor of somebody else.</summary>
    Before,

    /// <summary>Moves behind it: the cursor of whoever types.</summary>
    After,
}

/// <content>Positions through an edit.</content>
public sealed partial class TextOperation
{
    /// <summary>Where a position lies after this edit; one inside deleted text moves to where that text was.</summary>
    /// <param name="position">UTF-16 units from the start of the text before.</param>
    /// <param name="association">What to do about an insert at the very position.</param>
    public int Map(int position, Association association)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        var before = 0;
        var mapped = position;
        foreach (var step in steps)
        {
            if (before > position || (before == position && association == Association.Before))
            {
                break;
            }

            if (step.Inserted is { } inserted)
            {
                mapped += inserted.Length;
            }
            else if (step.IsDelete)
            {
                mapped -= Math.Min(step.InputLength, position - before);
            }

            before += step.InputLength;
        }

        return mapped;
    }
}
