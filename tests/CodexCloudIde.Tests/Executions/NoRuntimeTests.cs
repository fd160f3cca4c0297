using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CodexCloudIde.Tests.Hosting;
using Microsoft.AspNetCore.SignalR.Client;

namespace CodexCloudIde.Tests.Executions;

/// <summary>A host without a runtime: the product serves, refuses what would run, and needs no restart once the runtime is there.</summary>
public sealed class NoRuntimeTests
{
    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Runtime_Missing_EverythingThatRunsIsRefusedUntilItIsInstalled()
    {
        using var folder = new TempFolder();
        await using var host = await IdeHost.StartAsync($"--Ide:Sandbox:RuntimeProgram={folder.Of("runc")}");
        var workspace = await host.NewWorkspaceAsync(("test_a.py", "def test_a(): pass\n"));
        foreach (var (path, body) in new (string, object)[] { ("executions", new { command = new[] { "true" } }), ("test-runs", new { }), ("git/init", new { }) })
        {
            var response = await host.Client.PostAsJsonAsync($"/api/v1/workspaces/{workspace}/{path}", body, Ending);
            var problem = (await response.Content.ReadFromJsonAsync<JsonObject>(Ending))!;
            Assert.Equal((path, HttpStatusCode.ServiceUnavailable, "no-sandbox-runtime"), (path, response.StatusCode, (string)problem["type"]!));
            Assert.Contains("apt-get install runc", (string)problem["detail"]!, StringComparison.Ordinal);
        }

        await using (var hub = host.Hub("/hubs/terminals"))
        {
            await hub.StartAsync(Ending);
            var answer = await hub.InvokeAsync<JsonObject>("Open", new { workspaceId = workspace, columns = 80, rows = 24 }, Ending);
            Assert.Null(answer["terminalId"]);
            Assert.Contains("apt-get install runc", (string)answer["detail"]!, StringComparison.Ordinal);
        }

        Assert.Equal("degraded", await StatusAsync(host.Client));
        File.CreateSymbolicLink(folder.Of("runc"), new[] { "/usr/sbin/runc", "/usr/bin/runc", "/usr/local/sbin/runc" }.First(File.Exists));
        await Eventually.Async(async () => await StatusAsync(host.Client) == "ready", "ready once the runtime is installed");
        var ran = await host.ExecuteAsync(workspace, new { command = new[] { "echo", "ran" } });
        Assert.Equal("ran\n", (string?)ran["stdout"]);
    }

    [Fact]
    public async Task NotRoot_TheProgramServesAndSaysWhatIsMissing()
    {
        using var folder = new TempFolder();
        using (var chown = Process.Start("chown", ["65534:65534", folder.Path])) await chown.WaitForExitAsync(Ending);
        var address = $"http://127.0.0.1:{FreePorts.Take()}";
        var start = new ProcessStartInfo("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", "dotnet", Path.Combine(AppContext.BaseDirectory, "CodexCloudIde.dll"), $"--contentRoot={IdeHost.ContentRoot()}", .. IdeHost.Arguments(folder.Path, [$"--urls={address}"])])
        {
            RedirectStandardOutput = true, WorkingDirectory = "/", Environment = { ["HOME"] = folder.Path, ["ASPNETCORE_ENVIRONMENT"] = "Production" },
        };
        using var server = Process.Start(start)!;
        try
        {
            server.OutputDataReceived += (_, _) => { };
            server.BeginOutputReadLine();
            using var client = new HttpClient { BaseAddress = new Uri(address) };
            JsonObject? ready = null;
            await Eventually.Async(
                async () =>
                {
                    Assert.False(server.HasExited, "It ended instead of serving.");
                    try
                    {
                        ready = await client.GetFromJsonAsync<JsonObject>("/readyz", Ending);
                        return true;
                    }
                    catch (HttpRequestException)
                    {
                        return false;
                    }
                },
                "a server that is not root answers",
                TimeSpan.FromMinutes(3));
            var check = ready!["checks"]!.AsArray().Single(one => (string)one!["name"]! == "sandbox")!;
            Assert.Equal(("degraded", "degraded"), ((string)ready["status"]!, (string)check["status"]!));
            Assert.Contains("must run as root", (string)check["detail"]!, StringComparison.Ordinal);
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static async Task<string?> StatusAsync(HttpClient client) => (string?)(await client.GetFromJsonAsync<JsonObject>("/readyz", Ending))!["status"];
}
