using System.Text;
using CodexCloudIde.Tests.Hosting;
using static CodexCloudIde.EndToEnd.Visitor;
using static Microsoft.Playwright.Assertions;

namespace CodexCloudIde.EndToEnd;

/// <summary>Several people in one file over networks that are late and break: at the end all see one text, with every character that anybody typed in it, once.</summary>
public sealed class NetworkTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const int Rounds = 6;
    private const int KeysPerRound = 8;

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public async Task Typing_AtOnceOverCutConnections_LosesNothing(int people)
    {
        await using var host = await IdeHost.StartAsync();
        var workspace = await CreateAsync(host.Client, File("note.txt", "begin\n"));
        var lines = Enumerable.Range(0, people).Select(i => new BadNetwork(host.Address, i)).ToList();
        var visitors = new List<Visitor>();
        try
        {
            foreach (var line in lines) visitors.Add(await EnterAsync(line.Address, workspace));
            var random = new Random(people);
            for (var round = 0; round < Rounds; round++)
            {
                var typing = visitors.Select((visitor, i) => TypeAsync(visitor, i, round)).ToList();
                // In the middle of it: some lose their connections, with whatever is on its way.
                await Task.WhenAny(typing);
                foreach (var line in lines.Where(_ => random.Next(2) == 0)) line.Cut();
                await Task.WhenAll(typing);
            }

            await ConvergedAsync(host, workspace, visitors);
        }
        finally
        {
            foreach (var visitor in visitors) await visitor.DisposeAsync();
            foreach (var line in lines) await line.DisposeAsync();
        }
    }

    [Fact]
    public async Task Typing_WhileOneSleeps_MeetsWhenItWakes()
    {
        await using var host = await IdeHost.StartAsync();
        var workspace = await CreateAsync(host.Client, File("note.txt", "begin\n"));
        await using var line = new BadNetwork(host.Address, 1);
        await using var sleeper = await EnterAsync(line.Address, workspace);
        await using var other = await EnterAsync(host.Address, workspace);
        line.FallSilent();
        await TypeAsync(sleeper, 0, 0);
        for (var round = 0; round < Rounds; round++) await TypeAsync(other, 1, round);
        await other.SavedAsync();
        await Expect(sleeper.Sync).Not.ToHaveTextAsync("Saved");
        for (var round = 1; round < Rounds; round++) await TypeAsync(sleeper, 0, round);

        line.Wake();
        line.Cut();
        await ConvergedAsync(host, workspace, [sleeper, other]);
    }

    /// <summary>A laptop that is closed, a phone that is put away: nothing of the page runs for half a minute, longer than the server waits for it, while another goes on.</summary>
    [Fact]
    public async Task Typing_WhileOnePageIsFrozen_MeetsWhenItGoesOn()
    {
        await using var host = await IdeHost.StartAsync();
        var workspace = await CreateAsync(host.Client, File("note.txt", "begin\n"));
        await using var frozen = await EnterAsync(host.Address, workspace);
        await using var other = await EnterAsync(host.Address, workspace);
        var control = await frozen.Page.Context.NewCDPSessionAsync(frozen.Page);
        await TypeAsync(frozen, 0, 0);
        // Its script stands still at the next thing that it hears; the connection stays open, and nobody answers on it.
        var paused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        control.Event("Debugger.paused").OnEvent += (_, _) => paused.TrySetResult();
        await control.SendAsync("Debugger.enable");
        await control.SendAsync("Debugger.pause");
        for (var round = 0; round < Rounds; round++) await other.Page.Keyboard.TypeAsync(KeysOf(1, round), new() { Delay = 31_000 / (Rounds * KeysPerRound) });
        await other.SavedAsync();
        await paused.Task;
        await control.SendAsync("Debugger.disable");
        for (var round = 1; round < Rounds; round++) await TypeAsync(frozen, 0, round);
        await ConvergedAsync(host, workspace, [frozen, other]);
    }

    /// <summary>A browser lets timers and frames of a hidden tab wait, for minutes at worst.</summary>
    [Fact]
    public async Task Typing_WithoutTimersAndFrames_IsSentAtOnce()
    {
        await using var host = await IdeHost.StartAsync();
        var workspace = await CreateAsync(host.Client, File("note.txt", "begin\n"));
        await using var hidden = await EnterAsync(host.Address, workspace);
        await using var other = await EnterAsync(host.Address, workspace);
        await hidden.Page.EvaluateAsync("() => { window.setTimeout = window.setInterval = window.requestAnimationFrame = window.requestIdleCallback = () => 0; }");
        for (var round = 0; round < Rounds; round++) await TypeAsync(hidden, 0, round);
        await hidden.Page.EvaluateAsync("() => { window.codex.editors.activeEditor.getModel().applyEdits([{ range: { startLineNumber: 1, startColumn: 1, endLineNumber: 1, endColumn: 1 }, text: 'script ' }]); }");
        var typed = string.Concat(Enumerable.Range(0, Rounds).Select(round => KeysOf(0, round)));
        await Expect(other.Text).ToHaveTextAsync(Spaced($"script begin{typed}"));
    }

    private async Task<Visitor> EnterAsync(Uri address, string workspace)
    {
        var visitor = await SignInAsync(chromium, address);
        await visitor.EnterAsync(workspace);
        await visitor.OpenAsync("note.txt");
        await visitor.Text.ClickAsync();
        await visitor.Page.Keyboard.PressAsync("Control+End");
        return visitor;
    }

    private static Task TypeAsync(Visitor visitor, int person, int round) => visitor.Page.Keyboard.TypeAsync(KeysOf(person, round), new() { Delay = 15 });

    /// <summary>Characters that nobody else types, and each once.</summary>
    private static string KeysOf(int person, int round) => string.Concat(Enumerable.Range(0, KeysPerRound).Select(i => (char)(0x4E00 + (person * 0x200) + (round * KeysPerRound) + i)));

    private static async Task ConvergedAsync(IdeHost host, string workspace, List<Visitor> visitors)
    {
        foreach (var visitor in visitors) await visitor.SavedAsync();
        var text = Encoding.UTF8.GetString(await BytesAsync(host.Client, workspace, "note.txt"));
        foreach (var visitor in visitors)
        {
            await visitor.Page.WaitForFunctionAsync("text => window.codex.editors.activeEditor.getModel().getValue() === text", text);
        }

        var typed = Enumerable.Range(0, visitors.Count).SelectMany(person => Enumerable.Range(0, Rounds).SelectMany(round => KeysOf(person, round)));
        var missing = string.Concat(typed.Except(text));
        var keys = missing.Length == 0 ? [] : await Task.WhenAll(visitors.Select(visitor => visitor.Page.EvaluateAsync<string>("() => `${document.activeElement?.className} of a page of ${Math.round(performance.now())} ms`")));
        Assert.True(missing.Length == 0, $"Missing: {missing}. The keys go to: {string.Join("; ", keys)}.");
        Assert.Equal(string.Concat(typed.Concat("begin\n").Order()), string.Concat(text.Order()));
    }
}
