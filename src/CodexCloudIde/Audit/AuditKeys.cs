using System.Security.Cryptography;
using CodexCloudIde.Storage;

namespace CodexCloudIde.Audit;

/// <summary>The key that signs heads: ECDSA P-256 in <c>keys/audit.pem</c>, readable by the server's user only; made on first use.</summary>
internal sealed class AuditKeys(DataDirectory data) : IDisposable
{
    private readonly Lazy<ECDsa> key = new(() => LoadOrMake(data.Folder("keys")));

    /// <summary>First 16 hex digits of the SHA-256 of the public key (SubjectPublicKeyInfo).</summary>
    public string KeyId => IdOf(key.Value);

    /// <summary>PEM, SubjectPublicKeyInfo.</summary>
    public string PublicKey => key.Value.ExportSubjectPublicKeyInfoPem();

    public byte[] Sign(ReadOnlySpan<byte> bytes) => key.Value.SignData(bytes.ToArray(), HashAlgorithmName.SHA256);

    public void Dispose()
    {
        if (key.IsValueCreated) key.Value.Dispose();
    }

    internal static string IdOf(ECDsa key) => Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()))[..16];

    private static ECDsa LoadOrMake(string folder)
    {
        var file = Path.Combine(folder, "audit.pem");
        var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (!File.Exists(file))
        {
            // Written aside and linked into place, so that of several processes that start at once one key wins whole.
            var aside = $"{file}.{Guid.NewGuid():N}";
            using (var stream = new FileStream(
                aside, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
            {
                stream.Write(System.Text.Encoding.ASCII.GetBytes(made.ExportPkcs8PrivateKeyPem()));
                stream.Flush(flushToDisk: true);
            }

            try
            {
                File.Move(aside, file, overwrite: false);
            }
            catch (IOException) when (File.Exists(file))
            {
                // Another process was first: its key is the one.
                File.Delete(aside);
            }
        }

        made.ImportFromPem(File.ReadAllText(file));
        return made;
    }
}
