using System.Text.Json;
using System.Text.Json.Serialization;

namespace CodexCloudIde.Text;

/// <summary>The JSON form: a list of counts (kept: positive, deleted: negative) and inserted texts.</summary>
public sealed class TextOperationJsonConverter : JsonConverter<TextOperation>
{
    private static readonly string[] Keys = [.. Enumerable.Range(0, 128).Select(code => ((char)code).ToString())];

    /// <inheritdoc/>
    public override TextOperation Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Read(ref reader);

    internal static TextOperation Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("An operation is a list.");
        }

        var decoder = default(TextOperationDecoder);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.String)
            {
                decoder.Add(ReadText(ref reader));
            }
            else if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var count))
            {
                decoder.Add(count);
            }
            else
            {
                throw new JsonException("An operation's steps are whole numbers and texts.");
            }
        }

        var fault = decoder.Finish(out var operation);
        return fault == TextFault.None ? operation : throw new JsonException($"Not an operation: {fault}.");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, TextOperation value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        writer.WriteStartArray();
        foreach (var step in value.Steps)
        {
            if (step.Inserted is { } inserted)
            {
                writer.WriteStringValue(inserted);
            }
            else
            {
                writer.WriteNumberValue(step.Count);
            }
        }

        writer.WriteEndArray();
    }

    private static string ReadText(ref Utf8JsonReader reader)
    {
        // One key, as nearly always.
        if (!reader.HasValueSequence && reader.ValueSpan is [> (byte)'\\' and < 128 or >= (byte)' ' and < (byte)'\\'] and var one)
        {
            return Keys[one[0]];
        }

        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            // The reader refuses escaped lone surrogates this way.
            throw new JsonException("Not an operation: LoneSurrogate.", exception);
        }
    }
}
