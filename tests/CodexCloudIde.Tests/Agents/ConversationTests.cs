using CodexCloudIde.Agents;
using CodexCloudIde.Models;
using Microsoft.Extensions.AI;

namespace CodexCloudIde.Tests.Agents;

public sealed class ConversationTests
{
    [Fact]
    public void Fit_TooLong_MasksOldResultsFirstAndKeepsTheLast()
    {
        var conversation = new Conversation(new TokenCounter());
        conversation.Add(new ChatMessage(ChatRole.User, "go"));
        for (var i = 0; i < 6; i++)
        {
            conversation.Add(new ChatMessage(ChatRole.Assistant, [new FunctionCallContent($"c{i}", "read_file", new Dictionary<string, object?> { ["path"] = "x" })]));
            conversation.Add(new ChatMessage(ChatRole.Tool, [new FunctionResultContent($"c{i}", string.Concat(Enumerable.Repeat("word ", 500)))]));
        }

        var (messages, masked) = conversation.Fit("system", 2_000);
        Assert.Equal(3, masked);
        Assert.Equal(14, messages.Count);
        Assert.StartsWith("[left out", Result(messages[3]), StringComparison.Ordinal);
        Assert.StartsWith("word", Result(messages[^1]), StringComparison.Ordinal);
        Assert.Equal(0, conversation.Fit("system", int.MaxValue).Masked);
    }

    [Fact]
    public void Load_CallWithoutResult_IsAnsweredAsInterrupted()
    {
        var call = new ChatMessage(ChatRole.Assistant, [new FunctionCallContent("c1", "run_tests", new Dictionary<string, object?>())]);
        var conversation = new Conversation(new TokenCounter());
        var madeUp = conversation.Load([Conversation.Write(call)]);
        Assert.Contains("interrupted", Result(Assert.Single(madeUp)), StringComparison.Ordinal);
        Assert.Equal(2, conversation.Messages.Count);
    }

    [Fact]
    public void Load_StringResult_StaysAString()
    {
        var result = new ChatMessage(ChatRole.Tool, [new FunctionResultContent("c1", "{\"a\":1}")]);
        var conversation = new Conversation(new TokenCounter());
        conversation.Load([Conversation.Write(result)]);
        Assert.Equal("{\"a\":1}", Assert.IsType<string>(Assert.IsType<FunctionResultContent>(conversation.Messages[0].Contents[0]).Result));
    }

    private static string Result(ChatMessage message) => (string)((FunctionResultContent)message.Contents[0]).Result!;
}
