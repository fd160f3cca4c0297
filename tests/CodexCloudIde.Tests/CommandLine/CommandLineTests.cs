using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using CodexCloudIde.Tests.Hosting;

namespace CodexCloudIde.Tests.CommandLine;

/// <summary>The real program, as people run it.</summary>
public sealed class CommandLineTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, "audit verify FILE", "--help")]
    [InlineData(2, "There is no command 'nonsense'", "nonsense")]
    [InlineData(2, "audit verify needs one FILE", "audit", "verify")]
    [InlineData(2, "user add needs one EMAIL", "user", "add")]
    [InlineData(2, "Could not find", "audit", "verify", "/does/not/exist")]
    public async Task Usage_IsSaidWithTheExitStatus(int status, string said, params string[] arguments)
    {
        var (actual, text) = await RunAsync("", arguments);
        Assert.Equal(status, actual);
        Assert.Contains(said, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UserAndToken_MadeOffline_SurviveBackupAndRestore()
    {
        using var data = new TempFolder();
        using var restored = new TempFolder();
        using var file = new TempFolder();
        await using (var host = await IdeProcess.StartAsync(data.Path)) (await host.Client.GetAsync("/api/v1/me", Cancellation)).EnsureSuccessStatusCode();

        var setting = $"--Ide:DataDirectory={data.Path}";
        Assert.Equal(0, (await RunAsync("a good long password\n", "user", "add", "cli@example.com", "--role", "maintainer", setting)).Status);
        Assert.Equal((1, "An account with this e-mail address exists."), await RunAsync("a good long password\n", "user", "add", "cli@example.com", setting));
        Assert.Equal(1, (await RunAsync("", "token", "create", "--user", "nobody@example.com", setting)).Status);
        var (status, token) = await RunAsync("", "token", "create", "--user", "cli@example.com", "--days", "3", setting);
        Assert.Equal(0, status);

        Assert.Equal((0, file.Of("all.tar.gz")), await RunAsync("", "backup", file.Of("all.tar.gz"), setting));
        Assert.Equal(1, (await RunAsync("", "restore", file.Of("all.tar.gz"), setting)).Status);
        Assert.Equal((0, restored.Path), await RunAsync("", "restore", file.Of("all.tar.gz"), $"--Ide:DataDirectory={restored.Path}"));
        await using var again = await IdeProcess.StartAsync(restored.Path);
        using var client = new HttpClient { BaseAddress = again.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var me = await client.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancellation);
        Assert.Equal(("cli@example.com", "maintainer"), (me.GetProperty("email").GetString(), me.GetProperty("role").GetString()));
    }

    [Fact]
    public async Task SetUpLink_OfTheFirstStart_MakesTheOwnerOnce()
    {
        using var data = new TempFolder();
        await using var host = await IdeProcess.StartAsync(data.Path, null, "--Ide:Bootstrap:OwnerEmail=", "--Ide:Bootstrap:OwnerPassword=", "--Ide:Bootstrap:Token=");
        await Eventually.Async(() => Task.FromResult(host.Output.Contains("/set-up?code=", StringComparison.Ordinal)), "the link is printed");
        var code = host.Output[(host.Output.IndexOf("code=", StringComparison.Ordinal) + 5)..].Split('\n')[0].Trim();

        using var stranger = new Browser(host.Address);
        Assert.Contains("no longer valid", await stranger.Client.GetStringAsync("/set-up?code=guess", Cancellation), StringComparison.Ordinal);
        using var browser = new Browser(host.Address);
        Dictionary<string, string> form = new() { ["code"] = code, ["email"] = "first@example.com", ["password"] = "short", ["tenant"] = "Acme" };
        using var weak = await browser.SubmitAsync($"/set-up?code={code}", "/set-up", form);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, weak.StatusCode);
        form["password"] = "a good long password";
        using var made = await browser.SubmitAsync($"/set-up?code={code}", "/set-up", form);
        Assert.Equal(HttpStatusCode.Redirect, made.StatusCode);
        var me = await browser.Client.GetFromJsonAsync<JsonElement>("/api/v1/me", Cancellation);
        Assert.Equal(("first@example.com", "owner"), (me.GetProperty("email").GetString(), me.GetProperty("role").GetString()));
        Assert.Contains("no longer valid", await stranger.Client.GetStringAsync($"/set-up?code={code}", Cancellation), StringComparison.Ordinal);
    }

    private static async Task<(int Status, string Said)> RunAsync(string input, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "CodexCloudIde.dll"), .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(Cancellation), process.StandardError.ReadToEndAsync(Cancellation));
        await process.WaitForExitAsync(Cancellation);
        return (process.ExitCode, (said[0] + said[1]).Trim());
    }
}
