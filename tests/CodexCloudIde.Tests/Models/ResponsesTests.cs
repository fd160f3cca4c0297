using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using CodexCloudIde.Tests.Hosting;

namespace CodexCloudIde.Tests.Models;

public sealed class ResponsesTests(IdeHost plain) : IClassFixture<IdeHost>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Responses_Whole_AnswersTextAndUsage()
    {
        await using var model = await ChatCompletionsServer.StartAsync(new Reply.Say("Hello", " there"));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var answer = await AskAsync(host, new { model = "scripted", instructions = "Be brief.", input = "hi", max_output_tokens = 50, unknown = 1 });
        Assert.Equal(("response", "completed", "scripted", 100, 10), (
            answer.GetProperty("object").GetString(), answer.GetProperty("status").GetString(), answer.GetProperty("model").GetString(),
            answer.GetProperty("usage").GetProperty("input_tokens").GetInt32(), answer.GetProperty("usage").GetProperty("output_tokens").GetInt32()));
        var message = Assert.Single(answer.GetProperty("output").EnumerateArray());
        Assert.Equal("Hello there", message.GetProperty("content")[0].GetProperty("text").GetString());
        var sent = Assert.Single(model.Requests).Body;
        Assert.Equal(["system", "user"], sent.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("role").GetString()));
        Assert.Equal(50, sent.GetProperty("max_completion_tokens").GetInt32());
    }

    [Fact]
    public async Task Responses_Streamed_SendsEveryStepInOrder()
    {
        await using var model = await ChatCompletionsServer.StartAsync(new Reply.Say("one", " two"));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var events = await StreamAsync(host, new { model = "scripted", stream = true, input = "count" });
        Assert.Equal(
            [
                "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added", "response.output_text.delta", "response.output_text.delta",
                "response.output_text.done", "response.content_part.done", "response.output_item.done", "response.completed",
            ],
            events.Select(happened => happened.GetProperty("type").GetString()));
        Assert.Equal(Enumerable.Range(0, events.Count), events.Select(happened => happened.GetProperty("sequence_number").GetInt32()));
        Assert.Equal(["one", " two"], events.Where(happened => happened.TryGetProperty("delta", out _)).Select(happened => happened.GetProperty("delta").GetString()));
        Assert.Equal("one two", events[^1].GetProperty("response").GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString());
    }

    [Fact]
    public async Task Responses_ToolCallAndItsResult_GoThereAndBack()
    {
        await using var model = await ChatCompletionsServer.StartAsync(Reply.Call.Of("weather", new { city = "Ulm" }), new Reply.Say("Rain."));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        object[] tools = [new { type = "function", name = "weather", description = "now", parameters = new { type = "object", properties = new { city = new { type = "string" } } } }];
        var events = await StreamAsync(host, new { model = "scripted", stream = true, tools, tool_choice = "auto", input = "weather in Ulm?" });
        var call = events.Single(happened => happened.GetProperty("type").GetString() == "response.output_item.done").GetProperty("item");
        Assert.Equal(("function_call", "weather", """{"city":"Ulm"}"""), (
            call.GetProperty("type").GetString(), call.GetProperty("name").GetString(), call.GetProperty("arguments").GetString()));
        Assert.Equal("""{"city":"Ulm"}""", events.Single(happened => happened.GetProperty("type").GetString() == "response.function_call_arguments.done").GetProperty("arguments").GetString());
        Assert.Equal("weather", Assert.Single(model.Requests).Body.GetProperty("tools")[0].GetProperty("function").GetProperty("name").GetString());

        object[] input =
        [
            new { role = "user", content = (object[])[new { type = "input_text", text = "weather in Ulm?" }] }, call,
            new { type = "function_call_output", call_id = call.GetProperty("call_id").GetString(), output = "rain" },
        ];
        var answer = await AskAsync(host, new { model = "scripted", tools, input });
        Assert.Equal("Rain.", answer.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString());
        Assert.Equal("rain", Assert.Single(model.Requests.Last().ToolResults));
    }

    [Fact]
    public async Task Responses_OfflineModel_Answers()
    {
        var answer = await AskAsync(plain, new { input = "hi" });
        Assert.Equal(("offline", "completed"), (answer.GetProperty("model").GetString(), answer.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task Responses_CutOffInTheMiddle_EndWithFailed()
    {
        var heard = new TaskCompletionSource();
        await using var model = await ChatCompletionsServer.StartAsync(new Reply.Disconnect(heard.Task, "half"));
        await using var host = await IdeHost.StartAsync(model.AsModel);
        var types = new List<string?>();
        await foreach (var happened in OpenAsync(host, new { model = "scripted", stream = true, input = "x" }))
        {
            types.Add(happened.GetProperty("type").GetString());
            if (types[^1] == "response.output_text.delta") heard.TrySetResult();
        }

        Assert.Equal("response.failed", types[^1]);
    }

    [Fact]
    public async Task Responses_EndpointDown_Is502()
    {
        await using var host = await IdeHost.StartAsync("--Ide:Models:0:Name=down", "--Ide:Models:0:Endpoint=http://127.0.0.1:9/v1");
        using var answer = await host.Client.PostAsJsonAsync("/v1/responses", new { model = "down", stream = true, input = "x" }, Cancel);
        Assert.Equal((HttpStatusCode.BadGateway, "model_unavailable"), (answer.StatusCode, await CodeAsync(answer)));
    }

    [Fact]
    public async Task Embeddings_ConfiguredEndpoint_IsRelayed_AndDoesNotTalk()
    {
        await using var model = await ChatCompletionsServer.StartAsync(new Reply.Say("never"));
        await using var host = await IdeHost.StartAsync("--Ide:Models:0:Name=vectors", "--Ide:Models:0:Kind=embeddings", $"--Ide:Models:0:Endpoint={model.Endpoint}", "--Ide:Models:0:Model=engine");
        using var answer = await host.Client.PostAsJsonAsync("/v1/embeddings", new { model = "vectors", input = (string[])["a", "b"] }, Cancel);
        var made = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal((HttpStatusCode.OK, 2, "engine"), (answer.StatusCode, made.GetProperty("data").GetArrayLength(), Assert.Single(model.Requests).Model));
        using var talk = await host.Client.PostAsJsonAsync("/v1/responses", new { model = "vectors", input = "hi" }, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, talk.StatusCode);
        var models = await host.Client.GetFromJsonAsync<JsonElement>("/v1/models", Cancel);
        Assert.Equal(["offline", "vectors"], models.GetProperty("data").EnumerateArray().Select(known => known.GetProperty("id").GetString()).Order());
    }

    [Theory]
    [InlineData("/v1/embeddings", """{"input":"x"}""", 404, "no_embeddings_model")]
    [InlineData("/v1/responses", """{"input":""}""", 400, "invalid_request_error")]
    [InlineData("/v1/responses", """{"model":"nothing","input":"x"}""", 404, "model_not_found")]
    [InlineData("/v1/responses", """{"input":"x","previous_response_id":"resp_1"}""", 400, "invalid_request_error")]
    [InlineData("/v1/responses", """{"input":"x","tools":[{"type":"web_search"}]}""", 400, "invalid_request_error")]
    [InlineData("/v1/responses", """{"input":"x","temperature":"hot"}""", 400, "invalid_request_error")]
    [InlineData("/v1/responses", """{"input":[{"type":"function_call_output","output":"x"}]}""", 400, "invalid_request_error")]
    [InlineData("/v1/responses", """{"input":[{"role":"user","content":[{"type":"input_image","image_url":"x"}]}]}""", 400, "invalid_request_error")]
    [InlineData("/v1/responses", """{"input":"x","input":"y"}""", 400, "invalid_request_error")]
    [InlineData("/v1/responses", "[]", 400, "invalid_request_error")]
    [InlineData("/v1/chat/completions", """{"messages":[{"role":"nobody","content":"x"}]}""", 400, "invalid_request_error")]
    [InlineData("/v1/chat/completions", """{"messages":[{"role":"assistant","tool_calls":[5]}]}""", 400, "invalid_request_error")]
    [InlineData("/v1/chat/completions", """{"messages":[{"role":"user","content":"\ud800"}]}""", 400, "invalid_request_error")]
    [InlineData("/v1/chat/completions", """{"messages":[{"role":"user","content":"x"}],"tools":[5]}""", 400, "invalid_request_error")]
    [InlineData("/v1/chat/completions", """{"messages":[{"role":"user","content":"x"}],"stream":"yes"}""", 400, "invalid_request_error")]
    public async Task Gateway_BadInput_SaysWhy(string path, string body, int status, string code)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await plain.Client.PostAsync(path, content, Cancel);
        Assert.Equal((status, code), ((int)answer.StatusCode, await CodeAsync(answer)));
    }

    private static async Task<string?> CodeAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("error").GetProperty("code").GetString();

    private static async Task<JsonElement> AskAsync(IdeHost host, object body)
    {
        using var answer = await host.Client.PostAsJsonAsync("/v1/responses", body, Cancel);
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    private static async Task<IReadOnlyList<JsonElement>> StreamAsync(IdeHost host, object body) => await OpenAsync(host, body).ToListAsync(Cancel);

    private static async IAsyncEnumerable<JsonElement> OpenAsync(IdeHost host, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/responses") { Content = JsonContent.Create(body) };
        using var answer = await host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        await foreach (var happened in SseParser.Create(await answer.Content.ReadAsStreamAsync(Cancel)).EnumerateAsync(Cancel))
        {
            var data = JsonSerializer.Deserialize<JsonElement>(happened.Data);
            Assert.Equal(happened.EventType, data.GetProperty("type").GetString());
            yield return data;
        }
    }
}
