namespace CodexCloudIde.Storage;

internal static class StorageSetup
{
    public static void AddStorage(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<StorageOptions>().BindConfiguration("Ide").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<DataDirectory>(services =>
            new DataDirectory(services.GetRequiredService<Microsoft.Extensions.Options.IOptions<StorageOptions>>()));
        builder.Services.AddSingleton<TenantContexts>();
        builder.Services.AddHostedService<StorageStart>();
        builder.Services.AddSingleton<Api.IReadinessCheck, DatabaseCheck>();
    }
}
