using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using CodexCloudIde.Text;
using MessagePack;
using MessagePack.Formatters;

namespace CodexCloudIde.Documents;

/// <summary>An operation as somebody sent it: read without throwing, so that a bad one is answered by a code and the connection stays.</summary>
[JsonConverter(typeof(SentOperationJsonConverter))]
public readonly record struct SentOperation(TextOperation Operation, TextFault Fault)
{
    internal static SentOperation Of(TextOperationDecoder decoder)
    {
        var fault = decoder.Finish(out var operation);
        return new SentOperation(operation, fault);
    }

    internal static SentOperation Malformed { get; } = new(TextOperation.Identity, TextFault.Malformed);
}

/// <summary>The MessagePack form of API.md: an array of integers and texts.</summary>
internal sealed class OperationFormatter : IMessagePackFormatter<TextOperation?>, IMessagePackFormatter<SentOperation>
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public static void Write(ref MessagePackWriter writer, TextOperation operation)
    {
        writer.WriteArrayHeader(operation.Steps.Length);
        foreach (var step in operation.Steps)
        {
            if (step.Inserted is { } inserted) writer.Write(inserted);
            else writer.Write(step.Count);
        }
    }

    /// <summary>Reads exactly one value, whatever it is.</summary>
    public static SentOperation Read(ref MessagePackReader reader)
    {
        if (reader.NextMessagePackType != MessagePackType.Array)
        {
            reader.Skip();
            return SentOperation.Malformed;
        }

        var decoder = default(TextOperationDecoder);
        for (var left = reader.ReadArrayHeader(); left > 0; left--)
        {
            switch (reader.NextMessagePackType)
            {
                case MessagePackType.Integer:
                    if (TryReadInt(ref reader, out var count)) decoder.Add(count);
                    else decoder.Fail(TextFault.Malformed);
                    break;
                case MessagePackType.String:
                    if (TryReadText(ref reader, out var text)) decoder.Add(text);
                    else decoder.Fail(TextFault.LoneSurrogate);
                    break;
                default:
                    reader.Skip();
                    decoder.Fail(TextFault.Malformed);
                    break;
            }
        }

        return SentOperation.Of(decoder);
    }

    public void Serialize(ref MessagePackWriter writer, TextOperation? value, MessagePackSerializerOptions options)
    {
        if (value is null) writer.WriteNil();
        else Write(ref writer, value);
    }

    public void Serialize(ref MessagePackWriter writer, SentOperation value, MessagePackSerializerOptions options) => Write(ref writer, value.Operation);

    TextOperation? IMessagePackFormatter<TextOperation?>.Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) =>
        reader.TryReadNil() ? null : Read(ref reader).Operation;

    SentOperation IMessagePackFormatter<SentOperation>.Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) => Read(ref reader);

    private static bool TryReadInt(ref MessagePackReader reader, out int value)
    {
        var copy = reader;
        reader.Skip();
        try
        {
            value = copy.ReadInt32();
            return true;
        }
        catch (OverflowException)
        {
            value = 0;
            return false;
        }
    }

    // The reader's own decoding would put U+FFFD for half a pair: that is repairing.
    private static bool TryReadText(ref MessagePackReader reader, out string text)
    {
        var bytes = reader.ReadStringSequence() ?? default;
        try
        {
            text = Strict.GetString(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            text = "";
            return false;
        }
    }
}

/// <summary>The same in JSON.</summary>
internal sealed class SentOperationJsonConverter : JsonConverter<SentOperation>
{
    public override SentOperation Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        if (document.RootElement.ValueKind != JsonValueKind.Array) return SentOperation.Malformed;
        var decoder = default(TextOperationDecoder);
        foreach (var element in document.RootElement.EnumerateArray())
        {
            switch (element.ValueKind)
            {
                case JsonValueKind.Number when element.TryGetInt32(out var count):
                    decoder.Add(count);
                    break;
                case JsonValueKind.String:
                    if (TryGetText(element) is not { } text) return SentOperation.Malformed with { Fault = TextFault.LoneSurrogate };
                    decoder.Add(text);
                    break;
                default:
                    return SentOperation.Malformed;
            }
        }

        return SentOperation.Of(decoder);
    }

    public override void Write(Utf8JsonWriter writer, SentOperation value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.Operation, options);

    private static string? TryGetText(JsonElement element)
    {
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
