using System.Diagnostics;
using System.Net;
using CodexCloudIde.Sandboxing;
using CodexCloudIde.Sandboxing.Egress;
using CodexCloudIde.Tests.Hosting;
using CodexCloudIde.Workspaces;
using Microsoft.Extensions.DependencyInjection;

namespace CodexCloudIde.Tests.Terminals;

/// <summary>git in a sandbox, from a local repository and refused addresses.</summary>
public sealed class GitTests(IdeHost host) : IClassFixture<IdeHost>
{
    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Clone_LocalRepository_ArrivesAndIsReadByGit()
    {
        using var from = new TempFolder();
        using var to = new TempFolder();
        Shell($"git init -q -b main {from.Path} && cd {from.Path} && echo one > a.txt && git add -A && git -c user.name=x -c user.email=x@example.com commit -qm first && chmod 755 {from.Path} && chown 1000:1000 {to.Path}");
        var git = host.Services.GetRequiredService<SandboxGit>();
        Assert.Null(await git.CloneAsync(new GitSource(from.Path), to.Path, Ending));
        Assert.Equal("one\n", await File.ReadAllTextAsync(Path.Combine(to.Path, "a.txt"), Ending));
        var log = await git.RunAsync(to.Path, ["log", "--format=%s"], Ending);
        Assert.Equal((0, "first\n"), (log.Value!.ExitCode, log.Value.Output));
    }

    [Fact]
    public async Task Clone_MissingBranch_FailsAndLeavesNothing()
    {
        using var from = new TempFolder();
        using var to = new TempFolder();
        Shell($"git init -q -b main {from.Path} && cd {from.Path} && git -c user.name=x -c user.email=x@example.com commit -q --allow-empty -m first && chmod 755 {from.Path} && chown 1000:1000 {to.Path}");
        var refusal = await host.Services.GetRequiredService<SandboxGit>().CloneAsync(new GitSource(from.Path, "nowhere"), to.Path, Ending);
        Assert.Equal((422, "git-failed", 0), (refusal!.Status, refusal.Type, Directory.EnumerateFileSystemEntries(to.Path).Count()));
    }

    [Fact]
    public async Task Clone_UnreadableRepository_SaysWhatToDo()
    {
        using var from = new TempFolder();
        using var to = new TempFolder();
        Shell($"chmod 700 {from.Path}");
        var refusal = await host.Services.GetRequiredService<SandboxGit>().CloneAsync(new GitSource(from.Path), to.Path, Ending);
        Assert.Equal((422, "git-refused"), (refusal!.Status, refusal.Type));
        Assert.Contains("chmod", refusal.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://127.0.0.1/x.git")]
    [InlineData("https://localhost/x.git")]
    [InlineData("https://169.254.169.254/latest")]
    [InlineData("https://[::1]/x.git")]
    [InlineData("https://[::ffff:10.0.0.1]/x.git")]
    [InlineData("https://0x7f000001/x.git")]
    [InlineData("https://user:secret@example.com/x.git")]
    [InlineData("http://example.com/x.git")]
    [InlineData("ssh://example.com/x.git")]
    [InlineData("ext::sh -c true")]
    [InlineData("file:///etc")]
    public async Task Clone_PrivateOrOtherAddress_IsRefused(string url)
    {
        using var to = new TempFolder();
        var refusal = await host.Services.GetRequiredService<SandboxGit>().CloneAsync(new GitSource(url), to.Path, Ending);
        Assert.Equal((422, "git-refused"), (refusal!.Status, refusal.Type));
    }

    [Fact]
    public async Task Egress_OneHostAndPort_NothingElse()
    {
        using var server = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var port = ((IPEndPoint)server.LocalEndpoint).Port;
        using var folder = new TempFolder();
        Shell($"chown 1000:1000 {folder.Path}");
        var runtime = host.Services.GetRequiredService<ISandboxRuntime>();
        var rule = new EgressRule("git.example.com", 443, IPAddress.Loopback) with { Port = port };
        await using var sandbox = await runtime.CreateAsync(new SandboxSpecification(folder.Path, WorkspaceMode.Overlay, new SandboxLimits()) { Egress = rule }, Ending);
        var output = new Lines();
        var accepting = server.AcceptTcpClientAsync(Ending).AsTask();
        var script = $$"""
            import socket
            def ask(line):
                s = socket.create_connection(("127.0.0.1", 3128), 5)
                s.sendall((line + "\r\n\r\n").encode())
                return s, s.recv(200).decode().split("\r\n")[0]
            for line in ["CONNECT other.example.com:{{port}} HTTP/1.1", "CONNECT git.example.com:22 HTTP/1.1", "GET http://git.example.com/ HTTP/1.1", "CONNECT git.example.com.:{{port}} HTTP/1.1"]:
                print(ask(line)[1])
            s, answer = ask("CONNECT git.example.com:{{port}} HTTP/1.1")
            print(answer)
            s.sendall(b"ping")
            print(s.recv(10).decode())
            """;
        var running = sandbox.RunAsync(new SandboxCommand(["/usr/bin/python3", "-c", script]), output, Ending);
        using (var accepted = await accepting)
        {
            var stream = accepted.GetStream();
            var heard = new byte[4];
            await stream.ReadExactlyAsync(heard, Ending);
            await stream.WriteAsync("pong"u8.ToArray(), Ending);
            await running;
            Assert.Equal("ping"u8.ToArray(), heard);
        }

        Assert.Equal(string.Concat(Enumerable.Repeat("HTTP/1.1 403 Forbidden\n", 4)) + "HTTP/1.1 200 Connection established\npong\n", output.Text);
    }

    private static void Shell(string script)
    {
        using var shell = Process.Start("sh", ["-c", script]);
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }

    private sealed class Lines : ISandboxObserver
    {
        private readonly MemoryStream bytes = new();

        public string Text => System.Text.Encoding.UTF8.GetString(bytes.ToArray());

        public void Wrote(OutputStream stream, ReadOnlySpan<byte> written) => bytes.Write(written);

        public void Used(SandboxUsage usage)
        {
        }

        public void Labelled(SandboxLabel label)
        {
        }
    }
}
