using System.Text;

namespace CodexCloudIde.Documents.Files;

/// <summary>From any line ends to LF, remembering which there were.</summary>
internal static class LineEndings
{
    public static string Text(this LineEnding ending) => ending switch
    {
        LineEnding.CrLf => "\r\n",
        LineEnding.Cr => "\r",
        _ => "\n",
    };

    /// <summary>Units of what is one unit in the document: 2 for CR LF, else 1.</summary>
    public static int LengthAt(string raw, int at) => raw[at] == '\r' && at + 1 < raw.Length && raw[at + 1] == '\n' ? 2 : 1;

    /// <summary>The text with LF only, what ended its lines, and what ended most of them.</summary>
    public static string ToLineFeeds(string raw, out LineEnding ending, out LineEnding usual)
    {
        (ending, usual) = (LineEnding.Lf, LineEnding.Lf);
        if (!raw.Contains('\r', StringComparison.Ordinal)) return raw;

        int feeds = 0, pairs = 0, returns = 0;
        var result = new StringBuilder(raw.Length);
        for (var at = 0; at < raw.Length; at += LengthAt(raw, at))
        {
            switch (raw[at])
            {
                case '\r' when LengthAt(raw, at) == 2:
                    pairs++;
                    result.Append('\n');
                    break;
                case '\r':
                    returns++;
                    result.Append('\n');
                    break;
                default:
                    feeds += raw[at] == '\n' ? 1 : 0;
                    result.Append(raw[at]);
                    break;
            }
        }

        usual = pairs >= feeds && pairs >= returns ? LineEnding.CrLf : feeds >= returns ? LineEnding.Lf : LineEnding.Cr;
        ending = (feeds > 0 ? 1 : 0) + (pairs > 0 ? 1 : 0) + (returns > 0 ? 1 : 0) == 1 ? usual : LineEnding.Mixed;
        return result.ToString();
    }
}
