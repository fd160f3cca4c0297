using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using CodexCloudIde.Tests.Hosting;

namespace CodexCloudIde.Tests.Workspaces;

/// <summary>One workspace by API, as an outside client sees it.</summary>
internal sealed class WorkspaceClient(HttpClient http, string id)
{
    public string Id => id;

    public HttpClient Http => http;

    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    public static async Task<WorkspaceClient> CreateAsync(HttpClient http, string template = "empty", string name = "test")
    {
        using var answer = await http.PostAsJsonAsync("/api/v1/workspaces", new { name, source = new { template } }, Ending);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var made = await answer.Content.ReadFromJsonAsync<JsonElement>(Ending);
        return new WorkspaceClient(http, made.GetProperty("id").GetString()!);
    }

    public static Task<WorkspaceClient> CreateAsync(IdeHost host, string template = "empty") => CreateAsync(host.Client, template);

    public string Url(string rest = "") => $"/api/v1/workspaces/{id}{rest}";

    public string FileUrl(string path) => Url("/files/" + string.Join('/', path.Split('/').Select(Uri.EscapeDataString)));

    public Task<HttpResponseMessage> PutAsync(string path, byte[] content, string? ifMatch = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, FileUrl(path)) { Content = new ByteArrayContent(content) };
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return http.SendAsync(request, Ending);
    }

    public async Task WriteAsync(string path, string content)
    {
        using var answer = await PutAsync(path, Encoding.UTF8.GetBytes(content));
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Ending));
    }

    public async Task<byte[]> ReadAsync(string path) => await http.GetByteArrayAsync(FileUrl(path), Ending);

    public async Task<string> ReadTextAsync(string path) => Encoding.UTF8.GetString(await ReadAsync(path));

    /// <summary>Paths of the whole tree, sorted.</summary>
    public async Task<IReadOnlyList<string>> PathsAsync()
    {
        var tree = await http.GetFromJsonAsync<JsonElement>(Url("/tree"), Ending);
        return [.. tree.GetProperty("entries").EnumerateArray().Select(entry => entry.GetProperty("path").GetString()!).Order(StringComparer.Ordinal)];
    }

    public async Task<(HttpStatusCode Status, JsonElement Body)> PutArchiveAsync(byte[] archive)
    {
        using var answer = await http.PutAsync(Url("/archive"), new ByteArrayContent(archive), Ending);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(Ending));
    }

    public async Task<JsonElement> PostAsync(string rest, object body, HttpStatusCode expected)
    {
        using var answer = await http.PostAsJsonAsync(Url(rest), body, Ending);
        var text = await answer.Content.ReadAsStringAsync(Ending);
        Assert.True(expected == answer.StatusCode, $"{(int)answer.StatusCode} {text}");
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }

    /// <summary>Status and problem type of an answer that is a refusal.</summary>
    public static async Task<(int Status, string? Type)> ProblemAsync(HttpResponseMessage answer)
    {
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Ending);
        Assert.False(string.IsNullOrWhiteSpace(problem.GetProperty("detail").GetString()));
        return ((int)answer.StatusCode, problem.GetProperty("type").GetString());
    }
}
