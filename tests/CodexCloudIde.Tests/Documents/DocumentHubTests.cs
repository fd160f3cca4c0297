using System.Security.Cryptography;
using System.Text;
using CodexCloudIde.Documents;
using CodexCloudIde.Tenants;
using CodexCloudIde.Tests.Hosting;
using CodexCloudIde.Text;
using CodexCloudIde.Workspaces;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace CodexCloudIde.Tests.Documents;

public sealed class DocumentHubTests(IdeHost host) : IClassFixture<IdeHost>
{
    private HubConnection Hub(string token = IdeHost.OwnerToken) => host.Hub("/hubs/documents", token);

    private async Task<(string Workspace, HubClient Client)> OpenAsync(string text, string path = "a.txt")
    {
        var workspace = await host.Client.NewWorkspaceAsync();
        await host.Client.PutAsync(workspace, path, Encoding.UTF8.GetBytes(text));
        return (workspace, await HubClient.OpenAsync(Hub(), workspace, path));
    }

    [Fact]
    public async Task Open_File_GivesTextRevisionHashAndLimits()
    {
        var (workspace, client) = await OpenAsync("héllo\n");
        await using var _ = client;
        var answer = await client.OpenAsync(workspace, "a.txt");
        Assert.Equal(("héllo\n", 0L, Convert.ToHexStringLower(SHA256.HashData("héllo\n"u8)), null), (answer.Text, answer.Revision, answer.Hash, answer.Error));
        Assert.True(answer.Limits!.OperationUnits > 0);
    }

    [Theory]
    [InlineData("a\nb", "lf", "utf-8")]
    [InlineData("a\r\nb\r\n", "crlf", "utf-8")]
    [InlineData("\ufeffa\rb", "cr", "utf-8-bom")]
    [InlineData("a\r\nb\nc", "mixed", "utf-8")]
    public async Task Open_File_SaysHowItLies(string text, string ending, string encoding)
    {
        var (workspace, client) = await OpenAsync(text);
        await using var _ = client;
        var answer = await client.OpenAsync(workspace, "a.txt");
        Assert.Equal((ending, encoding), (answer.LineEnding, answer.Encoding));
    }

    [Fact]
    public async Task Submit_TwoClientsAtOnce_Converge()
    {
        var (workspace, one) = await OpenAsync("0123456789\n");
        await using var _ = one;
        await using var two = await HubClient.OpenAsync(Hub(), workspace, "a.txt");
        var random = new Random(7);
        async Task TypeAsync(HubClient client, string text)
        {
            for (var i = 0; i < 50; i++) await client.TypeAsync(random.Next(5), text, i % 3);
        }

        await Task.WhenAll(TypeAsync(one, "ab"), TypeAsync(two, "xyz"));
        await Task.WhenAll(one.CatchUpAsync(100), two.CatchUpAsync(100));
        var server = await one.OpenAsync(workspace, "a.txt");
        Assert.Equal((100L, server.Text, server.Text), (server.Revision, one.Text, two.Text));
    }

    [Fact]
    public async Task Submit_StaleRevision_IsTransformedAndTheLaterGoesLeft()
    {
        var (_, client) = await OpenAsync("ab");
        await using var _1 = client;
        await client.TypeAsync(1, "E");
        var answer = await client.SubmitAsync(TextOperation.Replace(1, 0, "L"), baseRevision: 0);
        Assert.Equal((2L, """[1,"L"]"""), (answer.Revision, answer.Operation!.ToString()));
        await client.CatchUpAsync(2);
        Assert.Equal("aLEb", client.Text);
    }

    [Fact]
    public async Task Submit_Resend_GetsTheFirstAnswer()
    {
        var (workspace, client) = await OpenAsync("x");
        await using var _ = client;
        var operation = TextOperation.Replace(0, 0, "a");
        var first = await client.SubmitAsync(operation);
        await client.CatchUpAsync(1);
        await client.TypeAsync(0, "b");
        var again = await client.SubmitAsync(operation, baseRevision: 0, resend: 1);
        Assert.Equal((first.Revision, first.Operation), (again.Revision, again.Operation));
        Assert.Equal("bax", (await client.OpenAsync(workspace, "a.txt")).Text);
    }

    [Theory]
    [InlineData("""[99]""", "invalidOperation")]
    [InlineData("""["a\rb"]""", "invalidOperation")]
    [InlineData("""[1,"x"]""", "invalidOperation")]
    [InlineData("""[0]""", "invalidOperation")]
    [InlineData("""{"a":1}""", "invalidOperation")]
    [InlineData("null", "invalidOperation")]
    public async Task Submit_BadOperation_IsRefusedAndTheConnectionStays(string operation, string error)
    {
        var (_, client) = await OpenAsync("😀");
        await using var _1 = client;
        var answer = await client.SendAsync(new
        {
            documentId = client.DocumentId, clientId = "c", clientSequence = 1, baseRevision = 0,
            operation = System.Text.Json.JsonDocument.Parse(operation).RootElement,
        });
        Assert.Equal(error, answer.Error);
        Assert.Equal(1, await client.TypeAsync(2, "!"));
    }

