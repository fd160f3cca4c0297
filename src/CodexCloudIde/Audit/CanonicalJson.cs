using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CodexCloudIde.Audit;

/// <summary>
/// JSON Canonicalization Scheme, RFC 8785: no spaces, members sorted by UTF-16 code units, strings escaped as little as JSON allows, numbers as
/// ECMAScript prints doubles (ECMA-262, Number::toString).
/// </summary>
internal static class CanonicalJson
{
    public static byte[] Utf8(JsonElement value, string? without = null)
    {
        var text = new StringBuilder();
        Write(text, value, without);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Write(StringBuilder text, JsonElement value, string? without)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append('{');
                var first = true;
                foreach (var member in value.EnumerateObject().Where(member => member.Name != without).OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    if (!first) text.Append(',');
                    first = false;
                    WriteString(text, member.Name);
                    text.Append(':');
                    Write(text, member.Value, null);
                }

                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                for (var index = 0; index < value.GetArrayLength(); index++)
                {
                    if (index > 0) text.Append(',');
                    Write(text, value[index], null);
                }

                text.Append(']');
                break;
            case JsonValueKind.String:
                WriteString(text, value.GetString()!);
                break;
            case JsonValueKind.Number:
                text.Append(Number(value.GetDouble()));
                break;
            case JsonValueKind.True:
                text.Append("true");
                break;
            case JsonValueKind.False:
                text.Append("false");
                break;
            default:
                text.Append("null");
                break;
        }
    }

    private static void WriteString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var unit in value)
        {
            _ = unit switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}"),
                _ => text.Append(unit),
            };
        }

        text.Append('"');
    }

    internal static string Number(double value)
    {
        if (value == 0) return "0";
        if (!double.IsFinite(value)) throw new ArgumentException("JSON has no such number.", nameof(value));
        // The shortest digits that read back as the same double, which ECMAScript asks for too; only their layout differs.
        var parts = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture).Split('E');
        var exponent = parts.Length == 2 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0;
        var dot = parts[0].IndexOf('.', StringComparison.Ordinal);
        var whole = dot < 0 ? parts[0] : parts[0][..dot];
        var all = whole + (dot < 0 ? "" : parts[0][(dot + 1)..]);
        var digits = all.TrimStart('0');
        // Where the point stands, counted from the first digit that is not zero.
        var point = whole.Length - (all.Length - digits.Length) + exponent;
        digits = digits.TrimEnd('0');
        var sign = value < 0 ? "-" : "";
        var count = digits.Length;
        return sign + point switch
        {
            _ when count <= point && point <= 21 => digits + new string('0', point - count),
            _ when point is > 0 and <= 21 => $"{digits[..point]}.{digits[point..]}",
            _ when point is > -6 and <= 0 => "0." + new string('0', -point) + digits,
            _ => $"{digits[0]}{(count > 1 ? "." + digits[1..] : "")}e{(point - 1 < 0 ? '-' : '+')}{Math.Abs(point - 1)}",
        };
    }
}
