using System.Text;

namespace CodexCloudIde.Text;

/// <content>Apply, invert, compose, transform.</content>
public sealed partial class TextOperation
{
    /// <summary>The text after this edit.</summary>
    /// <exception cref="ArgumentException">The text is shorter than <see cref="RequiredLength"/>.</exception>
    public string Apply(string text)
    {
        RequireLength(text);
        var result = new StringBuilder(text.Length + LengthDelta);
        var position = 0;
        foreach (var step in steps)
        {
            if (step.Inserted is { } inserted)
            {
                result.Append(inserted);
            }
            else if (step.IsRetain)
            {
                result.Append(text, position, step.Count);
            }

            position += step.InputLength;
        }

        return result.Append(text, position, text.Length - position).ToString();
    }

    /// <summary>The edit that takes this one back: <c>Invert(t).Apply(Apply(t)) = t</c>.</summary>
    /// <param name="text">The text <em>before</em> this edit.</param>
    public TextOperation Invert(string text)
    {
        RequireLength(text);
        return Invert(text.AsSpan(), static (source, start, length) => source.Slice(start, length).ToString());
    }

    /// <summary>This edit, then <paramref name="next"/>, as one. Only for edits of one author: see the theory of operation on transforming over these.</summary>
    public TextOperation Compose(TextOperation next)
    {
        ArgumentNullException.ThrowIfNull(next);
        var result = default(StepWriter);
        var first = new StepCursor(Steps);
        var second = new StepCursor(next.Steps);
        while (true)
        {
            if (first.IsDelete)
            {
                result.Delete(first.Remaining);
                first.MoveNext();
            }
            else if (second.Inserted is { } inserted)
            {
                result.Insert(inserted);
                second.MoveNext();
            }
            else if (second.AtEnd && first.AtEnd)
            {
                return result.Build();
            }
            else
            {
                var units = Math.Min(first.Remaining, second.Remaining);
                if (first.Inserted is null)
                {
                    Keep(ref result, units, second.IsDelete);
                }
                else if (!second.IsDelete)
                {
                    result.Insert(first.TakeInserted(units));
                }

                first.Skip(units);
                second.Skip(units);
            }
        }
    }

    /// <summary>Two edits of one text, sequenced one after the other, as the edits that bring both sides to one text.</summary>
    /// <returns><c>Earlier</c>: to be applied after <paramref name="later"/>; <c>Later</c>: to be applied after <paramref name="earlier"/>.</returns>
    public static (TextOperation Earlier, TextOperation Later) Transform(TextOperation earlier, TextOperation later)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        ArgumentNullException.ThrowIfNull(later);
        var earlierNow = default(StepWriter);
        var laterNow = default(StepWriter);
        var a = new StepCursor(earlier.Steps);
        var b = new StepCursor(later.Steps);
        while (!a.AtEnd || !b.AtEnd)
        {
            // The tie rule: at one place the later operation's text stands to the left, so it is passed first.
            if (b.Inserted is { } laterText)
            {
                earlierNow.Retain(laterText.Length);
                laterNow.Insert(laterText);
                b.MoveNext();
            }
            else if (a.Inserted is { } earlierText)
            {
                earlierNow.Insert(earlierText);
                laterNow.Retain(earlierText.Length);
                a.MoveNext();
            }
            else
            {
                var units = Math.Min(a.Remaining, b.Remaining);
                if (!b.IsDelete)
                {
                    Keep(ref earlierNow, units, a.IsDelete);
                }

                if (!a.IsDelete)
                {
                    Keep(ref laterNow, units, b.IsDelete);
                }

                a.Skip(units);
                b.Skip(units);
            }
        }

        return (earlierNow.Build(), laterNow.Build());
    }

    internal delegate string Slice<TSource>(TSource source, int start, int length)
        where TSource : allows ref struct;

    internal TextOperation Invert<TSource>(TSource source, Slice<TSource> slice)
        where TSource : allows ref struct
    {
        var result = default(StepWriter);
        var position = 0;
        foreach (var step in steps)
        {
            if (step.Inserted is { } inserted)
            {
                result.Delete(inserted.Length);
            }
            else if (step.IsDelete)
            {
                result.Insert(slice(source, position, step.InputLength));
            }
            else
            {
                result.Retain(step.Count);
            }

            position += step.InputLength;
        }

        return result.Build();
    }

    private static void Keep(ref StepWriter target, int units, bool deleted)
    {
        if (deleted)
        {
            target.Delete(units);
        }
        else
        {
            target.Retain(units);
        }
    }

    private void RequireLength(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length < RequiredLength)
        {
            throw new ArgumentException($"The operation needs {RequiredLength} units, the text has {text.Length}.", nameof(text));
        }
    }
}
