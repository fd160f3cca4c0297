using CodexCloudIde.Api;

namespace CodexCloudIde.Audit;

/// <summary>Can the chains be read and heads be signed?</summary>
internal sealed class AuditCheck(AuditStore store, AuditKeys keys) : IReadinessCheck
{
    public string Name => "audit";

    public async Task<Readiness> CheckAsync(CancellationToken cancellationToken)
    {
        var (sequence, _) = await store.HeadAsync(AuditStore.System, cancellationToken);
        return new Readiness(Name, Readiness.Ready, $"The system's chain has {sequence} entries; heads are signed by key {keys.KeyId}.");
    }
}
