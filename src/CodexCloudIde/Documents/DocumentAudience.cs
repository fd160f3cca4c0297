using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace CodexCloudIde.Documents;

/// <summary>
/// The connections of this process's documents hub. What a document's feed tells goes to them only, also in a cluster, so there is no backplane in between. Messages that
/// are there together are encoded once, back to back, and written to each connection in one piece: both protocols say where a message ends.
/// </summary>
internal sealed class DocumentAudience(ILogger<DefaultHubLifetimeManager<DocumentHub>> logger) : DefaultHubLifetimeManager<DocumentHub>(logger)
{
    private readonly ConcurrentDictionary<string, HubConnectionContext> connections = new(StringComparer.Ordinal);

    public override Task OnConnectedAsync(HubConnectionContext connection)
    {
        connections[connection.ConnectionId] = connection;
        return base.OnConnectedAsync(connection);
    }

    public override Task OnDisconnectedAsync(HubConnectionContext connection)
    {
        connections.TryRemove(connection.ConnectionId, out _);
        return base.OnDisconnectedAsync(connection);
    }

    /// <summary>
    /// Returns when the messages have their place in each connection's queue. Not awaited further: a slow browser must hold up neither the others nor the writer.
    /// </summary>
    /// <param name="to">Ids of connections; those that have ended are passed over.</param>
    /// <param name="method">Of the client.</param>
    /// <param name="messages">Its one argument each, in the order in which they are to be heard.</param>
    public void Tell(IReadOnlyList<string> to, string method, IReadOnlyList<object> messages)
    {
        List<SerializedMessage> encoded = [];
        SerializedHubMessage? together = null;
        foreach (var id in to)
        {
            if (!connections.TryGetValue(id, out var connection)) continue;
            if (!encoded.Exists(one => one.ProtocolName == connection.Protocol.Name))
            {
                encoded.Add(new SerializedMessage(connection.Protocol.Name, Encode(connection.Protocol, method, messages)));
                together = new SerializedHubMessage(encoded);
            }

            var written = connection.WriteAsync(together!);
            if (!written.IsCompletedSuccessfully) _ = written.AsTask();
        }
    }

    private static ReadOnlyMemory<byte> Encode(IHubProtocol protocol, string method, IReadOnlyList<object> messages)
    {
        if (messages is [var only]) return protocol.GetMessageBytes(new InvocationMessage(method, [only]));
        var bytes = new ArrayBufferWriter<byte>(256 * messages.Count);
        foreach (var message in messages) protocol.WriteMessage(new InvocationMessage(method, [message]), bytes);
        return bytes.WrittenMemory;
    }
}
