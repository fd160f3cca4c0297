using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CodexCloudIde.Sandboxing.Egress;

/// <summary>
/// A proxy for one sandbox. Its listening socket was made inside the sandbox's empty network namespace, so nothing else can reach it and
/// the sandbox can reach nothing else: names, UDP and IPv6 do not exist inside. It understands CONNECT to the rule's host and port only.
/// </summary>
internal sealed class EgressGate(EgressRule rule, Socket listener) : IAsyncDisposable
{
    private const int LongestRequest = 8192;
    private const int MostConnections = 16;

    private readonly CancellationTokenSource ending = new();
    private readonly SemaphoreSlim connections = new(MostConnections);
    private long budget = rule.MaximumBytes;
    private Task serving = Task.CompletedTask;

    /// <summary>Made by the namespace thread inside the sandbox.</summary>
    public static Socket Listen()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, EgressRule.ProxyPort));
        socket.Listen(MostConnections);
        return socket;
    }

    public void Start() => serving = ServeAsync();

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync().ConfigureAwait(false);
        listener.Dispose();
        await serving.ConfigureAwait(false);
        ending.Dispose();
        connections.Dispose();
    }

    private async Task ServeAsync()
    {
        var running = new List<Task>();
        try
        {
            while (true)
            {
                await connections.WaitAsync(ending.Token).ConfigureAwait(false);
                var client = await listener.AcceptAsync(ending.Token).ConfigureAwait(false);
                running.RemoveAll(task => task.IsCompleted);
                running.Add(ServeAsync(client));
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(running).ConfigureAwait(false);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        try
        {
            using var inside = new NetworkStream(client, ownsSocket: true);
            var request = await ReadRequestAsync(inside).ConfigureAwait(false);
            if (!IsAllowed(request))
            {
                await RefuseAsync(inside, "403 Forbidden").ConfigureAwait(false);
                return;
            }

            using var server = new Socket(rule.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (await ConnectAsync(server).ConfigureAwait(false) is { } trouble)
            {
                await RefuseAsync(inside, trouble).ConfigureAwait(false);
                return;
            }

            using var outside = new NetworkStream(server, ownsSocket: false);
            await inside.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), ending.Token).ConfigureAwait(false);
            await Task.WhenAll(RelayAsync(inside, outside, server, Timeout.InfiniteTimeSpan), RelayAsync(outside, inside, client, rule.Patience)).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            client.Dispose();
        }
        finally
        {
            connections.Release();
        }
    }

    /// <returns>Null when connected; otherwise the status that says why not.</returns>
    private async Task<string?> ConnectAsync(Socket server)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ending.Token);
        patience.CancelAfter(rule.Patience);
        try
        {
            await server.ConnectAsync(new IPEndPoint(rule.Address, rule.Port), patience.Token).ConfigureAwait(false);
            return null;
        }
        catch (SocketException)
        {
            return "502 Bad Gateway";
        }
        catch (OperationCanceledException) when (!ending.IsCancellationRequested)
        {
            return "504 Gateway Timeout";
        }
    }

    private async Task RefuseAsync(NetworkStream inside, string status) =>
        await inside.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), ending.Token).ConfigureAwait(false);

    private bool IsAllowed(string? request)
    {
        var host = rule.Host.Contains(':', StringComparison.Ordinal) ? $"[{rule.Host.Trim('[', ']')}]" : rule.Host;
        var target = string.Create(CultureInfo.InvariantCulture, $"{host}:{rule.Port}");
        return request?.Split("\r\n", 2)[0].Split(' ') is ["CONNECT", var asked, "HTTP/1.1" or "HTTP/1.0"]
            && asked.Equals(target, StringComparison.OrdinalIgnoreCase);
    }

    private async Task<string?> ReadRequestAsync(NetworkStream stream)
    {
        var buffer = new byte[LongestRequest];
        var length = 0;
        while (length < buffer.Length)
        {
            // Byte by byte, so that nothing after the blank line is taken from the tunnel.
            if (await stream.ReadAsync(buffer.AsMemory(length, 1), ending.Token).ConfigureAwait(false) == 0)
            {
                return null;
            }

            length++;
            if (buffer.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
            {
                return Encoding.ASCII.GetString(buffer, 0, length);
            }
        }

        return null;
    }

    /// <param name="patience">For the first byte: a host that accepts and then says nothing does not answer.</param>
    private async Task RelayAsync(NetworkStream from, NetworkStream to, Socket target, TimeSpan patience)
    {
        using var first = CancellationTokenSource.CreateLinkedTokenSource(ending.Token);
        first.CancelAfter(patience);
        var buffer = ArrayPool<byte>.Shared.Rent(65_536);
        try
        {
            int count;
            while ((count = await from.ReadAsync(buffer, first.Token).ConfigureAwait(false)) > 0 && Interlocked.Add(ref budget, -count) > 0)
            {
                first.CancelAfter(Timeout.InfiniteTimeSpan);
                await to.WriteAsync(buffer.AsMemory(0, count), ending.Token).ConfigureAwait(false);
            }

            target.Shutdown(SocketShutdown.Send);
        }
        catch (OperationCanceledException) when (!ending.IsCancellationRequested)
        {
            // The other direction waits for the client, which waits for this one.
            target.Dispose();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
