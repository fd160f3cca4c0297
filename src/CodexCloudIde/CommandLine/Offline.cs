using CodexCloudIde.Audit;
using CodexCloudIde.Storage;
using CodexCloudIde.Tenants;

namespace CodexCloudIde.CommandLine;

/// <summary>The parts of the product that a command needs, without a server: storage (migrated), audit, tenants.</summary>
internal static class Offline
{
    public static async Task<WebApplication> OpenAsync(IReadOnlyList<string> settings)
    {
        var builder = WebApplication.CreateSlimBuilder([.. settings, "--Logging:LogLevel:Default=Warning"]);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddStorage();
        builder.AddAudit();
        builder.AddTenants();
        var app = builder.Build();
        await ActivatorUtilities.CreateInstance<StorageStart>(app.Services).StartingAsync(CancellationToken.None);
        return app;
    }
}
