using CodexCloudIde.Api;
using CodexCloudIde.Storage;
using CodexCloudIde.Workspaces.Archives;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CodexCloudIde.Workspaces;

internal static class WorkspacesSetup
{
    public static void AddWorkspaces(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<WorkspaceOptions>().BindConfiguration(WorkspaceOptions.Section).ValidateDataAnnotations().ValidateOnStart()
            .PostConfigure<DataDirectory>((options, data) => options.Folder ??= data.Of("workspaces"));
        services.AddOptions<GitOptions>().BindConfiguration(GitOptions.Section)
            .PostConfigure<IConfiguration>((options, configuration) =>
            {
                // One folder may be given plainly, without an index.
                if (options.LocalRoots.Count == 0 && configuration[$"{GitOptions.Section}:{nameof(GitOptions.LocalRoots)}"] is { Length: > 0 } one)
                {
                    options.LocalRoots = [one];
                }
            })
            .Validate(options => options.LocalRoots.All(Path.IsPathRooted), $"{GitOptions.Section}:{nameof(GitOptions.LocalRoots)} are absolute folders.").ValidateOnStart();
        services.TryAddSingleton<SandboxGit>();
        services.AddSingleton<WorkspaceUsage>();
        services.AddSingleton<WorkspaceFolder>();
        services.AddSingleton<WorkspaceCheckouts>();
        services.AddSingleton<WorkspaceEvents>();
        services.AddEventSource<WorkspaceEventSource>();
        services.AddSingleton(provider => new WorkspaceAccess(provider.GetRequiredService<TenantContexts>()));
        services.AddSingleton<WorkspaceCatalog>();
        services.AddSingleton<WorkspaceMembers>();
        services.AddSingleton<WorkspaceWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<WorkspaceWatch>());
        services.AddSingleton<Deletions>();
        services.AddSingleton<WorkspaceFiles>();
        services.AddSingleton<WorkspaceArchives>();
        services.AddSingleton<WorkspaceSearch>();
        services.AddSingleton<WorkspaceGit>();
        services.AddSingleton<WorkspaceImports>();
        services.AddHostedService(provider => provider.GetRequiredService<WorkspaceImports>());
    }

    public static void MapWorkspaces(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/workspaces").RequireAuthorization("tenant").WithTags("workspaces");
        group.MapCatalog();
        group.MapFiles();
        group.MapArchives();
        group.MapEvents<WorkspaceEventSource>();
        group.MapMembers();
        group.MapGit();
    }
}
