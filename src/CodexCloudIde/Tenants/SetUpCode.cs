using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace CodexCloudIde.Tenants;

/// <summary>The secret of the one-time set-up link; lives in this process only.</summary>
internal sealed class SetUpCode
{
    private string? code;

    public string Open() => code ??= WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(24));

    public bool Accepts(string? given) =>
        code is { } right && given is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(right), Encoding.UTF8.GetBytes(given));

    public void Close() => code = null;
}
