using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CodexCloudIde.Tests.Hosting;

namespace CodexCloudIde.Tests.Tenants;

public sealed class TokenTests(IdeHost host) : IClassFixture<IdeHost>
{
    [Fact]
    public async Task List_WithoutCredential_Is401AsProblem()
    {
        using var client = host.ClientOf(null);
        using var answer = await client.GetAsync("/api/v1/tokens", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("unauthenticated", (await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("type").GetString());
    }

    [Fact]
    public async Task Create_ThenUseAndRevoke_WorksOnceAndThenIs401()
    {
        using var created = await host.Client.PostAsJsonAsync("/api/v1/tokens", new { name = "ci", scopes = new[] { "read" } }, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var token = await created.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        using var client = host.ClientOf(token.GetProperty("token").GetString());
        var list = await client.GetFromJsonAsync<JsonElement>("/api/v1/tokens", TestContext.Current.CancellationToken);
        Assert.Contains(list.GetProperty("items").EnumerateArray(), item => item.GetProperty("id").GetString() == token.GetProperty("id").GetString());
        Assert.DoesNotContain(list.GetProperty("items").EnumerateArray(), item => item.GetProperty("token").ValueKind == JsonValueKind.String);

        using var write = await client.PostAsJsonAsync("/api/v1/tokens", new { name = "more" }, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Forbidden, write.StatusCode);
        using var foreign = await host.OtherClient.DeleteAsync(created.Headers.Location, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        using var revoked = await host.Client.DeleteAsync(created.Headers.Location, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
        using var after = await client.GetAsync("/api/v1/tokens", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, after.StatusCode);
    }

    [Theory]
    [InlineData("""{"scopes":["read"]}""", HttpStatusCode.BadRequest, "malformed-json", "name")]
    [InlineData("""{"name":5}""", HttpStatusCode.BadRequest, "malformed-json", "name")]
    [InlineData("""{"name":"x","scopes":"read"}""", HttpStatusCode.BadRequest, "malformed-json", "scopes")]
    [InlineData("""{"name":""", HttpStatusCode.BadRequest, "malformed-json", "name")]
    [InlineData("""{"name":"x","scopes":["nonsense"]}""", HttpStatusCode.UnprocessableEntity, "unknown-scope", "scopes")]
    [InlineData("""{"name":"x","expiresAt":"2020-01-01T00:00:00Z"}""", HttpStatusCode.UnprocessableEntity, "invalid-expiry", "expiresAt")]
    public async Task Create_BadBody_NamesTheField(string body, HttpStatusCode status, string type, string field)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var answer = await host.Client.PostAsync("/api/v1/tokens", content, TestContext.Current.CancellationToken);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.Equal((status, type, field), (answer.StatusCode, problem.GetProperty("type").GetString(), problem.GetProperty("field").GetString()));
    }

    [Fact]
    public async Task Create_UnknownField_IsIgnored()
    {
        using var answer = await host.Client.PostAsJsonAsync("/api/v1/tokens", new { name = "x", color = "red" }, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    [Fact]
    public async Task Create_WithAToken_LastsNoLongerAndIsRevokedWithIt()
    {
        var ends = TimeProvider.System.GetUtcNow().AddDays(10);
        using var first = host.ClientOf((await CreateAsync(host.Client, new { name = "first", scopes = new[] { "read", "write" }, expiresAt = ends })).GetProperty("token").GetString());
        var second = await CreateAsync(first, new { name = "second", scopes = new[] { "read", "write" } });
        Assert.Equal(ends, second.GetProperty("expiresAt").GetDateTimeOffset(), TimeSpan.FromSeconds(1));
        using var longer = await first.PostAsJsonAsync("/api/v1/tokens", new { name = "longer", scopes = new[] { "read" }, expiresAt = ends.AddDays(1) }, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, longer.StatusCode);
        using var client = host.ClientOf(second.GetProperty("token").GetString());
        using var third = host.ClientOf((await CreateAsync(client, new { name = "third", scopes = new[] { "read" } })).GetProperty("token").GetString());

        var tokens = (await host.Client.GetFromJsonAsync<JsonElement>("/api/v1/tokens", TestContext.Current.CancellationToken)).GetProperty("items").EnumerateArray();
        var id = tokens.Single(token => token.GetProperty("name").GetString() == "first").GetProperty("id").GetString();
        using var revoked = await host.Client.DeleteAsync($"/api/v1/tokens/{id}", TestContext.Current.CancellationToken);
        foreach (var revokedToo in new[] { first, client, third })
        {
            using var after = await revokedToo.GetAsync("/api/v1/tokens", TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Unauthorized, after.StatusCode);
        }
    }

    private static async Task<JsonElement> CreateAsync(HttpClient client, object request)
    {
        using var made = await client.PostAsJsonAsync("/api/v1/tokens", request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        return await made.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
    }
}
