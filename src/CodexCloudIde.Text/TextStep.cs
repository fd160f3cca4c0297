namespace CodexCloudIde.Text;

/// <summary>One step of a <see cref="TextOperation"/>: keep, insert or delete at the place the steps before it have reached.</summary>
/// <remarks>Lengths are UTF-16 units. A retain has a positive <see cref="Count"/>, a delete a negative one, an insert has none but a text.</remarks>
public readonly record struct TextStep
{
    private TextStep(int count, string? inserted) => (Count, Inserted) = (count, inserted);

    /// <summary>Units kept (positive) or deleted (negative); 0 for an insert.</summary>
    public int Count { get; }

    /// <summary>The inserted text, never empty; null for a retain or delete.</summary>
    public string? Inserted { get; }

    /// <summary>True when the next <see cref="Count"/> units stay.</summary>
    public bool IsRetain => Count > 0;

    /// <summary>True when the next −<see cref="Count"/> units go.</summary>
    public bool IsDelete => Count < 0;

    /// <summary>Units of the text before that this step passes over.</summary>
    public int InputLength => Math.Abs(Count);

    /// <summary>Units of the text after that this step leaves behind.</summary>
    public int OutputLength => Inserted?.Length ?? Math.Max(Count, 0);

    internal static TextStep Retain(int units) => new(units, null);

    internal static TextStep Delete(int units) => new(-units, null);

    internal static TextStep Insert(string text) => new(0, text);
}
