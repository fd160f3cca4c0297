using System.Text.Json;

namespace CodexCloudIde.Text.Tests;

public sealed class TextOperationTests
{
    private static TextOperation Of(string json) => JsonSerializer.Deserialize<TextOperation>(json)!;

    [Theory]
    [InlineData("""[5,"abc",-3,10]""", """[5,"abc",-3]""")]
    [InlineData("""[-3,"abc"]""", """["abc",-3]""")]
    [InlineData("""[1,2,"a","b",-1,-2]""", """[3,"ab",-3]""")]
    [InlineData("""["a",-1,"b",-2]""", """["ab",-3]""")]
    [InlineData("[]", "[]")]
    [InlineData("[7]", "[]")]
    public void Parse_AnySpelling_IsCanonical(string spelled, string canonical) => Assert.Equal(canonical, Of(spelled).ToString());

    [Theory]
    [InlineData("[0]")]
    [InlineData("""[""]""")]
    [InlineData("[1.5]")]
    [InlineData("[null]")]
    [InlineData("[[1]]")]
    [InlineData("{}")]
    [InlineData("[3000000000]")]
    [InlineData("[2147483647,1]")]
    [InlineData("""["a\rb"]""")]
    [InlineData("""["\ud83d"]""")]
    [InlineData("""["\ude00x"]""")]
    public void Parse_Malformed_IsRefused(string spelled) => Assert.Throws<JsonException>(() => Of(spelled));

    [Theory]
    [InlineData("[3,\"x\"]", TextFault.BeyondEnd)]
    [InlineData("[3]", TextFault.BeyondEnd)]
    [InlineData("[1,\"x\"]", TextFault.SplitSurrogate)]
    [InlineData("[-1]", TextFault.SplitSurrogate)]
    [InlineData("[1,-1]", TextFault.SplitSurrogate)]
    [InlineData("[2,\"x\"]", TextFault.None)]
    [InlineData("[-2]", TextFault.None)]
    public void TryApply_ToOneEmoji_SaysWhatIsWrong(string operation, TextFault fault) =>
        Assert.Equal(fault, new TextDocument("😀").TryApply(Of(operation)));

    [Fact]
    public void Transform_InsertsAtOnePlace_LaterGoesLeft()
    {
        var (earlier, later) = TextOperation.Transform(Of("""[1,"E"]"""), Of("""[1,"L"]"""));
        Assert.Equal(("""[2,"E"]""", """[1,"L"]"""), (earlier.ToString(), later.ToString()));
        Assert.Equal("aLEb", later.Apply("aEb"));
    }

    [Theory]
    [InlineData("[1,-2]", """[1,"x"]""", "axd")]
    [InlineData("[1,-2]", """[3,"x"]""", "axd")]
    [InlineData("[1,-2]", """[2,"x"]""", "axd")]
    public void Transform_InsertAtAConcurrentDeletion_Survives(string deletion, string insert, string expected)
    {
        var later = TextOperation.Transform(Of(deletion), Of(insert)).Later;
        var earlier = TextOperation.Transform(Of(insert), Of(deletion)).Later;
        Assert.Equal((expected, expected), (later.Apply(Of(deletion).Apply("abcd")), earlier.Apply(Of(insert).Apply("abcd"))));
    }

    [Theory]
    [InlineData(Association.Before, 2)]
    [InlineData(Association.After, 4)]
    public void Map_InsertAtThePosition_FollowsItsAssociation(Association association, int expected) =>
        Assert.Equal(expected, Of("""[2,"xy"]""").Map(2, association));
}
