using Microsoft.EntityFrameworkCore;

namespace CodexCloudIde.Storage;

/// <summary>Migrates before anything else starts.</summary>
internal sealed partial class StorageStart(TenantContexts contexts, DataDirectory data, TimeProvider time, ILogger<StorageStart> logger) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await using var held = await StartLock.TakeAsync(data, time, cancellationToken);
        await using var context = contexts.CreateSystem();
        var pending = (await context.Database.GetPendingMigrationsAsync(cancellationToken)).ToList();
        if (pending.Count > 0)
        {
            // What a process killed while migrating left would hold up every later start; ours is the only one that migrates now.
            if (!contexts.IsPostgres) await context.Database.ExecuteSqlAsync($"DROP TABLE IF EXISTS __EFMigrationsLock", cancellationToken);
            await context.Database.MigrateAsync(cancellationToken);
            LogMigrated(pending.Count, contexts.IsPostgres ? "PostgreSQL" : "SQLite");
        }

        if (contexts.IsPostgres)
            await RowLevelSecurity.ApplyAsync(context, cancellationToken);
        else
            await context.Database.ExecuteSqlAsync($"PRAGMA journal_mode=WAL", cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
