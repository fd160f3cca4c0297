using System.Security.Cryptography;
using System.Text;

namespace CodexCloudIde.Documents;

/// <summary>The hash by which a client knows that it has the server's text.</summary>
internal static class DocumentHash
{
    /// <summary>Lower-case hex SHA-256 of the text in UTF-8.</summary>
    public static string Of(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
