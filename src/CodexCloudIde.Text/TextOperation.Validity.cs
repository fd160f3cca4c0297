namespace CodexCloudIde.Text;

/// <summary>Why something is not an operation, or not one on this text.</summary>
public enum TextFault
{
    /// <summary>It is valid.</summary>
    None,

    /// <summary>Not a list of numbers and texts, a zero, an empty text, or lengths beyond what a text can have.</summary>
    Malformed,

    /// <summary>A carriage return: documents hold line feeds only.</summary>
    CarriageReturn,

    /// <summary>A surrogate without its other half.</summary>
    LoneSurrogate,

    /// <summary>An edge that lies between the halves of a surrogate pair.</summary>
    SplitSurrogate,

    /// <summary>It reaches behind the end of the text.</summary>
    BeyondEnd,
}

/// <content>What may stand in a document.</content>
public sealed partial class TextOperation
{
    /// <summary>Checks a text that is to become part of a document.</summary>
    public static TextFault Check(ReadOnlySpan<char> text)
    {
        if (text.Contains('\r'))
        {
            return TextFault.CarriageReturn;
        }

        while (text.IndexOfAnyInRange('\uD800', '\uDFFF') is var at and >= 0)
        {
            if (at + 1 >= text.Length || !char.IsSurrogatePair(text[at], text[at + 1]))
            {
                return TextFault.LoneSurrogate;
            }

            text = text[(at + 2)..];
        }

        return TextFault.None;
    }

    /// <summary>An operation from steps that nobody vouches for: positive and negative counts, texts.</summary>
    /// <param name="spelled">Counts as <see cref="int"/>, texts as <see cref="string"/>.</param>
    /// <param name="operation">The operation in canonical form; <see cref="Identity"/> when there is a fault.</param>
    public static TextFault TryCreate(IEnumerable<object> spelled, out TextOperation operation)
    {
        ArgumentNullException.ThrowIfNull(spelled);
        var decoder = new TextOperationDecoder();
        foreach (var step in spelled)
        {
            switch (step)
            {
                case string text:
                    decoder.Add(text);
                    break;
                case int count:
                    decoder.Add(count);
                    break;
                default:
                    decoder.Fail(TextFault.Malformed);
                    break;
            }
        }

        return decoder.Finish(out operation);
    }
}
