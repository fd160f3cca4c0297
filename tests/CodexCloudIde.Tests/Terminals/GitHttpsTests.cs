using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using CodexCloudIde.Sandboxing;
using CodexCloudIde.Sandboxing.Egress;
using CodexCloudIde.Tests.Hosting;
using CodexCloudIde.Workspaces;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CodexCloudIde.Tests.Terminals;

/// <summary>Clones over https from a real server, through the sandbox's one way out. Only the look-up of the name is the test's own.</summary>
public sealed class GitHttpsTests(IdeHost host) : IClassFixture<IdeHost>, IDisposable
{
    private readonly TempFolder repositories = new();
    private readonly TempFolder trust = new();
    private readonly TempFolder target = Owned();

    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    private string Authority => trust.Of("authority.pem");

    public void Dispose()
    {
        repositories.Dispose();
        trust.Dispose();
        target.Dispose();
    }

    [Fact]
    public async Task Clone_OverHttps_ArrivesWithItsRemote()
    {
        await using var server = await StartAsync();
        Assert.Null(await Git().CloneAsync(new GitSource(UrlOf(server.Port), "side"), target.Path, Ending));
        Assert.Equal("two\n", await File.ReadAllTextAsync(target.Of("b.txt"), Ending));
        var remote = await Git().RunAsync(target.Path, ["remote", "get-url", "origin"], Ending);
        Assert.Equal(UrlOf(server.Port) + "\n", remote.Value!.Output);
    }

    [Fact]
    public async Task Clone_WithCredential_IsAskedForAndNotKept()
    {
        await using var server = await StartAsync("s3cret-token");
        var without = await Git().CloneAsync(new GitSource(UrlOf(server.Port)), target.Path, Ending);
        Assert.Equal((422, "git-failed", 0), (without!.Status, without.Type, Directory.EnumerateFileSystemEntries(target.Path).Count()));
        Assert.Null(await Git().CloneAsync(new GitSource(UrlOf(server.Port), Credential: "s3cret-token"), target.Path, Ending));
        foreach (var file in Directory.EnumerateFiles(target.Path, "*", SearchOption.AllDirectories))
        {
            Assert.DoesNotContain("s3cret", await File.ReadAllTextAsync(file, Ending), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Clone_FromAnUnknownAuthority_IsRefusedByGit()
    {
        await using var server = await StartAsync();
        var refusal = await Git(new GitOptions()).CloneAsync(new GitSource(UrlOf(server.Port)), target.Path, Ending);
        Assert.Equal((422, "git-failed"), (refusal!.Status, refusal.Type));
        Assert.Contains("certificate", refusal.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clone_NobodyListens_SaysSo()
    {
        var refusal = await Git(new GitOptions()).CloneAsync(new GitSource(UrlOf(FreePorts.Take())), target.Path, Ending);
        Assert.Equal((422, "git-failed", "git could not clone this: the host refuses the connection or cannot be reached."), (refusal!.Status, refusal.Type, refusal.Detail));
    }

    [Fact]
    public async Task Clone_HostThatIsSilent_IsGivenUp()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var refusal = await Git(new GitOptions { Patience = TimeSpan.FromSeconds(1) }).CloneAsync(new GitSource(UrlOf(((IPEndPoint)silent.LocalEndpoint).Port)), target.Path, Ending);
        Assert.Equal((422, "git-failed", "git could not clone this: the host does not answer over https."), (refusal!.Status, refusal.Type, refusal.Detail));
    }

    [Fact]
    public async Task Clone_NameOfAPrivateAddress_IsRefusedBeforeAnythingRuns()
    {
        var git = new SandboxGit(host.Services.GetRequiredService<ISandboxRuntime>(), new EgressResolver((_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("93.184.216.34"), IPAddress.Parse("10.0.0.7")]), EgressResolver.IsPublic), Options.Create(new GitOptions()));
        var refusal = await git.CloneAsync(new GitSource(UrlOf(443)), target.Path, Ending);
        Assert.Equal((422, "git-refused"), (refusal!.Status, refusal.Type));
    }

    private static string UrlOf(int port) => $"https://{GitHttpsServer.Host}:{port}/team/project.git";

    private static TempFolder Owned()
    {
        var folder = new TempFolder();
        using var chown = Process.Start("chown", ["1000:1000", folder.Path]);
        chown.WaitForExit();
        return folder;
    }

    private SandboxGit Git(GitOptions? options = null) => new(
        host.Services.GetRequiredService<ISandboxRuntime>(),
        new EgressResolver((name, _) => name == GitHttpsServer.Host ? Task.FromResult<IPAddress[]>([IPAddress.Loopback]) : throw new SocketException(), _ => true),
        Options.Create(options ?? new GitOptions { CertificateAuthorities = Authority }));

    private async Task<GitHttpsServer> StartAsync(string? token = null)
    {
        var script = $"""
            set -e
            chmod 755 {trust.Path}
            git init -q -b main {repositories.Path}/work; cd {repositories.Path}/work
            export GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x@example.com GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x@example.com
            echo one > a.txt; git add -A; git commit -qm first; git checkout -q -b side; echo two > b.txt; git add -A; git commit -qm second; git checkout -q main
            git clone -q --bare . {repositories.Path}/team/project.git
            """;
        using var shell = Process.Start("/bin/sh", ["-c", script]);
        await shell.WaitForExitAsync(Ending);
        Assert.Equal(0, shell.ExitCode);
        return await GitHttpsServer.StartAsync(repositories.Path, Authority, token);
    }
}
