namespace CodexCloudIde.Audit;

internal static class AuditSetup
{
    public static void AddAudit(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<AuditStore>();
        builder.Services.AddSingleton<AuditKeys>();
        builder.Services.AddSingleton<Api.IReadinessCheck, AuditCheck>();
        builder.Services.AddSingleton(services => new AuditLog(
            services.GetRequiredService<AuditStore>(), services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<AuditLog>>()));
    }
}
