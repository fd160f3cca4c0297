using System.Diagnostics;
using CodexCloudIde.Tests.Hosting;
using CodexCloudIde.Workspaces;
using Microsoft.Extensions.DependencyInjection;

namespace CodexCloudIde.Tests.Executions;

/// <summary>A host, and projects that have vitest or jest installed, as <c>npm ci</c> in a terminal leaves them.</summary>
public sealed class NodePackages : IAsyncLifetime
{
    private static readonly (string Runner, string[] Packages)[] Projects = [("vitest", ["vitest@4.1.12", "@vitest/coverage-v8@4.1.12"]), ("jest", ["jest@30.5.2"])];

    private readonly TempFolder folder = new();

    internal IdeHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        foreach (var (runner, packages) in Projects)
        {
            var project = Directory.CreateDirectory(Path.Combine(folder.Path, runner)).FullName;
            await File.WriteAllTextAsync(Path.Combine(project, "package.json"), """{ "private": true }""");
            await NpmRegistry.NpmAsync(project, ["install", "--no-audit", "--no-fund", "--ignore-scripts", .. packages]);
        }

        Host = await IdeHost.StartAsync();
    }

    /// <summary>A workspace with these files and the runner's packages.</summary>
    internal async Task<string> NewWorkspaceAsync(string runner, params (string Path, string Text)[] files)
    {
        var id = await Host.NewWorkspaceAsync(files);
        var root = Host.Services.GetRequiredService<WorkspaceFolder>().RootOf(new WorkspaceRef(Host.Owner.Tenant, WorkspaceId.Parse(id)));
        using var copy = Process.Start("cp", ["-a", Path.Combine(folder.Path, runner, "node_modules"), root]);
        await copy.WaitForExitAsync();
        Assert.Equal(0, copy.ExitCode);
        return id;
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        folder.Dispose();
    }
}
