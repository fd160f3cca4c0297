using System.Text;
using CodexCloudIde.Api;
using CodexCloudIde.Text;

namespace CodexCloudIde.Documents.Files;

/// <summary>How a text lies in its file.</summary>
internal enum TextEncoding
{
    Utf8,
    Utf8WithMark,
    Utf16LittleEndian,
    Utf16BigEndian,
}

/// <summary>What ends a file's lines.</summary>
internal enum LineEnding
{
    Lf,
    CrLf,
    Cr,

    /// <summary>Several kinds; each line that stays keeps its own.</summary>
    Mixed,
}

/// <summary>Everything about a text file that its document does not hold: with it, an unchanged text gives back the very same bytes.</summary>
/// <param name="Encoding">By the byte order mark; without one it is UTF-8.</param>
/// <param name="Ending">What new lines get, unless <see cref="LineEnding.Mixed"/>.</param>
/// <param name="Usual">What most lines have; what new lines of a mixed file get.</param>
internal sealed record FileShape(TextEncoding Encoding, LineEnding Ending, LineEnding Usual)
{
    public static FileShape Default { get; } = new(TextEncoding.Utf8, LineEnding.Lf, LineEnding.Lf);

    public static Refusal Binary { get; } = new(415, "binary", "This is a binary file; it cannot be edited as text.");

    public static Refusal InvalidText { get; } = new(
        415, "invalidEncoding", "This file is not UTF-8 and has no byte order mark of UTF-16; it is left as it is. Convert it to UTF-8 to edit it.");

    public static Refusal TooLong(int units, int most) => new(413, "too-large", $"The file's text has {units} UTF-16 units; at most {most} can be edited.");

    /// <summary>As API.md spells them: <c>lf</c>, <c>crlf</c>, <c>cr</c> or <c>mixed</c>; <c>utf-8</c>, <c>utf-8-bom</c>, <c>utf-16le</c> or <c>utf-16be</c>.</summary>
    public (string LineEnding, string Encoding) Names => (
        Ending switch { LineEnding.Lf => "lf", LineEnding.CrLf => "crlf", LineEnding.Cr => "cr", _ => "mixed" },
        Encoding switch { TextEncoding.Utf8 => "utf-8", TextEncoding.Utf8WithMark => "utf-8-bom", TextEncoding.Utf16LittleEndian => "utf-16le", _ => "utf-16be" });

    /// <summary>The text with LF inside, and its shape; or why the bytes are no text.</summary>
    public static Outcome<(string Text, FileShape Shape)> Decode(ReadOnlySpan<byte> bytes)
    {
        var encoding = bytes switch
        {
            [0xEF, 0xBB, 0xBF, ..] => TextEncoding.Utf8WithMark,
            [0xFF, 0xFE, ..] => TextEncoding.Utf16LittleEndian,
            [0xFE, 0xFF, ..] => TextEncoding.Utf16BigEndian,
            _ => TextEncoding.Utf8,
        };
        var isWide = encoding is TextEncoding.Utf16LittleEndian or TextEncoding.Utf16BigEndian;
        if (!isWide && bytes.Contains((byte)0)) return Binary;

        string raw;
        try
        {
            raw = Codec(encoding).GetString(bytes[Mark(encoding).Length..]);
        }
        catch (DecoderFallbackException)
        {
            return InvalidText;
        }

        if (isWide && raw.Contains('\0', StringComparison.Ordinal)) return Binary;
        var text = LineEndings.ToLineFeeds(raw, out var ending, out var usual);
        return (text, new FileShape(encoding, ending, usual));
    }

    /// <summary>The bytes of a text.</summary>
    /// <param name="text">LF inside.</param>
    /// <param name="before">The file's bytes before, of this shape: where lines of a mixed file take their ends from.</param>
    public byte[] Encode(string text, ReadOnlySpan<byte> before)
    {
        var raw = Ending switch
        {
            LineEnding.Lf => text,
            LineEnding.Mixed => EncodeMixed(text, before),
            _ => text.Replace("\n", Ending.Text(), StringComparison.Ordinal),
        };
        var mark = Mark(Encoding);
        var codec = Codec(Encoding);
        var bytes = new byte[mark.Length + codec.GetByteCount(raw)];
        mark.CopyTo(bytes);
        codec.GetBytes(raw, bytes.AsSpan(mark.Length));
        return bytes;
    }

    private string EncodeMixed(string text, ReadOnlySpan<byte> before)
    {
        if (!Decode(before).Succeeded) return text.Replace("\n", Usual.Text(), StringComparison.Ordinal);
        var raw = Codec(Encoding).GetString(before[Mark(Encoding).Length..]);
        var old = LineEndings.ToLineFeeds(raw, out _, out _);
        var result = new StringBuilder(raw.Length);
        var at = 0;
        foreach (var step in TextDiff.Between(old, text).Steps)
        {
            if (step.Inserted is { } inserted)
            {
                result.Append(inserted.Replace("\n", Usual.Text(), StringComparison.Ordinal));
                continue;
            }

            var start = at;
            for (var units = 0; units < step.InputLength; units++) at += LineEndings.LengthAt(raw, at);
            if (step.IsRetain) result.Append(raw, start, at - start);
        }

        return result.Append(raw, at, raw.Length - at).ToString();
    }

    private static Encoding Codec(TextEncoding encoding) => encoding switch
    {
        TextEncoding.Utf16LittleEndian => new UnicodeEncoding(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: true),
        TextEncoding.Utf16BigEndian => new UnicodeEncoding(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true),
        _ => new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true),
    };

    private static ReadOnlySpan<byte> Mark(TextEncoding encoding) => encoding switch
    {
        TextEncoding.Utf8WithMark => [0xEF, 0xBB, 0xBF],
        TextEncoding.Utf16LittleEndian => [0xFF, 0xFE],
        TextEncoding.Utf16BigEndian => [0xFE, 0xFF],
        _ => [],
    };
}
