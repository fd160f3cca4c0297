using CodexCloudIde.Tenants;

namespace CodexCloudIde.Terminals;

internal static class TerminalsSetup
{
    public static void AddTerminals(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<TerminalOptions>().BindConfiguration(TerminalOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<TerminalRegistry>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<TerminalRegistry>());
        builder.Services.AddSignalR().AddMessagePackProtocol().AddHubOptions<TerminalHub>(hub => hub.MaximumReceiveMessageSize = 256 * 1024);
    }

    public static void MapTerminals(this IEndpointRouteBuilder routes) => routes.MapHub<TerminalHub>("/hubs/terminals").RequireAuthorization(TenantPolicy.Tenant);
}
