using System.Text.Json;
using System.Text.Json.Serialization;

namespace CodexCloudIde.Text;

/// <summary>The JSON form: a list of counts (kept: positive, deleted: negative) and inserted texts.</summary>
public sealed class TextOperationJsonConverter : JsonConverter<TextOperation>
{
    /// <inheritdoc/>
    public override TextOperation Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("An operation is a list.");
        }

        List<object> spelled = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            spelled.Add(reader.TokenType switch
            {
                JsonTokenType.Number when reader.TryGetInt32(out var count) => count,
                JsonTokenType.String => ReadText(ref reader),
                _ => throw new JsonException("An operation's steps are whole numbers and texts."),
            });
        }

        var fault = TextOperation.TryCreate(spelled, out var operation);
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
