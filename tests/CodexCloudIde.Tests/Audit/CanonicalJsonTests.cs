using System.Text;
using System.Text.Json;
using CodexCloudIde.Audit;

namespace CodexCloudIde.Tests.Audit;

public sealed class CanonicalJsonTests
{
    /// <summary>IEEE 754 patterns and their form, from RFC 8785, appendix B.</summary>
    [Theory]
    [InlineData(0x0000000000000000, "0")]
    [InlineData(0x8000000000000000, "0")]
    [InlineData(0x0000000000000001, "5e-324")]
    [InlineData(0x8000000000000001, "-5e-324")]
    [InlineData(0x7fefffffffffffff, "1.7976931348623157e+308")]
    [InlineData(0x4340000000000000, "9007199254740992")]
    [InlineData(0x4430000000000000, "295147905179352830000")]
    [InlineData(0x44b52d02c7e14af5, "9.999999999999997e+22")]
    [InlineData(0x44b52d02c7e14af6, "1e+23")]
    [InlineData(0x444b1ae4d6e2ef4e, "999999999999999700000")]
    [InlineData(0x444b1ae4d6e2ef50, "1e+21")]
    [InlineData(0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7")]
    [InlineData(0x3eb0c6f7a0b5ed8d, "0.000001")]
    [InlineData(0x41b3de4355555553, "333333333.3333332")]
    [InlineData(0x41b3de4355555557, "333333333.33333343")]
    [InlineData(0xbecbf647612f3696, "-0.0000033333333333333333")]
    [InlineData(0x43143ff3c1cb0959, "1424953923781206.2")]
    public void Number_IsWrittenAsEcmaScriptDoes(ulong bits, string expected) => Assert.Equal(expected, CanonicalJson.Number(BitConverter.UInt64BitsToDouble(bits)));

    [Fact]
    public void Utf8_SortsByCodeUnitsAndEscapesLittle()
    {
        var value = JsonSerializer.Deserialize<JsonElement>("""
            { "peach": [56, {"f":"F", "10":null}], "\u20ac": "Euro \u000f\n\"\\/", "\ud83d\ude00": true, "\ufb33": false, "1": 1e2 }
            """);
        Assert.Equal("{\"1\":100,\"peach\":[56,{\"10\":null,\"f\":\"F\"}],\"€\":\"Euro \\u000f\\n\\\"\\\\/\",\"😀\":true,\"\ufb33\":false}", Encoding.UTF8.GetString(CanonicalJson.Utf8(value)));
    }
}
