using System.Net.Http.Json;
using System.Text.Json;
using CodexCloudIde.Tests.Hosting;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Tests.Workspaces;

public sealed class SearchTests(IdeHost host) : IClassFixture<IdeHost>
{
    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    private static async Task<IReadOnlyList<string>> FindAsync(WorkspaceClient workspace, string query)
    {
        var found = await workspace.Http.GetFromJsonAsync<JsonElement>(workspace.Url("/search?" + query), Ending);
        return
        [
            .. found.GetProperty("items").EnumerateArray().Select(match =>
                $"{match.GetProperty("path").GetString()}:{match.GetProperty("line").GetInt32()}:{match.GetProperty("column").GetInt32()} {match.GetProperty("preview").GetString()}"),
        ];
    }

    private async Task<WorkspaceClient> FilledAsync()
    {
        var workspace = await WorkspaceClient.CreateAsync(host);
        await workspace.WriteAsync("src/a.py", "import os\r\ndef main():\r\n    raise KeyError('🦊', 'key')\r\n");
        await workspace.WriteAsync("src/b.js", "const keyerror = 1;\nkeyError.x");
        await workspace.WriteAsync("node_modules/x/index.js", "KeyError");
        using var binary = await workspace.PutAsync("data.bin", [.. "KeyError"u8, 0, 1, 2]);
        using var invalid = await workspace.PutAsync("latin1.txt", [0xe9, .. " KeyError"u8]);
        return workspace;
    }

    [Fact]
    public async Task Search_Text_FindsLineAndColumnInTextFilesOnly()
    {
        var workspace = await FilledAsync();
        Assert.Equal(
            ["src/a.py:3:11     raise KeyError('🦊', 'key')", "src/b.js:1:7 const keyerror = 1;", "src/b.js:2:1 keyError.x", "latin1.txt:1:3 \ufffd KeyError"],
            (await FindAsync(workspace, "q=keyerror")).OrderBy(line => line.StartsWith("latin1", StringComparison.Ordinal)));
        Assert.Equal(["src/a.py:3:11     raise KeyError('🦊', 'key')"], await FindAsync(workspace, "q=KeyError&matchCase=true&glob=*.py"));
    }

    [Theory]
    [InlineData("q=key%5C.x&regex=true", 0)]
    [InlineData("q=error%5C.x&regex=true", 1)]
    [InlineData("q=%5Eimport&regex=true", 1)]
    [InlineData("q=keyerror&glob=src/**", 3)]
    [InlineData("q=keyerror&glob=**/*.%7Bjs,py%7D", 3)]
    [InlineData("q=keyerror&glob=!*.js", 2)]
    [InlineData("q=keyerror&limit=1", 1)]
    [InlineData("q=nowhere", 0)]
    public async Task Search_RegexGlobLimit_AreHonoured(string query, int count) => Assert.Equal(count, (await FindAsync(await FilledAsync(), query)).Count);

    [Theory]
    [InlineData("q=", "invalid-query")]
    [InlineData("q=(&regex=true", "invalid-regex")]
    [InlineData("q=(a)%5C1&regex=true", "invalid-regex")]
    [InlineData("q=(%3F%3Da)&regex=true", "invalid-regex")]
    [InlineData("q=a&glob=%7Bx", "invalid-glob")]
    [InlineData("regex=true", "malformed-request")]
    public async Task Search_BadQuery_Is400(string query, string type)
    {
        var workspace = await WorkspaceClient.CreateAsync(host);
        using var answer = await workspace.Http.GetAsync(workspace.Url("/search?" + query), Ending);
        Assert.Equal((400, type), await WorkspaceClient.ProblemAsync(answer));
    }

    [Fact]
    public async Task Search_ExpressionThatWouldBacktrack_EndsWithoutMatch()
    {
        var workspace = await WorkspaceClient.CreateAsync(host);
        await workspace.WriteAsync("a.txt", new string('a', 1_000_000) + "b");
        Assert.Empty(await FindAsync(workspace, "q=(a%2Ba%2B)%2Bc&regex=true"));
    }

    [Fact]
    public async Task Search_LongLine_PreviewIsCut()
    {
        var workspace = await WorkspaceClient.CreateAsync(host);
        await workspace.WriteAsync("a.txt", new string('x', 100_000) + "needle" + new string('y', 100_000));
        var found = Assert.Single(await FindAsync(workspace, "q=needle"));
        Assert.StartsWith("a.txt:1:100001 ", found);
        Assert.Contains("needle", found);
        Assert.InRange(found.Length, 50, 300);
    }

    [Theory]
    [InlineData("*.py", "a.py", true)]
    [InlineData("*.py", "src/deep/a.py", true)]
    [InlineData("src/*.py", "src/deep/a.py", false)]
    [InlineData("src/**/*.py", "src/a.py", true)]
    [InlineData("src", "src/a/b.txt", true)]
    [InlineData("a?c", "abc", true)]
    [InlineData("[ab].txt", "b.txt", true)]
    [InlineData("[!ab].txt", "b.txt", false)]
    [InlineData("{a,b}.txt,c.md", "c.md", true)]
    [InlineData("*.py,!test_*", "test_a.py", false)]
    [InlineData("a.b", "axb", false)]
    public void Glob_Pattern_MatchesAsEditorsDo(string pattern, string path, bool matches) => Assert.Equal(matches, Glob.Parse(pattern)!.Matches(path));

    [Theory]
    [InlineData("[z-a]")]
    [InlineData("{a,b")]
    [InlineData("[ab")]
    public void Glob_Malformed_IsNone(string pattern) => Assert.Null(Glob.Parse(pattern));
}
