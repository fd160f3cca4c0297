using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CodexCloudIde.Tests.Hosting;

namespace CodexCloudIde.Tests.Api;

public sealed class ApiTests(IdeHost host) : IClassFixture<IdeHost>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET", "/api/v1/nothing-here", 404, "not-found")]
    [InlineData("GET", "/api/v1/members/%ff", 404, "not-found")]
    [InlineData("PATCH", "/api/v1/tokens", 405, "method-not-allowed")]
    [InlineData("POST", "/api/v1/tokens", 415, "unsupported-media-type")]
    [InlineData("GET", "/api/v1/tokens?limit=0", 400, "malformed-request")]
    [InlineData("GET", "/api/v1/tasks?state=nonsense", 400, "malformed-request")]
    [InlineData("GET", "/api/v1/tokens?cursor=***", 400, "malformed-request")]
    [InlineData("DELETE", "/api/v1/members/not-an-id", 400, "malformed-request")]
    [InlineData("DELETE", "/api/v1/tokens/00000000000000000000000000000000", 404, "not-found")]
    public async Task Refusal_OfAnyKind_IsAProblemWithAnId(string method, string path, int status, string type)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = method == "POST" ? new StringContent("name=x", null, "application/x-www-form-urlencoded") : null };
        using var answer = await host.Client.SendAsync(request, Cancellation);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        Assert.Equal((status, status, type), ((int)answer.StatusCode, problem.GetProperty("status").GetInt32(), problem.GetProperty("type").GetString()));
        Assert.NotEqual("", problem.GetProperty("id").GetString());
        Assert.NotEqual("", problem.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Post_TooLarge_Is413()
    {
        using var content = new StringContent($$"""{"name":"{{new string('x', 31 * 1024 * 1024)}}"}""", System.Text.Encoding.UTF8, "application/json");
        // Announced first: the server refuses by the length alone.
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/tokens") { Content = content, Headers = { ExpectContinue = true } };
        using var answer = await host.Client.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal("too-large", (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("type").GetString());
    }

    [Fact]
    public async Task Post_SameKeySameBody_GetsTheFirstAnswer()
    {
        var key = Guid.NewGuid().ToString();
        var (first, body) = await PostAsync(host.Client, key, new { name = "once" });
        var (second, again) = await PostAsync(host.Client, key, new { name = "once" });
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created, body, first.Headers.Location), (first.StatusCode, second.StatusCode, again, second.Headers.Location));
        var list = await host.Client.GetFromJsonAsync<JsonElement>("/api/v1/tokens?limit=500", Cancellation);
        Assert.Single(list.GetProperty("items").EnumerateArray(), item => item.GetProperty("name").GetString() == "once");
    }

    [Fact]
    public async Task Post_SameKeyOtherBody_Is409_AndKeysOfOthersDoNotMeet()
    {
        var key = Guid.NewGuid().ToString();
        await PostAsync(host.Client, key, new { name = "first" });
        var (conflict, problem) = await PostAsync(host.Client, key, new { name = "second" });
        Assert.Equal((HttpStatusCode.Conflict, true), (conflict.StatusCode, problem.Contains("idempotency-conflict", StringComparison.Ordinal)));
        var (other, _) = await PostAsync(host.OtherClient, key, new { name = "other" });
        Assert.Equal(HttpStatusCode.Created, other.StatusCode);
    }

    [Fact]
    public async Task Post_SameKeyAtOnce_HappensOnce()
    {
        var key = Guid.NewGuid().ToString();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PostAsync(host.Client, key, new { name = "at once" })));
        Assert.All(answers, answer => Assert.Equal((HttpStatusCode.Created, answers[0].Body), (answer.Answer.StatusCode, answer.Body)));
        var list = await host.Client.GetFromJsonAsync<JsonElement>("/api/v1/tokens?limit=500", Cancellation);
        Assert.Single(list.GetProperty("items").EnumerateArray(), item => item.GetProperty("name").GetString() == "at once");
    }

    [Fact]
    public async Task Lists_ByPages_AreComplete()
    {
        for (var index = 0; index < 5; index++) await PostAsync(host.OtherClient, Guid.NewGuid().ToString(), new { name = $"page {index}" });
        List<string?> found = [];
        string? cursor = null;
        do
        {
            var page = await host.OtherClient.GetFromJsonAsync<JsonElement>($"/api/v1/tokens?limit=2&cursor={cursor}", Cancellation);
            found.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("name").GetString()));
            cursor = page.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null);
        Assert.Equal(["page 4", "page 3", "page 2", "page 1", "page 0"], found.Where(name => name!.StartsWith("page", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task OpenApi_Scalar_Metrics_Health_Answer()
    {
        using var anonymous = host.ClientOf(null);
        var document = await anonymous.GetFromJsonAsync<JsonElement>("/openapi/v1.json", Cancellation);
        Assert.True(document.GetProperty("paths").TryGetProperty("/api/v1/tokens", out _));
        Assert.Contains("openapi/v1.json", await anonymous.GetStringAsync("/scalar", Cancellation), StringComparison.Ordinal);
        Assert.Contains("http_server_request_duration", await anonymous.GetStringAsync("/metrics", Cancellation), StringComparison.Ordinal);
        Assert.Equal("alive", (await anonymous.GetFromJsonAsync<JsonElement>("/healthz", Cancellation)).GetProperty("status").GetString());
        var ready = await anonymous.GetFromJsonAsync<JsonElement>("/readyz", Cancellation);
        Assert.Contains(ready.GetProperty("checks").EnumerateArray(), check => check.GetProperty("name").GetString() == "database" && check.GetProperty("status").GetString() == "ready");
    }

    private static async Task<(HttpResponseMessage Answer, string Body)> PostAsync(HttpClient client, string key, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/tokens") { Content = JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", key);
        var answer = await client.SendAsync(request, Cancellation);
        return (answer, await answer.Content.ReadAsStringAsync(Cancellation));
    }
}