    [Fact]
    public async Task Submit_HugeText_IsTooLargeAndTheConnectionStays()
    {
        var (_, client) = await OpenAsync("");
        await using var _1 = client;
        var answer = await client.SubmitAsync(TextOperation.Replace(0, 0, new string('x', 2 * 1024 * 1024)), resend: 1);
        Assert.Equal("tooLarge", answer.Error);
        Assert.Equal(1, await client.TypeAsync(0, "!"));
    }

    [Fact]
    public async Task Submit_ClientIdOfAnother_IsForbidden()
    {
        var (workspace, client) = await OpenAsync("");
        await using var _ = client;
        await client.TypeAsync(0, "mine");
        var (token, _) = await host.AddMemberAsync($"{Guid.NewGuid():N}@example.com", Role.Owner);
        await using var other = await HubClient.OpenAsync(Hub(token), workspace, "a.txt");
        var answer = await other.SendAsync(new { documentId = other.DocumentId, clientId = client.ClientId, clientSequence = 2, baseRevision = 1, operation = TextOperation.Replace(0, 0, "x") });
        Assert.Equal("forbidden", answer.Error);
    }

    [Fact]
    public async Task Open_ForeignTenantOrMissing_IsNotFoundAlike()
    {
        var (workspace, client) = await OpenAsync("secret");
        await using var _ = client;
        await using var foreign = await HubClient.ConnectAsync(Hub(host.OtherToken));
        var answers = new[]
        {
            await foreign.OpenAsync(workspace, "a.txt"), await foreign.OpenAsync(Guid.NewGuid().ToString("N"), "a.txt"), await foreign.OpenAsync("nonsense", "a.txt"),
            await client.OpenAsync(workspace, "missing.txt"), await client.OpenAsync(workspace, "a.txt", checkout: "staging"), await client.OpenAsync(workspace, "a.txt", checkout: "../live"),
        };
        Assert.All(answers, answer => Assert.Equal(("notFound", null, null), (answer.Error, answer.Text, answer.DocumentId)));
        var submitted = await foreign.SendAsync(new { documentId = client.DocumentId, clientId = "c", clientSequence = 1, baseRevision = 0, operation = TextOperation.Replace(0, 0, "x") });
        Assert.Equal("notFound", submitted.Error);
    }

    [Fact]
    public async Task Open_KnownRevision_GivesTheOperationsSince()
    {
        var (workspace, client) = await OpenAsync("");
        await using var _ = client;
        for (var i = 0; i < 3; i++) await client.TypeAsync(0, $"{i}");
        var answer = await client.OpenAsync(workspace, "a.txt", known: 1);
        Assert.Null(answer.Text);
        Assert.Equal([2L, 3L], answer.Operations!.Select(edited => edited.Revision));
        Assert.Equal("210", answer.Operations!.Aggregate("0", (text, edited) => edited.Operation.Apply(text)));
    }

    [Fact]
    public async Task Open_FirstInTheProcess_HearsWhatHappenedBeforeItsAnswer()
    {
        var workspace = await host.Client.NewWorkspaceAsync();
        await host.Client.PutAsync(workspace, "a.txt", "x"u8.ToArray());
        await using var client = await HubClient.ConnectAsync(Hub());
        var key = new DocumentKey(new WorkspaceRef(host.Owner.Tenant, WorkspaceId.Parse(workspace, null)), "a.txt");

        // The writer tells of an edit when the process already listens and does not know yet what the document is called.
        var joined = await host.Services.GetRequiredService<DocumentFeeds>().JoinAsync(key, client.ConnectionId, TestContext.Current.CancellationToken);
        await joined.Value!.EditedAsync(new PublishedEdits(1, [new PublishedEdit(1, "c", 1, Actor.Of(host.Owner), TextOperation.Replace(0, 0, "y"))]));
        var answer = await client.OpenAsync(workspace, "a.txt");
        Assert.Equal(answer.DocumentId, (await client.EditedAsync(1)).DocumentId);
    }

