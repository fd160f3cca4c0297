namespace CodexCloudIde.Text;

/// <summary>An operation from steps that nobody vouches for, one after the other. What is wrong with them is told at the end.</summary>
public ref struct TextOperationDecoder
{
    private StepWriter steps;
    private long length;
    private TextFault fault;

    /// <summary>Units kept (positive) or deleted (negative).</summary>
    public void Add(int count)
    {
        length += Math.Abs((long)count);
        if (count is 0 or int.MinValue || length > int.MaxValue)
        {
            Fail(TextFault.Malformed);
        }
        else if (fault != TextFault.None)
        {
            // What is wrong already is not read any further.
        }
        else if (count > 0)
        {
            steps.Retain(count);
        }
        else
        {
            steps.Delete(-count);
        }
    }

    /// <summary>A text inserted.</summary>
    public void Add(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        length += text.Length;
        Fail(text.Length == 0 || length > int.MaxValue ? TextFault.Malformed : TextOperation.Check(text));
        if (fault == TextFault.None)
        {
            steps.Insert(text);
        }
    }

    /// <summary>Something is wrong with the form; of several faults the first is told.</summary>
    public void Fail(TextFault found)
    {
        if (fault == TextFault.None)
        {
            fault = found;
        }
    }

    /// <param name="operation">The operation in canonical form; <see cref="TextOperation.Identity"/> when there is a fault.</param>
    public TextFault Finish(out TextOperation operation)
    {
        operation = fault == TextFault.None ? steps.Build() : TextOperation.Identity;
        return fault;
    }
}
