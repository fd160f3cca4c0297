using CodexCloudIde.Api;

namespace CodexCloudIde.CommandLine;

/// <summary><c>doctor</c>: the checks of <c>/readyz</c> without starting the server. Exit 1 when something keeps it from serving.</summary>
internal static class Doctor
{
    public static async Task<int> RunAsync(string[] args)
    {
        var arguments = new Arguments(args);
        await using var app = Program.Build(new WebApplicationOptions { Args = [.. arguments.Settings, "--Logging:LogLevel:Default=Error"] });
        var worst = 0;
        foreach (var check in app.Services.GetServices<IReadinessCheck>())
        {
            var found = await HealthEndpoints.AskAsync(check, CancellationToken.None);
            Console.WriteLine($"{found.Status,-9} {found.Name}: {found.Detail}");
            if (found.Status == Readiness.Failed) worst = 1;
        }

        return worst;
    }
}