    [Fact]
    public async Task Open_ByMessagePack_UsesCamelCaseKeysAndOperationArrays()
    {
        var (workspace, client) = await OpenAsync("");
        await using var _ = client;
        await using var connection = new HubConnectionBuilder().WithUrl(
            new Uri(host.Address, "/hubs/documents"), options => options.AccessTokenProvider = () => Task.FromResult<string?>(IdeHost.OwnerToken)).AddMessagePackProtocol().Build();
        await connection.StartAsync(TestContext.Current.CancellationToken);
        var opened = await connection.InvokeAsync<Dictionary<string, object?>>(
            "Open", new Dictionary<string, object> { ["workspaceId"] = workspace, ["path"] = "a.txt" }, TestContext.Current.CancellationToken);
        var answer = await connection.InvokeAsync<Dictionary<string, object?>>("Submit", new Dictionary<string, object>
        {
            ["documentId"] = opened["documentId"]!, ["clientId"] = "mp", ["clientSequence"] = 1, ["baseRevision"] = 0, ["operation"] = new object[] { "ab", "c" },
        }, TestContext.Current.CancellationToken);
        Assert.Null(answer["error"]);
        Assert.Equal(["abc"], Assert.IsType<object[]>(answer["operation"]));
        await client.CatchUpAsync(1);
        Assert.Equal("abc", client.Text);
    }

    [Fact]
    public async Task SetCursor_OfOne_ReachesTheOther()
    {
        var (workspace, one) = await OpenAsync("abc");
        await using var _ = one;
        await using var two = await HubClient.OpenAsync(Hub(), workspace, "a.txt");
        await two.SetCursorAsync(new CursorRange(1, 3));
        var cursor = await one.Cursors.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal((one.DocumentId, host.Owner.User.ToString()), (cursor.DocumentId, cursor.Actor.Id));
        Assert.Equal([new CursorRange(1, 3)], cursor.Ranges);
    }

    [Fact]
    public async Task Submit_AsViewer_IsForbidden()
    {
        var (workspace, client) = await OpenAsync("abc");
        await using var _ = client;
        var (token, caller) = await host.AddMemberAsync($"{Guid.NewGuid():N}@example.com", Role.Developer);
        using var added = await host.Client.PutAsync(
            new Uri($"/api/v1/workspaces/{workspace}/members/{caller.User}", UriKind.Relative), System.Net.Http.Json.JsonContent.Create(new { role = "viewer" }), TestContext.Current.CancellationToken);
        added.EnsureSuccessStatusCode();
        await using var viewer = await HubClient.OpenAsync(Hub(token), workspace, "a.txt");
        Assert.Equal("forbidden", (await viewer.SubmitAsync(TextOperation.Replace(0, 0, "x"))).Error);
        await client.TypeAsync(0, ">");
        await viewer.CatchUpAsync(1);
        Assert.Equal(">abc", viewer.Text);
    }

