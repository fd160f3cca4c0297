using System.Security.Cryptography;
using System.Text;
using CodexCloudIde.Tenants;

namespace CodexCloudIde.Api;

/// <summary>
/// Closes a kept answer with the client's own Idempotency-Key, of which the server stores a hash only: an answer may hold what is shown once (a new
/// token), and whoever reads the database or a backup cannot.
/// </summary>
internal sealed class AnswerSeal(string key, Caller caller)
{
    private const int NonceLength = 12;
    private const int TagLength = 16;

    private readonly byte[] secret = HKDF.DeriveKey(
        HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(key), 32, Encoding.UTF8.GetBytes($"{caller.Tenant}/{caller.User}"), "idempotent answer"u8.ToArray());

    /// <summary>Nonce, tag, then what is as long as the answer; nothing for nothing.</summary>
    public byte[] Close(byte[] answer)
    {
        if (answer.Length == 0) return answer;
        var closed = new byte[NonceLength + TagLength + answer.Length];
        var nonce = closed.AsSpan(0, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(secret, TagLength);
        cipher.Encrypt(nonce, answer, closed.AsSpan(NonceLength + TagLength), closed.AsSpan(NonceLength, TagLength));
        return closed;
    }

    public byte[] Open(byte[] closed)
    {
        var answer = new byte[closed.Length - NonceLength - TagLength];
        using var cipher = new AesGcm(secret, TagLength);
        cipher.Decrypt(closed.AsSpan(0, NonceLength), closed.AsSpan(NonceLength + TagLength), closed.AsSpan(NonceLength, TagLength), answer);
        return answer;
    }
}
