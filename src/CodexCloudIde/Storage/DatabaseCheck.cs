using CodexCloudIde.Api;

namespace CodexCloudIde.Storage;

/// <summary>Does the database answer, and is there room beside it?</summary>
internal sealed class DatabaseCheck(TenantContexts contexts, DataDirectory data) : IReadinessCheck
{
    private const long Enough = 512L * 1024 * 1024;

    public string Name => "database";

    public async Task<Readiness> CheckAsync(CancellationToken cancellationToken)
    {
        await using var context = contexts.CreateSystem();
        var kind = contexts.IsPostgres ? "PostgreSQL" : "SQLite";
        if (!await context.Database.CanConnectAsync(cancellationToken))
            return new Readiness(Name, Readiness.Failed, $"{kind} does not answer; check Ide:Database and Ide:DataDirectory.");
        var free = new DriveInfo(data.Path).AvailableFreeSpace;
        return free < Enough
            ? new Readiness(Name, Readiness.Degraded, $"{kind} answers, but only {free / 1024 / 1024} MB are free below {data.Path}: make room.")
            : new Readiness(Name, Readiness.Ready, $"{kind} answers.");
    }
}
