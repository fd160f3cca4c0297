using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using CodexCloudIde.Api;
using CodexCloudIde.Tenants;
using CodexCloudIde.Terminals;
using CodexCloudIde.Tests.Documents;
using CodexCloudIde.Tests.Hosting;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace CodexCloudIde.Tests.Tenants;

/// <summary>Everything that a person can hold open, held open by real clients while the right to it ends.</summary>
public sealed class RevocationTests(IdeHost host) : IClassFixture<IdeHost>
{
    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Token_Revoked_ClosesEverything()
    {
        var (token, caller) = await host.AddMemberAsync("token@example.com", Role.Developer);
        await using var open = await OpenEverythingAsync(token, caller);
        using var answer = await host.ClientOf(token).DeleteAsync($"/api/v1/tokens/{caller.Credential["token:".Length..]}", Ending);
        answer.EnsureSuccessStatusCode();
        await open.ClosedAsync();
    }

    [Fact]
    public async Task Token_Expired_ClosesEverything()
    {
        var (_, caller) = await host.AddMemberAsync("expired@example.com", Role.Developer);
        var made = await host.Services.GetRequiredService<AccessTokens>().CreateAsync(
            caller.Tenant, caller.User, Actor.System, "short", Scopes.All, TimeProvider.System.GetUtcNow().AddSeconds(15), Ending);
        var brief = (await host.Services.GetRequiredService<Credentials>().FindTokenAsync(made.Value.Secret, Ending))!.Caller;
        await using var open = await OpenEverythingAsync(made.Value.Secret, brief);
        await open.ClosedAsync();
        using var refused = await host.ClientOf(made.Value.Secret).GetAsync("/api/v1/tokens", Ending);
        Assert.Equal("unauthenticated", (await refused.Content.ReadFromJsonAsync<JsonElement>(Ending)).GetProperty("type").GetString());
    }

    [Fact]
    public async Task TenantMember_Removed_ClosesEverything()
    {
        var (token, caller) = await host.AddMemberAsync("tenant@example.com", Role.Developer);
        await using var open = await OpenEverythingAsync(token, caller);
        using var answer = await host.Client.DeleteAsync($"/api/v1/members/{caller.User}", Ending);
        answer.EnsureSuccessStatusCode();
        await open.ClosedAsync();
    }

    [Fact]
    public async Task WorkspaceMember_Removed_ClosesEverythingOfTheWorkspace()
    {
        var (token, caller) = await host.AddMemberAsync("workspace@example.com", Role.Developer);
        await using var open = await OpenEverythingAsync(token, caller);
        await using var elsewhere = await OpenEverythingAsync(token, caller);
        using var answer = await host.Client.DeleteAsync($"/api/v1/workspaces/{open.Workspace}/members/{caller.User}", Ending);
        answer.EnsureSuccessStatusCode();
        await open.ClosedAsync();
        Assert.True(elsewhere.IsOpen, "What is open in another workspace stays.");
    }

    [Fact]
    public async Task WorkspaceMember_BecomesViewer_ClosesTheTerminalAndTheEditorIsReadOnly()
    {
        var (token, caller) = await host.AddMemberAsync("demoted@example.com", Role.Developer);
        await using var open = await OpenEverythingAsync(token, caller);
        using var answer = await host.Client.PutAsJsonAsync($"/api/v1/workspaces/{open.Workspace}/members/{caller.User}", new { role = "viewer" }, Ending);
        answer.EnsureSuccessStatusCode();
        await open.HubsClosedAsync();
        await using var again = await HubClient.OpenAsync(host.Hub("/hubs/documents", token), open.Workspace, "a.txt");
        Assert.Equal("forbidden", (await again.AppendAsync(0, "x")).Error);
    }

    [Fact]
    public async Task Account_Disabled_ClosesEverything()
    {
        var (token, caller) = await host.AddMemberAsync("account@example.com", Role.Developer);
        await using var open = await OpenEverythingAsync(token, caller);
        using var answer = await host.Client.PostAsync($"/api/v1/admin/users/{caller.User}/disable", null, Ending);
        answer.EnsureSuccessStatusCode();
        await open.ClosedAsync();
    }

