using System.Security.Cryptography;
using System.Text.Json;
using CodexCloudIde.Audit;

namespace CodexCloudIde.CommandLine;

/// <summary><c>audit verify FILE [--head FILE] [--key FILE]</c>. The key file is PEM, or the answer of <c>/api/v1/audit/keys</c>.</summary>
internal static class AuditVerify
{
    public static int Run(string[] args)
    {
        var arguments = new Arguments(args);
        if (arguments.Words is not [var file]) return Commands.Wrong("audit verify needs one FILE.");
        try
        {
            JsonElement? head = arguments["--head"] is { } headFile ? JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(headFile)) : null;
            using var key = arguments["--key"] is { } keyFile ? ReadKey(File.ReadAllText(keyFile)) : null;
            var verdict = AuditVerifier.Verify(File.ReadLines(file), head, key);
            (verdict.Holds ? Console.Out : Console.Error).WriteLine(verdict.Holds ? $"{verdict.Entries} entries, unbroken." : verdict.Fault);
            return verdict.Holds ? 0 : 1;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(exception.Message);
            return 2;
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or CryptographicException or InvalidOperationException or KeyNotFoundException)
        {
            Console.Error.WriteLine($"A head, key or entry is not of the expected form: {exception.Message}");
            return 1;
        }
    }

    private static ECDsa ReadKey(string text)
    {
        if (text.TrimStart().StartsWith('{'))
        {
            var keys = JsonSerializer.Deserialize<JsonElement>(text);
            if (keys.TryGetProperty("items", out var items)) keys = items[0];
            text = keys.GetProperty("publicKey").GetString()!;
        }

        var key = ECDsa.Create();
        key.ImportFromPem(text);
        return key;
    }
}
