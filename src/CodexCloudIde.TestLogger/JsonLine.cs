using System.Globalization;
using System.Text;

namespace CodexCloudIde.TestLogger;

/// <summary>Writes one JSON object; netstandard2.0 has no writer of its own.</summary>
internal sealed class JsonLine
{
    private readonly StringBuilder text = new("{");

    public JsonLine(string name) => Put("event", name);

    public JsonLine Put(string name, string? value)
    {
        Name(name);
        Value(value);
        return this;
    }

    public JsonLine Put(string name, double value)
    {
        Name(name);
        text.Append(value.ToString("0.###", CultureInfo.InvariantCulture));
        return this;
    }

    /// <summary>Null where there is none: zero and less.</summary>
    public JsonLine PutLine(int line)
    {
        Name("line");
        text.Append(line > 0 ? line.ToString(CultureInfo.InvariantCulture) : "null");
        return this;
    }

    public JsonLine Put(string name, IReadOnlyList<StackFrame> frames)
    {
        Name(name);
        text.Append('[');
        for (var at = 0; at < frames.Count; at++)
        {
            text.Append(at == 0 ? "{" : ",{");
            Put("path", frames[at].Path).PutLine(frames[at].Line).Put("function", frames[at].Function);
            text.Append('}');
        }

        text.Append(']');
        return this;
    }

    public string End() => text.Append("}\n").ToString();

    private void Name(string name)
    {
        if (text[text.Length - 1] != '{')
        {
            text.Append(',');
        }

        Value(name);
        text.Append(':');
    }

    private void Value(string? value)
    {
        if (value is null)
        {
            text.Append("null");
            return;
        }

        text.Append('"');
        foreach (var unit in value)
        {
            // Everything that JSON or a line could trip over, halves of surrogate pairs included, as its number.
            if (unit is '"' or '\\' || unit < ' ' || char.IsSurrogate(unit))
            {
                text.Append("\\u").Append(((int)unit).ToString("x4", CultureInfo.InvariantCulture));
            }
            else
            {
                text.Append(unit);
            }
        }

        text.Append('"');
    }
}