    private async Task<Everything> OpenEverythingAsync(string token, Caller caller)
    {
        var workspace = await host.Client.NewWorkspaceAsync();
        await host.Client.PutAsync(workspace, "a.txt", "text"u8.ToArray());
        using var member = await host.Client.PutAsJsonAsync($"/api/v1/workspaces/{workspace}/members/{caller.User}", new { role = "developer" }, Ending);
        member.EnsureSuccessStatusCode();

        var document = await HubClient.OpenAsync(host.Hub("/hubs/documents", token), workspace, "a.txt");
        var hub = host.Hub("/hubs/terminals", token);
        await hub.StartAsync(Ending);
        var terminal = (await hub.InvokeAsync<JsonElement>("Open", new { workspaceId = workspace, columns = 80, rows = 24 }, Ending)).GetProperty("terminalId").GetString()!;
        var client = host.ClientOf(token);
        var events = host.Hub("/hubs/events", token);
        await events.StartAsync(Ending);
        var told = events.StreamAsync<ServerEvent[]>("Follow", "workspaces", workspace, null, Ending).GetAsyncEnumerator(Ending);
        Assert.True(await told.MoveNextAsync());
        return new Everything(
            host, workspace, document, hub, terminal, caller, ToEndAsync(events, told),
            [
                await StreamAsync(client, HttpMethod.Get, $"/api/v1/workspaces/{workspace}/events", null),
                await StreamAsync(client, HttpMethod.Post, $"/api/v1/workspaces/{workspace}/executions", new { command = new[] { "sleep", "120" } }),
            ]);
    }

    private static async Task<Stream> StreamAsync(HttpClient client, HttpMethod method, string path, object? body)
    {
        var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body), Headers = { Accept = { new MediaTypeWithQualityHeaderValue("text/event-stream") } } };
        var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ending);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadAsStreamAsync(Ending);
    }

    /// <summary>What is told over the events hub, until it or its connection ends.</summary>
    private static async Task ToEndAsync(HubConnection events, IAsyncEnumerator<ServerEvent[]> told)
    {
        await using var connection = events;
        await using var stream = told;
        try
        {
            while (await told.MoveNextAsync())
            {
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or WebSocketException or HubException)
        {
            // Cut off.
        }
    }

    /// <summary>Three hubs, a terminal with its sandbox, the workspace's events (twice) and an execution's.</summary>
    private sealed class Everything : IAsyncDisposable
    {
        // The contract: within 5 s; the margin is for a loaded machine.
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

        private readonly IdeHost host;
        private readonly HubClient document;
        private readonly HubConnection hub;
        private readonly string terminal;
        private readonly Caller caller;
        private readonly TaskCompletionSource hubClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly List<Task> streams;

        public Everything(IdeHost host, string workspace, HubClient document, HubConnection hub, string terminal, Caller caller, Task followed, IEnumerable<Stream> streams)
        {
            (this.host, Workspace, this.document, this.hub, this.terminal, this.caller) = (host, workspace, document, hub, terminal, caller);
            hub.Closed += _ =>
            {
                hubClosed.TrySetResult();
                return Task.CompletedTask;
            };
            this.streams = [followed, .. streams.Select(ToEndAsync)];
        }

        public string Workspace { get; }

        public bool IsOpen => !document.Closed.Task.IsCompleted && !hubClosed.Task.IsCompleted && streams.TrueForAll(stream => !stream.IsCompleted) && Shell is not null;

        private Terminal? Shell => host.Services.GetRequiredService<TerminalRegistry>().Find(caller, terminal);

        public async Task ClosedAsync()
        {
            await HubsClosedAsync();
            await Task.WhenAll(streams).WaitAsync(Patience, Ending);
        }

        public async Task HubsClosedAsync()
        {
            await Task.WhenAll(document.Closed.Task, hubClosed.Task).WaitAsync(Patience, Ending);
            await Eventually.Async(() => Task.FromResult(Shell is null), "the shell has ended");
        }

        public async ValueTask DisposeAsync()
        {
            await document.DisposeAsync();
            await hub.DisposeAsync();
        }

        private static async Task ToEndAsync(Stream stream)
        {
            using var lines = new StreamReader(stream);
            try
            {
                while (await lines.ReadLineAsync(Ending) is not null)
                {
                }
            }
            catch (IOException)
            {
                // Cut off.
            }
        }
    }
}
