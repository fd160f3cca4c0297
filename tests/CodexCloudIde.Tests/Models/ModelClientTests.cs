using CodexCloudIde.Inference;
using CodexCloudIde.Models;
using CodexCloudIde.Tenants;
using CodexCloudIde.Tests.Hosting;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace CodexCloudIde.Tests.Models;

public sealed class ModelClientTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stream_WordsAndUsage_Arrive()
    {
        await using var model = await ChatCompletionsServer.StartAsync(new Reply.Say("a", "b"));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var response = await AskAsync(host);
        Assert.Equal("ab", response.Text);
        Assert.Equal((100, 10), (response.Usage!.InputTokenCount, response.Usage.OutputTokenCount));
    }

    [Fact]
    public async Task Stream_ToolCalls_ArriveWhole()
    {
        await using var model = await ChatCompletionsServer.StartAsync(new Reply.Call(("read_file", new { path = new string('x', 300) }), ("run_tests", new { })));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var calls = (await AskAsync(host)).Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>().ToList();
        Assert.Equal(["read_file", "run_tests"], calls.Select(call => call.Name));
        Assert.Equal(new string('x', 300), calls[0].Arguments!["path"]!.ToString());
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    public async Task Stream_TransientError_IsRetried(int status)
    {
        await using var model = await ChatCompletionsServer.StartAsync(new Reply.Status(status), new Reply.Status(status), new Reply.Say("third"));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        Assert.Equal("third", (await AskAsync(host)).Text);
        Assert.Equal(3, model.Requests.Count);
    }

    [Fact]
    public async Task Stream_RefusedRequest_IsNotRetried()
    {
        await using var model = await ChatCompletionsServer.StartAsync(new Reply.Status(400));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var failure = await Assert.ThrowsAsync<ModelFailureException>(() => AskAsync(host));
        Assert.Equal(ModelFailureKind.Refused, failure.Kind);
        Assert.Single(model.Requests);
    }

    [Fact]
    public async Task Stream_BreaksAfterTheFirstByte_FailsAsDisconnected()
    {
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var model = await ChatCompletionsServer.StartAsync(new Reply.Disconnect(heard.Task, "half"));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        using var client = ClientOf(host);
        var failure = await Assert.ThrowsAsync<ModelFailureException>(async () =>
        {
            await foreach (var update in client.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "hello")], cancellationToken: Cancel))
            {
                heard.TrySetResult();
            }
        });
        Assert.Equal(ModelFailureKind.Disconnected, failure.Kind);
        Assert.Single(model.Requests);
        Assert.All(host.Services.GetRequiredService<Scheduler>().States, state => Assert.Equal(0, state.Running));
    }

    [Fact]
    public async Task Stream_MalformedChunk_FailsAsMalformed()
    {
        await using var model = await ChatCompletionsServer.StartAsync(new Reply.Malformed());
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var failure = await Assert.ThrowsAsync<ModelFailureException>(() => AskAsync(host));
        Assert.Equal(ModelFailureKind.Malformed, failure.Kind);
    }

    [Fact]
    public async Task Stream_EndpointDown_SaysSo()
    {
        await using var host = await IdeHost.StartAsync("--Ide:Models:0:Name=scripted", "--Ide:Models:0:Endpoint=http://127.0.0.1:9/v1");
        var failure = await Assert.ThrowsAsync<ModelFailureException>(() => AskAsync(host));
        Assert.Equal("The endpoint of model 'scripted' does not answer. Check that it runs, then resume.", failure.Message);
    }

    [Fact]
    public async Task Stream_Cancelled_ReachesTheEngineAndFreesTheSlot()
    {
        var (started, gone) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var model = await ChatCompletionsServer.StartAsync(new Reply.Hang(started, gone));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        using var leaving = new CancellationTokenSource();
        var call = AskAsync(host, leaving.Token);
        await started.Task.WaitAsync(Cancel);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await gone.Task.WaitAsync(Cancel);
        Assert.All(host.Services.GetRequiredService<Scheduler>().States, state => Assert.Equal(0, state.Running));
    }

    private static Task<ChatResponse> AskAsync(IdeHost host) => AskAsync(host, Cancel);

    private static IChatClient ClientOf(IdeHost host)
    {
        var catalog = host.Services.GetRequiredService<ModelCatalog>();
        Assert.True(catalog.TryFind("scripted", out var definition));
        return catalog.Client(definition, new ModelUse(host.Owner.Tenant, Actor.Of(host.Owner), "test", Band.Interactive));
    }

    private static async Task<ChatResponse> AskAsync(IdeHost host, CancellationToken cancellationToken)
    {
        using var client = ClientOf(host);
        return await client.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "hello")], cancellationToken: cancellationToken).ToChatResponseAsync(cancellationToken);
    }
}
