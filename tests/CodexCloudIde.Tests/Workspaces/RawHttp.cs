using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace CodexCloudIde.Tests.Workspaces;

/// <summary>HTTP/1.1 by hand: sends a request line exactly as written, which HttpClient would tidy up.</summary>
internal static class RawHttp
{
    public static async Task<(int Status, JsonElement Body)> SendAsync(Uri address, string methodAndTarget, string token, string body)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        await stream.WriteAsync(
            Encoding.UTF8.GetBytes($"{methodAndTarget} HTTP/1.1\r\nHost: {address.Authority}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\nContent-Length: {body.Length}\r\n\r\n{body}"),
            TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        var text = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        var json = text.IndexOf('{', StringComparison.Ordinal);
        var end = text.LastIndexOf('}');
        return (int.Parse(text.Split(' ', 3)[1]), json < 0 ? default : JsonSerializer.Deserialize<JsonElement>(text[json..(end + 1)]));
    }
}
