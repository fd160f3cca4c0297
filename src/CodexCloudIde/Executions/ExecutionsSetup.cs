using CodexCloudIde.Api;
using CodexCloudIde.Documents;
using CodexCloudIde.Executions.Compiled;
using CodexCloudIde.Executions.Running;
using CodexCloudIde.Executions.Runtime;
using CodexCloudIde.Executions.Tests;
using CodexCloudIde.Workspaces;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CodexCloudIde.Executions;

internal static class ExecutionsSetup
{
    public static void AddExecutions(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<SandboxSettings>().BindConfiguration(SandboxSettings.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<Sandboxes>();
        services.AddSingleton(provider => provider.GetRequiredService<Sandboxes>().Runtime);
        services.AddSingleton<IReadinessCheck>(provider => provider.GetRequiredService<Sandboxes>());
        services.AddHostedService(provider => provider.GetRequiredService<Sandboxes>());
        services.TryAddSingleton(new Sandboxing.Egress.EgressResolver());
        services.AddSingleton<RunServers>();
        services.AddSingleton<RunHistory>();
        services.AddHostedService<DeadRuns>();
        services.AddSingleton<LiveRuns>();
        services.AddHostedService(provider => provider.GetRequiredService<LiveRuns>());
        services.AddGrainService<RunsHere>();
        services.AddSingleton<RunsElsewhere>();
        services.AddSingleton<WriteBack>();
        services.AddSingleton<CompiledResults>();
        services.AddSingleton<JobRunner>();
        services.AddSingleton<TestTools>();
        services.AddEventSource<Runs>();
        services.AddSingleton<IEventReplay, RunReplay>();
        services.TryAddSingleton<OpenDocuments>();
        services.AddSingleton(provider => new ExecutionRunner(
            provider.GetRequiredService<JobRunner>(), provider.GetRequiredService<RunHistory>(), provider.GetRequiredService<LiveRuns>(),
            provider.GetRequiredService<RunsElsewhere>(), provider.GetRequiredService<WorkspaceAccess>()));
        services.AddSingleton(provider => new TestRunner(
            provider.GetRequiredService<JobRunner>(), provider.GetRequiredService<LiveRuns>(),
            provider.GetRequiredService<WorkspaceFolder>(), provider.GetRequiredService<TestTools>(), provider.GetRequiredService<WorkspaceEvents>()));
    }
}
