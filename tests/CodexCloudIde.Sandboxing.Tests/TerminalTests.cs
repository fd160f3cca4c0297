using System.Text;

namespace CodexCloudIde.Sandboxing.Tests;

public sealed class TerminalTests(SandboxFixture fixture)
{
    [Fact]
    public async Task Terminal_Shell_EchoesResizesInterruptsAndExits()
    {
        using var workspace = fixture.NewWorkspace();
        await using var sandbox = await fixture.Runtime.CreateAsync(
            new SandboxSpecification(workspace.Path, WorkspaceMode.ReadWrite, new SandboxLimits(CpuSeconds: 0, WallSeconds: 0, IdleSeconds: 0)), TestContext.Current.CancellationToken);
        var terminal = await sandbox.OpenTerminalAsync(
            new SandboxCommand(["/bin/bash", "--login", "-i"]) { Environment = new Dictionary<string, string> { ["TERM"] = "xterm-256color" } }, 90, 20, TestContext.Current.CancellationToken);
        var screen = new Screen(terminal);

        await terminal.WriteAsync("stty size; tty; tput colors\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await screen.UntilAsync("20 90");
        await screen.UntilAsync("/dev/pts/0");
        await screen.UntilAsync("256");
        terminal.Resize(100, 30);
        await terminal.WriteAsync("stty size\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await screen.UntilAsync("30 100");
        await terminal.WriteAsync("sh -c 'echo be\"\"gun; exec sleep 1000'\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await screen.UntilAsync("begun");
        await terminal.WriteAsync(new byte[] { 3 }, TestContext.Current.CancellationToken);
        await screen.UntilAsync("^C");
        await terminal.WriteAsync("echo st=$?; touch made; exit 7\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await screen.UntilAsync("st=130");
        var result = await terminal.Completion;
        Assert.Equal((7, KillCause.None, true), (result.ExitCode!.Value, result.Cause, File.Exists(Path.Combine(workspace.Path, "made"))));
    }

    [Fact]
    public async Task Terminal_Disposed_EndsItsProgram()
    {
        using var workspace = fixture.NewWorkspace();
        var sandbox = await fixture.Runtime.CreateAsync(
            new SandboxSpecification(workspace.Path, WorkspaceMode.ReadWrite, new SandboxLimits(CpuSeconds: 0, WallSeconds: 0, IdleSeconds: 0)), TestContext.Current.CancellationToken);
        var terminal = await sandbox.OpenTerminalAsync(new SandboxCommand(["/bin/bash"]), 80, 24, TestContext.Current.CancellationToken);
        await sandbox.DisposeAsync();
        var result = await terminal.Completion.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        Assert.Equal((null, KillCause.Cancelled), (result.ExitCode, result.Cause));
    }

    private sealed class Screen(ISandboxTerminal terminal)
    {
        private readonly StringBuilder seen = new();

        public async Task UntilAsync(string text)
        {
            var buffer = new byte[4096];
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            while (!seen.ToString().Contains(text, StringComparison.Ordinal))
            {
                int count;
                try
                {
                    count = await terminal.ReadAsync(buffer, deadline.Token);
                }
                catch (OperationCanceledException)
                {
                    count = 0;
                }

                Assert.True(count > 0, $"The terminal ended before '{text}': {seen}");
                seen.Append(Encoding.UTF8.GetString(buffer, 0, count));
            }
        }
    }
}
