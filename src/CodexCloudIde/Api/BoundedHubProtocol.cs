using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using MessagePack;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace CodexCloudIde.Api;

/// <summary>A hub protocol under which a message that is too large is refused like any other bad call. SignalR itself would close the connection, and with it everything else on it.</summary>
/// <remarks>
/// Such a message is never gathered: its bytes are dropped as they come, and told to the dispatcher as pings, because it wants a message for everything that it consumes. When
/// the last of them has come, the call is made with an argument that stands for what was too large. In MessagePack the size comes first and then the call's name and number. In
/// JSON they may stand before or behind the arguments, so the two ends of it are looked at.
/// </remarks>
/// <param name="inner">The protocol; its name decides how messages are told apart.</param>
/// <param name="mostBytes">Of a message. The hub's own limit must be above it.</param>
/// <param name="standIn">Arguments for a call that was too large, by its target; null: the call fails.</param>
internal sealed partial class BoundedHubProtocol(IHubProtocol inner, int mostBytes, Func<string, object?[]?> standIn) : IHubProtocol
{
    private const byte RecordSeparator = 0x1E;

    /// <summary>Bytes at each end of a JSON message in which its call is looked for, and bytes within which it stands in MessagePack.</summary>
    private const int EndLength = 1024;

    /// <summary>By connection: each has its own binder.</summary>
    private readonly ConditionalWeakTable<IInvocationBinder, Dropped> dropping = [];

    public string Name => inner.Name;

    public int Version => inner.Version;

    public TransferFormat TransferFormat => inner.TransferFormat;

    private bool IsText => TransferFormat == TransferFormat.Text;

    public bool TryParseMessage(ref ReadOnlySequence<byte> input, IInvocationBinder binder, [NotNullWhen(true)] out HubMessage? message)
    {
        if (dropping.TryGetValue(binder, out var dropped)) return IsText ? DropText(ref input, binder, dropped, out message) : DropBinary(ref input, binder, dropped, out message);
        if (IsText)
        {
            if (input.Length <= mostBytes || input.Slice(0, mostBytes).PositionOf(RecordSeparator) is not null) return inner.TryParseMessage(ref input, binder, out message);
            dropping.Add(binder, dropped = new Dropped());
            return DropText(ref input, binder, dropped, out message);
        }

        if (SizeOf(input) is not { } size || size.Content <= mostBytes) return inner.TryParseMessage(ref input, binder, out message);
        if (input.Length < EndLength)
        {
            // Its name is not there yet.
            message = null;
            return false;
        }

        input = input.Slice(size.Prefix);
        dropping.Add(binder, dropped = new Dropped { Left = size.Content, Call = CallOf(input.Slice(0, EndLength - size.Prefix)) });
        return DropBinary(ref input, binder, dropped, out message);
    }

    public void WriteMessage(HubMessage message, IBufferWriter<byte> output) => inner.WriteMessage(message, output);

    public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message) => inner.GetMessageBytes(message);

    public bool IsVersionSupported(int version) => inner.IsVersionSupported(version);

    private bool DropBinary(ref ReadOnlySequence<byte> input, IInvocationBinder binder, Dropped dropped, out HubMessage message)
    {
        var count = Math.Min(input.Length, dropped.Left);
        input = input.Slice(count);
        dropped.Left -= count;
        message = dropped.Left > 0 ? PingMessage.Instance : Refused(binder, dropped.Call);
        return true;
    }

    private bool DropText(ref ReadOnlySequence<byte> input, IInvocationBinder binder, Dropped dropped, out HubMessage message)
    {
        var end = input.PositionOf(RecordSeparator);
        dropped.Keep(end is { } last ? input.Slice(0, last) : input);
        input = end is { } at ? input.Slice(input.GetPosition(1, at)) : input.Slice(input.End);
        message = end is null ? PingMessage.Instance : Refused(binder, dropped.CallOfEnds());
        return true;
    }

    private HubMessage Refused(IInvocationBinder binder, (string? Invocation, string Target) call)
    {
        dropping.Remove(binder);
        return standIn(call.Target) is { } arguments
            ? new InvocationMessage(call.Invocation, call.Target, arguments)
            : new InvocationBindingFailureMessage(call.Invocation, call.Target, System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(
                new HubException($"tooLarge: a message has at most {mostBytes} bytes.")));
    }

    /// <summary>A number in groups of seven bits, the lowest first; null while it is not there.</summary>
    private static (int Prefix, long Content)? SizeOf(ReadOnlySequence<byte> input)
    {
        var reader = new SequenceReader<byte>(input);
        var size = 0L;
        for (var prefix = 1; prefix <= 5 && reader.TryRead(out var group); prefix++)
        {
            size |= (long)(group & 0x7F) << (7 * (prefix - 1));
            if (group < 0x80) return (prefix, size);
        }

        return null;
    }

    /// <summary>Of an invocation: [1, headers, invocationId, target, …].</summary>
    private static (string? Invocation, string Target) CallOf(ReadOnlySequence<byte> start)
    {
        try
        {
            var reader = new MessagePackReader(start);
            reader.ReadArrayHeader();
            if (reader.ReadInt32() != HubProtocolConstants.InvocationMessageType) return (null, "");
            reader.Skip();
            return (reader.ReadString(), reader.ReadString() ?? "");
        }
        catch (Exception exception) when (exception is MessagePackSerializationException or EndOfStreamException)
        {
            // No invocation, or one with headers as long as that: nobody waits for an answer that could be found.
            return (null, "");
        }
    }

    /// <summary>A message on its way out.</summary>
    private sealed class Dropped
    {
        private readonly List<byte> first = [];
        private byte[] last = [];

        public long Left { get; set; }

        public (string? Invocation, string Target) Call { get; init; }

        public void Keep(ReadOnlySequence<byte> bytes)
        {
            if (first.Count < EndLength) first.AddRange(bytes.Slice(0, Math.Min(bytes.Length, EndLength - first.Count)).ToArray());
            byte[] tail = [.. last, .. bytes.Slice(Math.Max(0, bytes.Length - EndLength)).ToArray()];
            last = tail[Math.Max(0, tail.Length - EndLength)..];
        }

        public (string? Invocation, string Target) CallOfEnds()
        {
            var (start, end) = (Encoding.UTF8.GetString([.. first]), Encoding.UTF8.GetString(last));
            return (Find(Invocation()), Find(Target()) ?? "");

            // What stands in an argument has its quotes escaped, but for names that the arguments have themselves: those are in the middle.
            string? Find(Regex member) => member.Match(start) is { Success: true } before ? before.Groups[1].Value
                : member.Matches(end) is { Count: > 0 } after ? after[^1].Groups[1].Value : null;
        }
    }

    [GeneratedRegex("""(?<!\\)"invocationId"\s*:\s*"([^"\\]{1,100})["]""")]
    private static partial Regex Invocation();

    [GeneratedRegex("""(?<!\\)"target"\s*:\s*"([^"\\]{1,100})["]""")]
    private static partial Regex Target();
}
