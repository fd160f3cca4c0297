using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using CodexCloudIde.Tests.Hosting;

namespace CodexCloudIde.Tests.Api;

/// <summary>Every call that the OpenAPI document names, with what nobody should send: refused as a problem, never a failure of the server, never in the log.</summary>
public sealed partial class HostileInputTests
{
    private const string Secret = "hunter2-in-a-prompt";

    private static readonly string[] Bodies =
    [
        "", "{", "null", "[]", "1", "{}{}", """{"a":1,}""", """{"name":"\ud800"}""", new string('[', 5000), $"{string.Concat(Enumerable.Repeat("{\"a\":", 80))}1{new string('}', 80)}",
    ];

    private static readonly object?[] Values = [null, true, -1, 1e300, 18446744073709551615UL, "", "../..", "\0", "💥", new string('x', 100_000), Array.Empty<object>(), new { a = new { } }, new object?[] { null }, Secret];

    private static readonly string[] Ids = ["x", "%2e%2e", "%2f", "%5c..", "00000000000000000000000000000000", "%ff", "%20", "*", "💥"];

    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AnyCall_WithAnything_IsRefusedAndTheServerStaysWell()
    {
        using var data = new TempFolder();
        await using var ide = await IdeProcess.StartAsync(data.Path, null, "--Logging:LogLevel:Default=Information");
        var made = await ide.Client.PostAsJsonAsync("/api/v1/workspaces", new { name = "hostile", source = new { template = "empty" } }, Ending);
        var workspace = (await made.Content.ReadFromJsonAsync<JsonElement>(Ending)).GetProperty("id").GetString()!;
        var document = await ide.Client.GetFromJsonAsync<JsonElement>("/openapi/v1.json", Ending);

        List<string> wrong = [];
        var random = new Random(7);
        foreach (var (method, path, fields, queries) in Calls(document))
        {
            var good = Parameter().Replace(path, match => match.Groups[1].Value is "w" or "workspace" ? workspace : "00000000000000000000000000000000");
            if (method is "POST" or "PUT" or "PATCH")
            {
                foreach (var body in Bodies) await TryAsync(method, good, Json(body));
                foreach (var type in (string[])["text/plain", "multipart/form-data", "application/json; charset=utf-16"]) await TryAsync(method, good, Content("{}", type));
                for (var round = 0; round < 6 && fields.Count > 0; round++)
                    await TryAsync(method, good, Json(JsonSerializer.Serialize(fields.ToDictionary(field => field, _ => Values[random.Next(Values.Length)]))));
            }

            foreach (var id in Ids) await TryAsync(method, Parameter().Replace(path, id), method == "GET" ? null : Json("{}"));
            foreach (var query in queries)
                foreach (var value in (string[])["", "%ff", "-1", "99999999999999999999", "%00", "..", Secret]) await TryAsync(method, $"{good}?{query}={value}", method == "GET" ? null : Json("{}"));
            foreach (var other in (string[])["HEAD", "OPTIONS", "TRACE", "BREW"]) await TryAsync(other, good, null);
        }

        Assert.Equal([], wrong);
        Assert.DoesNotContain(Secret, ide.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(IdeHost.OwnerToken, ide.Output, StringComparison.Ordinal);
        Assert.Equal("ready", (await ide.Client.GetFromJsonAsync<JsonElement>("/readyz", Ending)).GetProperty("status").GetString());

        async Task TryAsync(string method, string target, HttpContent? content)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(ide.Address, target)) { Content = content };
            using var answer = await ide.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ending);
            var status = (int)answer.StatusCode;
            // What Kestrel itself cannot read has no body.
            var told = status < 400 || method == "HEAD" || target.Contains("%00", StringComparison.Ordinal) || answer.Content.Headers.ContentType?.MediaType is "application/problem+json"
                || (target.StartsWith("/v1/", StringComparison.Ordinal) && answer.Content.Headers.ContentType?.MediaType == "application/json");
            if (status >= 500 || !told) wrong.Add($"{method} {target} -> {status} {answer.Content.Headers.ContentType}");
        }
    }

    private static StringContent Json(string body) => Content(body, "application/json");

    private static StringContent Content(string body, string type)
    {
        var content = new StringContent(body, Encoding.UTF8);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return content;
    }

    private static IEnumerable<(string Method, string Path, IReadOnlyList<string> Fields, IReadOnlyList<string> Queries)> Calls(JsonElement document)
    {
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            foreach (var call in path.Value.EnumerateObject().Where(call => call.Name != "delete"))
            {
                var queries = call.Value.TryGetProperty("parameters", out var parameters)
                    ? parameters.EnumerateArray().Where(parameter => parameter.GetProperty("in").GetString() == "query").Select(parameter => parameter.GetProperty("name").GetString()!).ToList()
                    : [];
                yield return (call.Name.ToUpperInvariant(), path.Name, FieldsOf(document, call.Value), queries);
            }
        }
    }

    private static List<string> FieldsOf(JsonElement document, JsonElement call)
    {
        if (!call.TryGetProperty("requestBody", out var body) || !body.GetProperty("content").TryGetProperty("application/json", out var json)) return [];
        if (Reference().Match(json.GetRawText()) is not { Success: true } named) return [];
        var schema = document.GetProperty("components").GetProperty("schemas").GetProperty(named.Groups[1].Value);
        return schema.TryGetProperty("properties", out var properties) ? [.. properties.EnumerateObject().Select(property => property.Name)] : [];
    }

    [GeneratedRegex(@"\{([^}]+)\}")]
    private static partial Regex Parameter();

    [GeneratedRegex("#/components/schemas/([A-Za-z0-9_]+)")]
    private static partial Regex Reference();
}
