using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CodexCloudIde.Documents;
using CodexCloudIde.Tenants;
using CodexCloudIde.Tests.Hosting;
using CodexCloudIde.Workspaces;
using Microsoft.Extensions.DependencyInjection;

namespace CodexCloudIde.Tests.Documents;

/// <summary>Who is in which file: by list, and by event.</summary>
public sealed class PresenceTests(IdeHost host) : IClassFixture<IdeHost>
{
    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    private async Task<List<(string Name, string Path)>> ListAsync(string workspace) =>
        [.. (await host.Client.GetFromJsonAsync<JsonObject>($"api/v1/workspaces/{workspace}/presence", Ending))!["items"]!.AsArray().Select(one => ((string)one!["actor"]!["name"]!, (string)one["path"]!))];

    [Fact]
    public async Task Cursor_InAFile_IsToldToTheWholeWorkspaceUntilItLeaves()
    {
        var workspace = await host.Client.NewWorkspaceAsync();
        await host.Client.PutAsync(workspace, "a.txt", "a"u8.ToArray());
        await host.Client.PutAsync(workspace, "b.txt", "b"u8.ToArray());
        var place = new WorkspaceRef(host.Owner.Tenant, WorkspaceId.Parse(workspace));
        await using var events = host.Services.GetRequiredService<WorkspaceEvents>().Subscribe(place, Ending).GetAsyncEnumerator(Ending);
        async Task<(string? Name, string? Path)> NextAsync()
        {
            while (await events.MoveNextAsync())
            {
                if (events.Current.Type == "presence.changed" && JsonNode.Parse(events.Current.Data) is { } data) return ((string?)data["actor"]!["name"], (string?)data["path"]);
            }

            return default;
        }

        var next = NextAsync();
        var name = host.Owner.Name;
        await using (var client = await HubClient.OpenAsync(host.Hub("/hubs/documents"), workspace, "a.txt"))
        {
            await client.SetCursorAsync(new CursorRange(0, 0));
            Assert.Equal((name, "a.txt"), await next);
            Assert.Equal([(name, "a.txt")], await ListAsync(workspace));

            // Steps within the file are nobody else's business; the next that is told is the agent's edit.
            next = NextAsync();
            await client.SetCursorAsync(new CursorRange(1, 1));
            var documents = host.Services.GetRequiredService<OpenDocuments>();
            await documents.EditAsync(place, "b.txt", Actor.Agent("t"), "b", null, "by the agent", Ending);
            Assert.Equal(("Codex", "b.txt"), await next);
            next = NextAsync();
        }

        Assert.Equal((name, null), await next);
        Assert.Equal([("Codex", "b.txt")], await ListAsync(workspace));
    }

    [Fact]
    public async Task List_OfAnotherTenantsWorkspace_IsNotFound()
    {
        var workspace = await host.Client.NewWorkspaceAsync();
        var (token, _) = await host.AddTenantAsync("Others", "others@example.com");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"api/v1/workspaces/{workspace}/presence") { Headers = { { "Authorization", $"Bearer {token}" } } };
        using var answer = await host.Client.SendAsync(request, Ending);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }
}