    [Fact]
    public async Task Revoke_Token_ClosesTheConnection()
    {
        var (workspace, client) = await OpenAsync("abc");
        await using var _ = client;
        var (token, caller) = await host.AddMemberAsync($"{Guid.NewGuid():N}@example.com", Role.Owner);
        await using var member = await HubClient.OpenAsync(Hub(token), workspace, "a.txt");
        Assert.Null(await host.Services.GetRequiredService<Memberships>().RemoveAsync(caller.Tenant, caller.User, CancellationToken.None));
        await member.Closed.Task.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        Assert.True(member.Closed.Task.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Move_OfAnOpenFile_TakesTheDocumentAlong()
    {
        var (workspace, client) = await OpenAsync("abc");
        await using var _ = client;
        await client.TypeAsync(0, "1");
        using var moved = await host.Client.PostAsync(new Uri($"/api/v1/workspaces/{workspace}/moves", UriKind.Relative),
            System.Net.Http.Json.JsonContent.Create(new { from = "a.txt", to = "b/c.txt" }), TestContext.Current.CancellationToken);
        moved.EnsureSuccessStatusCode();
        Assert.Equal("b/c.txt", await client.Moved.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.Equal(2, await client.TypeAsync(0, "2"));
        await client.SaveAsync();
        Assert.Equal("21abc", Encoding.UTF8.GetString(await host.Client.GetAsync(workspace, "b/c.txt")));
    }

    [Fact]
    public async Task Move_ThenAnotherFileAtTheOldPath_WhoOnlyReadsGoesOnHearing()
    {
        var (workspace, reader) = await OpenAsync("abc");
        await using var _ = reader;
        using var moved = await host.Client.PostAsync(new Uri($"/api/v1/workspaces/{workspace}/moves", UriKind.Relative),
            System.Net.Http.Json.JsonContent.Create(new { from = "a.txt", to = "b.txt" }), TestContext.Current.CancellationToken);
        moved.EnsureSuccessStatusCode();
        Assert.Equal("b.txt", await reader.Moved.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        await host.Client.PutAsync(workspace, "a.txt", "another"u8.ToArray());
        await using var another = await HubClient.OpenAsync(Hub(), workspace, "a.txt");
        await using var writer = await HubClient.OpenAsync(Hub(), workspace, "b.txt");
        await another.TypeAsync(0, "2");
        await reader.CatchUpAsync(await writer.TypeAsync(0, "1"));
        Assert.Equal("1abc", reader.Text);
    }

    [Fact]
    public async Task Delete_OfAnOpenFile_MakesItGone()
    {
        var (workspace, client) = await OpenAsync("abc");
        await using var _ = client;
        using var deleted = await host.Client.DeleteAsync(new Uri($"/api/v1/workspaces/{workspace}/files/a.txt", UriKind.Relative), TestContext.Current.CancellationToken);
        deleted.EnsureSuccessStatusCode();
        Assert.Null(await client.Moved.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.Equal("gone", (await client.SubmitAsync(TextOperation.Replace(0, 0, "x"))).Error);
    }

    [Fact]
    public async Task Submit_FloodOfOneTenant_SlowsThatTenantOnly()
    {
        await using var narrow = await IdeHost.StartAsync("--Ide:Documents:TenantUnitsPerSecond=1024", "--Ide:Documents:LargestOperation=1024");
        var workspace = await narrow.Client.NewWorkspaceAsync();
        await narrow.Client.PutAsync(workspace, "a.txt", "text"u8.ToArray());
        var elsewhere = await narrow.OtherClient.NewWorkspaceAsync();
        await narrow.OtherClient.PutAsync(elsewhere, "a.txt", "text"u8.ToArray());
        await using var flooding = await HubClient.OpenAsync(narrow.Hub("/hubs/documents"), workspace, "a.txt");
        await using var colleague = await HubClient.OpenAsync(narrow.Hub("/hubs/documents"), workspace, "a.txt");
        await using var other = await HubClient.OpenAsync(narrow.Hub("/hubs/documents", narrow.OtherToken), elsewhere, "a.txt");
        var much = new string('x', 1024);
        string? refused = null;
        for (var i = 0; i < 10 && refused is null; i++) refused = (await flooding.AppendAsync(0, much)).Error;
        Assert.Equal("tooFast", refused);
        Assert.Equal("tooFast", (await colleague.SubmitAsync(TextOperation.Replace(0, 0, much))).Error);
        Assert.Null((await other.AppendAsync(0, much)).Error);
    }

    [Fact]
    public async Task Submit_HundredWhileTheDiskIsBusy_HoldUpNothingElse()
    {
        var (_, client) = await OpenAsync("");
        await using var _ = client;
        await using var disk = new SqliteConnection($"Data Source={Path.Combine(host.Data, "journal", "documents.db")};Pooling=False");
        await disk.OpenAsync(TestContext.Current.CancellationToken);
        await using (var busy = disk.BeginTransaction(deferred: false))
        {
            var sent = Enumerable.Range(0, 100).Select(i => client.SubmitAsync(TextOperation.Replace(i, 0, "x"), baseRevision: i)).ToList();
            await client.SetCursorAsync(new CursorRange(0, 0)).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
            Assert.DoesNotContain(sent, answer => answer.IsCompleted);
            await busy.RollbackAsync(TestContext.Current.CancellationToken);
            Assert.All(await Task.WhenAll(sent), answer => Assert.Null(answer.Error));
        }

        await client.CatchUpAsync(100);
        Assert.Equal(new string('x', 100), client.Text);
    }

    [Fact]
    public async Task Submit_OnVeryOldRevisions_CountsForMore()
    {
        await using var narrow = await IdeHost.StartAsync("--Ide:Documents:OperationsPerSecond=100");
        var workspace = await narrow.Client.NewWorkspaceAsync();
        await narrow.Client.PutAsync(workspace, "a.txt", []);
        await using var late = await HubClient.OpenAsync(narrow.Hub("/hubs/documents"), workspace, "a.txt");
        await using var current = await HubClient.OpenAsync(narrow.Hub("/hubs/documents"), workspace, "a.txt");
        var key = new DocumentKey(new WorkspaceRef(narrow.Owner.Tenant, WorkspaceId.Parse(workspace, null)), "a.txt");
        SubmittedEdit[] edits = [.. Enumerable.Range(0, 1280).Select(i => new SubmittedEdit("busy", i + 1, i, TextOperation.Replace(0, 0, "x"), Actor.Of(narrow.Owner)))];
        await narrow.Services.GetRequiredService<DocumentCalls>().Of(key).SubmitAsync(narrow.Owner.Tenant, edits);
        await Task.WhenAll(late.CatchUpAsync(1280), current.CatchUpAsync(1280));

        var accepted = 0;
        while ((await late.SubmitAsync(TextOperation.Replace(0, 0, "y"), baseRevision: 0)).Error is null) accepted++;
        // 200 at once, each counted as 21, and a few more for the time that this takes.
        Assert.InRange(accepted, 5, 100);
        for (var i = 0; i < 150; i++) Assert.Null((await current.AppendAsync(0, "z")).Error);
    }
}
