namespace WordCount.Tests;

public sealed class CountingTests
{
    [Fact]
    public void CountWords_DifferentCase_IsOneWord() => Assert.Equal(2, Counting.CountWords("The cat saw the dog")["the"]);

    [Theory]
    [InlineData("")]
    [InlineData("... --- !")]
    public void CountWords_NoWords_IsEmpty(string text) => Assert.Empty(Counting.CountWords(text));

    [Fact]
    public void CountWords_Apostrophe_BelongsToItsWord() => Assert.Equal(1, Counting.CountWords("don't")["don't"]);

    [Fact]
    public void MostCommon_Ties_AreAlphabetical() => Assert.Equal([("a", 2), ("b", 2)], Counting.MostCommon("b a c a b", 2));
}
