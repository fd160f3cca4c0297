using System.Text;
using CodexCloudIde.Documents;
using CodexCloudIde.Documents.Files;
using CodexCloudIde.Text;

namespace CodexCloudIde.Tests.Documents;

public sealed class FileShapeTests
{
    public static TheoryData<string, byte[]> Texts => new()
    {
        { "lf", "a\nb\n"u8.ToArray() },
        { "no final newline", "a\nb"u8.ToArray() },
        { "crlf", "a\r\nb\r\n"u8.ToArray() },
        { "cr", "a\rb\r"u8.ToArray() },
        { "mixed", "a\r\nb\nc\rd\r\n\r"u8.ToArray() },
        { "bom", [0xEF, 0xBB, 0xBF, .. "é\r\n"u8] },
        { "empty", [] },
        { "bom only", [0xEF, 0xBB, 0xBF] },
        { "utf-16 le", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("é😀\r\nx")] },
        { "utf-16 be", [0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes("é😀\nx\n")] },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void Encode_OfUnchangedText_IsTheSameBytes(string name, byte[] bytes)
    {
        var (text, shape) = FileShape.Decode(bytes).Value;
        Assert.True(TextOperation.Check(text) == TextFault.None, name);
        Assert.Equal(bytes, shape.Encode(text, bytes));
    }

    [Fact]
    public void Encode_OfEditedMixedFile_KeepsTheEndsOfLinesThatStay()
    {
        var bytes = "one\r\ntwo\nthree\rfour\r\n"u8.ToArray();
        var (text, shape) = FileShape.Decode(bytes).Value;
        var edited = text.Replace("two\n", "two\nnew\n", StringComparison.Ordinal).Replace("four", "4", StringComparison.Ordinal);
        Assert.Equal("one\r\ntwo\nnew\r\nthree\r4\r\n", Encoding.UTF8.GetString(shape.Encode(edited, bytes)));
    }

    [Theory]
    [InlineData(new byte[] { 0x7F, 0x45, 0x4C, 0x46, 0, 1 }, "binary")]
    [InlineData(new byte[] { 0x63, 0x61, 0x66, 0xE9 }, "invalidEncoding")]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x00, 0xD8 }, "invalidEncoding")]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x61 }, "invalidEncoding")]
    public void Decode_NoText_SaysWhy(byte[] bytes, string type) => Assert.Equal(type, FileShape.Decode(bytes).Refusal!.Type);

    [Theory]
    [InlineData("""["\ud83d"]""", TextFault.LoneSurrogate)]
    [InlineData("""["a",1.5]""", TextFault.Malformed)]
    [InlineData("5", TextFault.Malformed)]
    public void SentOperation_ThatIsNone_IsReadWithItsFault(string json, TextFault fault) =>
        Assert.Equal(fault, System.Text.Json.JsonSerializer.Deserialize<SentOperation>(json).Fault);
}
