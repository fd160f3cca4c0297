using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CodexCloudIde.Tests.Hosting;

namespace CodexCloudIde.Tests.Models;

public sealed class GatewayTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Models_Listed_NamesTheConfiguredOnes()
    {
        await using var model = await ChatCompletionsServer.StartAsync(new Reply.Say("hi"));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var list = await host.Client.GetFromJsonAsync<JsonElement>("/v1/models", Cancel);
        Assert.Equal("scripted", list.GetProperty("data")[0].GetProperty("id").GetString());
    }

    [Fact]
    public async Task Completions_Streamed_PassThroughWithTheEnginesName()
    {
        await using var model = await ChatCompletionsServer.StartAsync(new Reply.Say("one", " two"));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        using var answer = await PostAsync(host.Client, new { model = "scripted", stream = true, messages = Words("hello") });
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("\" two\"", text, StringComparison.Ordinal);
        Assert.EndsWith("data: [DONE]\n\n", text, StringComparison.Ordinal);
        Assert.Equal("engine", Assert.Single(model.Requests).Model);
    }

    [Fact]
    public async Task Completions_Whole_AnswersJsonWithUsage()
    {
        await using var model = await ChatCompletionsServer.StartAsync(new Reply.Say("whole"));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        using var answer = await PostAsync(host.Client, new { model = "scripted", messages = Words("hello") });
        var json = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal("whole", json.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        Assert.Equal(110, json.GetProperty("usage").GetProperty("total_tokens").GetInt32());
    }

    [Fact]
    public async Task Completions_BackendFailsOnce_IsRetriedBeforeTheFirstByte()
    {
        await using var model = await ChatCompletionsServer.StartAsync(new Reply.Status(500), new Reply.Say("second"));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        using var answer = await PostAsync(host.Client, new { model = "scripted", stream = true, messages = Words("hello") });
        Assert.Contains("second", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal(2, model.Requests.Count);
    }

    [Fact]
    public async Task Completions_EndpointDown_AnswersAnErrorObject()
    {
        await using var host = await IdeHost.StartAsync("--Ide:Models:0:Name=down", "--Ide:Models:0:Endpoint=http://127.0.0.1:9/v1");
        using var answer = await PostAsync(host.Client, new { model = "down", messages = Words("hello") });
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Equal("model_unavailable", (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Completions_ClientGoesAway_BackendIsCancelled()
    {
        var (started, gone) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var model = await ChatCompletionsServer.StartAsync(new Reply.Hang(started, gone));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        using var leaving = new CancellationTokenSource();
        var call = host.Client.PostAsJsonAsync("/v1/chat/completions", new { model = "scripted", stream = true, messages = Words("hello") }, leaving.Token);
        await started.Task.WaitAsync(Cancel);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await gone.Task.WaitAsync(Cancel);
        Assert.True(gone.Task.IsCompletedSuccessfully);
    }

    [Theory]
    [InlineData("{", HttpStatusCode.BadRequest)]
    [InlineData("""{"model":"scripted","messages":[]}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"model":"nothing","messages":[{"role":"user","content":"x"}]}""", HttpStatusCode.NotFound)]
    public async Task Completions_Malformed_SaysWhy(string body, HttpStatusCode status)
    {
        await using var model = await ChatCompletionsServer.StartAsync(new Reply.Say("never"));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await host.Client.PostAsync("/v1/chat/completions", content, Cancel);
        Assert.Equal(status, answer.StatusCode);
        Assert.Empty(model.Requests);
    }

    [Fact]
    public async Task Completions_WithoutToken_Answers401()
    {
        await using var model = await ChatCompletionsServer.StartAsync(new Reply.Say("never"));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        using var nobody = host.ClientOf(null);
        using var answer = await PostAsync(nobody, new { model = "scripted", messages = Words("hello") });
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    private static object[] Words(string text) => [new { role = "user", content = text }];

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, object body) => client.PostAsJsonAsync("/v1/chat/completions", body, Cancel);
}
