using System.Net.WebSockets;
using System.Text;
using CodexCloudIde.Documents;
using CodexCloudIde.Tests.Hosting;
using CodexCloudIde.Text;
using MessagePack;
using MessagePack.Resolvers;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace CodexCloudIde.Tests.Documents;

/// <summary>Messages that are larger than any operation may be: a code answers them, and the connection with all its documents stays.</summary>
public sealed class LargeMessageTests(IdeHost host) : IClassFixture<IdeHost>
{
    private const int Huge = 40 * 1024 * 1024;

    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    private async Task<string> WorkspaceAsync()
    {
        var workspace = await host.Client.NewWorkspaceAsync();
        await host.Client.PutAsync(workspace, "a.txt", "abc"u8.ToArray());
        return workspace;
    }

    private HubConnection Connect(bool binary)
    {
        var builder = new HubConnectionBuilder().WithUrl(new Uri(host.Address, "/hubs/documents"), options => options.AccessTokenProvider = () => Task.FromResult<string?>(IdeHost.OwnerToken));
        if (binary)
        {
            builder.AddMessagePackProtocol(protocol => protocol.SerializerOptions = MessagePackSerializerOptions.Standard
                .WithResolver(CompositeResolver.Create([new OperationFormatter()], [StandardResolver.Instance])));
        }

        return builder.Build();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Submit_LargerThanAnyOperation_IsTooLargeAndTheConnectionStays(bool binary)
    {
        await using var connection = Connect(binary);
        var closed = false;
        connection.Closed += _ =>
        {
            closed = true;
            return Task.CompletedTask;
        };
        await connection.StartAsync(Ending);
        var opened = await connection.InvokeAsync<OpenResponse>("Open", new OpenRequest(await WorkspaceAsync(), "a.txt"), Ending);
        SubmitRequest Edit(string text, long sequence) => new(opened.DocumentId, "c", sequence, sequence - 1, new SentOperation(TextOperation.Replace(0, 0, text), TextFault.None));

        // Small ones before, between and behind: where one message ends and the next begins is not lost.
        var answers = await Task.WhenAll(
            connection.InvokeAsync<SubmitResponse>("Submit", Edit("1", 1), Ending),
            connection.InvokeAsync<SubmitResponse>("Submit", Edit(new string('x', Huge), 2), Ending),
            connection.InvokeAsync<SubmitResponse>("Submit", Edit(new string('y', Huge), 2), Ending));
        Assert.Equal([null, "tooLarge", "tooLarge"], answers.Select(answer => answer.Error));
        Assert.Equal(2, (await connection.InvokeAsync<SubmitResponse>("Submit", Edit("2", 2), Ending)).Revision);
        Assert.False(closed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OtherCall_LargerThanAnyMessage_FailsAndTheConnectionStays(bool binary)
    {
        await using var connection = Connect(binary);
        await connection.StartAsync(Ending);
        var failure = await Assert.ThrowsAsync<HubException>(() => connection.InvokeAsync<OpenResponse>("Open", new OpenRequest(new string('w', Huge), "a.txt"), Ending));
        Assert.Contains("tooLarge", failure.Message, StringComparison.Ordinal);
        Assert.Null((await connection.InvokeAsync<OpenResponse>("Open", new OpenRequest(await WorkspaceAsync(), "a.txt"), Ending)).Error);
    }

    [Theory]
    [InlineData("""{"arguments":[{"documentId":"TEXT"}],"invocationId":"7","target":"Submit","type":1}""")]
    [InlineData("""{"type":1,"invocationId":"7","target":"Submit","arguments":[{"documentId":"TEXT \"target\":\"Save\" \"invocationId\":\"8\""}]}""")]
    public async Task Json_InAnyOrder_IsAnsweredUnderItsOwnNumber(string message)
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {IdeHost.OwnerToken}");
        await socket.ConnectAsync(new UriBuilder(new Uri(host.Address, "/hubs/documents")) { Scheme = "ws" }.Uri, Ending);
        await SendAsync("""{"protocol":"json","version":1}""");
        await SendAsync(message.Replace("TEXT", new string('x', Huge), StringComparison.Ordinal));
        var heard = "";
        var buffer = new byte[4096];
        while (!heard.Contains("\"type\":3", StringComparison.Ordinal))
        {
            var received = await socket.ReceiveAsync(buffer, Ending);
            Assert.NotEqual(WebSocketMessageType.Close, received.MessageType);
            heard += Encoding.UTF8.GetString(buffer, 0, received.Count);
        }

        Assert.Contains("""{"type":3,"invocationId":"7","result":{"error":"tooLarge"}}""", heard, StringComparison.Ordinal);

        Task SendAsync(string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text + "\u001e"), WebSocketMessageType.Text, true, Ending);
    }
}
