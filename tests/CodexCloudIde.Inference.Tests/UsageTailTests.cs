using System.Text;

namespace CodexCloudIde.Inference.Tests;

public sealed class UsageTailTests
{
    [Theory]
    [InlineData("data: {\"choices\":[]}\n\ndata: {\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3,\"prompt_tokens_details\":{\"cached_tokens\":2}}}\n\ndata: [DONE]\n\n")]
    [InlineData("{\"choices\":[{\"message\":{\"content\":\"the \\\"usage\\\" of {\"}}],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3,\"prompt_tokens_details\":{\"cached_tokens\":2}}}")]
    public void Read_UsageAtTheEnd_IsFound(string answer) => Assert.Equal(new TokenUsage(7, 2, 3), Fed(answer, 5).Read());

    [Fact]
    public void Read_LongAnswerInLargePieces_KeepsTheTail() =>
        Assert.Equal(new TokenUsage(1, 0, 2), Fed(new string('x', 100_000) + "\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}", 40_000).Read());

    [Theory]
    [InlineData("")]
    [InlineData("data: {\"usage\":null}")]
    [InlineData("data: {\"usage\":{\"prompt_tok")]
    public void Read_NoUsage_IsNull(string answer) => Assert.Null(Fed(answer, 3).Read());

    private static UsageTail Fed(string answer, int piece)
    {
        var tail = new UsageTail();
        foreach (var bytes in Encoding.UTF8.GetBytes(answer).Chunk(piece))
        {
            tail.Add(bytes);
        }

        return tail;
    }
}
