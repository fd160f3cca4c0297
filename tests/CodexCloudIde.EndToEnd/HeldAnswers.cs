using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace CodexCloudIde.EndToEnd;

/// <summary>Between a page and the terminals hub: lets output pass, and of the answers to calls only the first, which lists the shells, until it is told to.</summary>
internal sealed class HeldAnswers
{
    private const byte Completion = 3;

    private readonly SemaphoreSlim held = new(0);
    private readonly TaskCompletionSource passed = new();
    private readonly List<Action> waiting = [];
    private IWebSocketRoute? joined;
    private bool isReleased;
    private int answers;

    /// <summary>Completes when an answer is held back; the next time when a further one is.</summary>
    public Task HeldAsync() => held.WaitAsync(TestContext.Current.CancellationToken);

    /// <summary>Completes when those that were held have been sent on.</summary>
    public Task Passed => passed.Task;

    /// <summary>From the page's next connection on.</summary>
    public static async Task<HeldAnswers> OfAsync(IPage page)
    {
        var between = new HeldAnswers();
        await page.RouteWebSocketAsync(new Regex("/hubs/terminals"), between.Join);
        return between;
    }

    public void Release()
    {
        lock (waiting)
        {
            isReleased = true;
            foreach (var send in waiting) send();
            passed.TrySetResult();
        }
    }

    /// <summary>The one that was held first is sent on; those behind it are held as before.</summary>
    public void ReleaseOne()
    {
        lock (waiting)
        {
            waiting[0]();
            waiting.RemoveAt(0);
        }
    }

    /// <summary>The connection ends without what is held; the next one is left alone.</summary>
    public async Task CutAsync()
    {
        lock (waiting)
        {
            isReleased = true;
            waiting.Clear();
        }

        await joined!.CloseAsync();
    }

    private void Join(IWebSocketRoute page)
    {
        joined = page;
        var server = page.ConnectToServer();
        page.OnMessage(frame => Send(server, frame.Binary, frame.Text));
        server.OnMessage(frame =>
        {
            // The handshake is text in any case.
            if (frame.Binary is not { } bytes || bytes[0] == '{') Send(page, frame.Binary, frame.Text);
            else foreach (var message in MessagesOf(bytes)) Pass(page, message);
        });
    }

    private void Pass(IWebSocketRoute page, byte[] message)
    {
        lock (waiting)
        {
            if (!isReleased && IsCompletion(message) && answers++ > 0)
            {
                waiting.Add(() => page.Send(message));
                held.Release();
                return;
            }

            page.Send(message);
        }
    }

    private static void Send(IWebSocketRoute to, byte[]? binary, string? text)
    {
        if (binary is not null) to.Send(binary);
        else to.Send(text!);
    }

    /// <summary>Each with its length before it, in groups of seven bits.</summary>
    private static IEnumerable<byte[]> MessagesOf(byte[] frame)
    {
        for (var at = 0; at < frame.Length;)
        {
            var (length, start) = (0, at);
            for (var shift = 0; ; shift += 7)
            {
                var group = frame[start++];
                length |= (group & 0x7F) << shift;
                if (group < 0x80) break;
            }

            yield return frame[at..(start + length)];
            at = start + length;
        }
    }

    private static bool IsCompletion(byte[] message) => message[Array.FindIndex(message, group => group < 0x80) + 2] == Completion;
}
