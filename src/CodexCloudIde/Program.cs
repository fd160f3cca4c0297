using CodexCloudIde.Agents;
using CodexCloudIde.Api;
using CodexCloudIde.Audit;
using CodexCloudIde.CommandLine;
using CodexCloudIde.Documents;
using CodexCloudIde.Executions;
using CodexCloudIde.Hosting;
using CodexCloudIde.Models;
using CodexCloudIde.Shell;
using CodexCloudIde.Storage;
using CodexCloudIde.Tenants;
using CodexCloudIde.Terminals;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde;

/// <summary>The table of contents: what the product consists of, one line per capability.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (await Commands.RunAsync(args) is { } status) return status;
        await using var app = Build(new WebApplicationOptions { Args = args });
        await app.RunAsync();
        return 0;
    }

    internal static WebApplication Build(WebApplicationOptions options)
    {
        var builder = WebApplication.CreateBuilder(options);
        builder.AddStopping();
        builder.AddStorage();
        builder.AddDocuments();
        builder.AddCluster();
        builder.AddApi();
        builder.AddAudit();
        builder.AddTenants();
        builder.AddWorkspaces();
        builder.AddExecutions();
        builder.AddTerminals();
        builder.AddModels();
        builder.AddAgents();
        builder.Services.AddShell();

        var app = builder.Build();
        app.UseStopping();
        app.UseApi();
        app.UseShell();
        app.UseWorkspaces();
        app.UseWebSockets();
        app.UseRouting();
        app.UseTenants();
        app.UseIdempotency();

        app.MapApi();
        app.MapTenants();
        app.MapAudit();
        app.MapWorkspaces();
        app.MapExecutions();
        app.MapTerminals();
        app.MapModels();
        app.MapAgents();
        app.MapShell();
        app.MapDocuments();
        return app;
    }
}
