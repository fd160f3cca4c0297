using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using CodexCloudIde.Api;
using CodexCloudIde.Storage;
using CodexCloudIde.Tests.Executions;
using CodexCloudIde.Tests.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace CodexCloudIde.Tests.Api;

public sealed class IdempotencyTests(IdeHost host) : IClassFixture<IdeHost>
{
    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Post_WhileTheFirstStillWorks_WaitsForItsAnswer_AndAnotherBodyIs409()
    {
        var (workspace, key) = (await host.NewWorkspaceAsync(), NewKey());
        var command = Print("sleep 2; date +%N");
        var first = ExecuteAsync(workspace, key, command);
        await WorkingAsync(key);
        using var other = await ExecuteAsync(workspace, key, Print("true"));
        Assert.Equal(HttpStatusCode.Conflict, other.StatusCode);
        using var second = await ExecuteAsync(workspace, key, command);
        using var answer = await first;
        Assert.Equal((HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Ending)), (second.StatusCode, await second.Content.ReadAsStringAsync(Ending)));
    }

    [Fact]
    public async Task Post_ClientGoesAwayAndAsksAgain_GetsTheOneExecution()
    {
        var (workspace, key) = (await host.NewWorkspaceAsync(), NewKey());
        var command = Print("sleep 1; date +%N");
        using (var leaving = CancellationTokenSource.CreateLinkedTokenSource(Ending))
        {
            var first = ExecuteAsync(workspace, key, command, cancellationToken: leaving.Token);
            await WorkingAsync(key);
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        }

        using var second = await ExecuteAsync(workspace, key, command);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        var list = await host.Client.GetFromJsonAsync<JsonElement>($"/api/v1/workspaces/{workspace}/executions", Ending);
        Assert.Single(list.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Post_StreamAskedForTwice_IsTheSameStream()
    {
        var (workspace, key) = (await host.NewWorkspaceAsync(), NewKey());
        var command = Print("date +%N");
        using var first = await ExecuteAsync(workspace, key, command, stream: true);
        using var second = await ExecuteAsync(workspace, key, command, stream: true);
        Assert.Equal("text/event-stream", second.Content.Headers.ContentType?.MediaType);
        Assert.Equal(await first.Content.ReadAsStringAsync(Ending), await second.Content.ReadAsStringAsync(Ending));
        using var whole = await ExecuteAsync(workspace, key, command);
        Assert.EndsWith(await whole.Content.ReadAsStringAsync(Ending) + "\n\n", await first.Content.ReadAsStringAsync(Ending), StringComparison.Ordinal);
        var list = await host.Client.GetFromJsonAsync<JsonElement>($"/api/v1/workspaces/{workspace}/executions", Ending);
        Assert.Single(list.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Post_RefusedStream_IsRepeatedAsTheRefusal()
    {
        var (workspace, key) = (await host.NewWorkspaceAsync(), NewKey());
        using var first = await ExecuteAsync(workspace, key, [], stream: true);
        using var second = await ExecuteAsync(workspace, key, [], stream: true);
        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (first.StatusCode, second.StatusCode));
        Assert.Equal(await first.Content.ReadAsStringAsync(Ending), await second.Content.ReadAsStringAsync(Ending));
    }

    [Fact]
    public async Task Post_NewToken_SecretIsNotInTheDatabase()
    {
        var key = NewKey();
        using var first = await SendAsync("/api/v1/tokens", key, new { name = "kept" });
        var secret = (await first.Content.ReadFromJsonAsync<JsonElement>(Ending)).GetProperty("token").GetString()!;
        await using var database = host.Services.GetRequiredService<TenantContexts>().Create(host.Owner.Tenant);
        var kept = await database.Set<IdempotentAnswer>().Where(answer => answer.Body != null).Select(answer => answer.Body!).ToListAsync(Ending);
        Assert.NotEmpty(kept);
        Assert.DoesNotContain(kept, body => Encoding.UTF8.GetString(body).Contains(secret, StringComparison.Ordinal));
        using var second = await SendAsync("/api/v1/tokens", key, new { name = "kept" });
        Assert.Equal(secret, (await second.Content.ReadFromJsonAsync<JsonElement>(Ending)).GetProperty("token").GetString());
    }

    [Fact]
    public async Task Post_CutOffWithItsServer_SaysThatTheOutcomeIsUnknown()
    {
        using var data = new TempFolder();
        var key = NewKey();
        async Task<HttpResponseMessage> StartAsync(IdeProcess ide, string workspace)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/workspaces/{workspace}/executions") { Content = JsonContent.Create(new { command = Print("sleep 60") }) };
            request.Headers.Add("Idempotency-Key", key);
            return await ide.Client.SendAsync(request, Ending);
        }

        string workspace;
        await using (var ide = await IdeProcess.StartAsync(data.Path))
        {
            using var made = await ide.Client.PostAsJsonAsync("/api/v1/workspaces", new { name = "x", source = new { template = "empty" } }, Ending);
            workspace = (await made.Content.ReadFromJsonAsync<JsonElement>(Ending)).GetProperty("id").GetString()!;
            var first = StartAsync(ide, workspace);
            await Eventually.Async(async () =>
                (await ide.Client.GetFromJsonAsync<JsonElement>($"/api/v1/workspaces/{workspace}/executions", Ending)).GetProperty("items").GetArrayLength() == 1, "the execution has begun");
            await ide.KillAsync();
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => first);
        }

        await using var again = await IdeProcess.StartAsync(data.Path);
        using var answer = await StartAsync(again, workspace);
        Assert.Equal((HttpStatusCode.Conflict, "outcome-unknown"), (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonElement>(Ending)).GetProperty("type").GetString()));
    }

    private static string NewKey() => Guid.NewGuid().ToString();

    private static string[] Print(string script) => ["sh", "-c", script];

    /// <summary>Until the first call has reserved the key.</summary>
    private Task WorkingAsync(string key) => Eventually.Async(async () =>
    {
        var hash = System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(key));
        await using var database = host.Services.GetRequiredService<TenantContexts>().Create(host.Owner.Tenant);
        return await database.Set<IdempotentAnswer>().AnyAsync(answer => answer.Key == hash, Ending);
    }, "the key is reserved");

    private Task<HttpResponseMessage> ExecuteAsync(string workspace, string key, string[] command, bool stream = false, CancellationToken cancellationToken = default) =>
        SendAsync($"/api/v1/workspaces/{workspace}/executions", key, new { command }, stream, cancellationToken);

    private async Task<HttpResponseMessage> SendAsync(string path, string key, object body, bool stream = false, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", key);
        if (stream) request.Headers.Add("Accept", "text/event-stream");
        return await host.Client.SendAsync(request, cancellationToken == default ? Ending : cancellationToken);
    }
}
