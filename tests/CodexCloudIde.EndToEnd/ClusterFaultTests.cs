using System.Security.Cryptography;
using System.Text;
using CodexCloudIde.Tests.Hosting;

namespace CodexCloudIde.EndToEnd;

/// <summary>Two processes on one data directory and one real Redis, a real browser at each, one document; one process is killed without warning.</summary>
public sealed class ClusterFaultTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const string Notes = "notes.txt";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Kill9_OfOneProcess_TheOtherServesBothAndNothingTypedIsLost(bool theWriter)
    {
        using var data = new TempFolder();
        await using var redis = await RedisServer.StartAsync();
        await using var one = await StartAsync(data, redis);
        await using var two = await StartAsync(data, redis);
        var workspace = await one.Client.NewWorkspaceAsync("empty");
        await one.Client.WriteAsync(workspace, Notes, "\n");

        // The document's writer lives where it was opened first, as far as the cluster is asked nothing else.
        using var doorOfOne = new FrontDoor(one.Address);
        using var doorOfTwo = new FrontDoor(two.Address);
        var front = await Typist.OpenAsync(chromium, doorOfOne.Address, workspace, Notes, "front");
        var back = await Typist.OpenAsync(chromium, doorOfTwo.Address, workspace, Notes, "back");
        await front.PutCursorAsync(atEnd: false);
        await back.PutCursorAsync(atEnd: true);
        await Task.WhenAll(front.TypeAsync(5), back.TypeAsync(5));
        await Task.WhenAll(front.UntilShownAsync($"{front.Typed}\n{back.Typed}"), back.UntilShownAsync($"{front.Typed}\n{back.Typed}"));

        var (dead, alive) = theWriter ? (one, two) : (two, one);
        var (cut, stays, door) = theWriter ? (front, back, doorOfOne) : (back, front, doorOfTwo);
        await Task.WhenAll(front.TypeAsync(15), back.TypeAsync(15), dead.KillAsync());
        await cut.UntilAsync("offline");
        await stays.TypeAsync(5);

        // The load balancer sends the browser on to the living one.
        door.Behind = alive.Address;
        await cut.TypeAsync(5);
        await Task.WhenAll(front.UntilAsync("saved"), back.UntilAsync("saved"));
        var expected = $"{front.Typed}\n{back.Typed}";
        await Task.WhenAll(front.UntilShownAsync(expected), back.UntilShownAsync(expected));
        var (text, hash) = await alive.DocumentAsync(workspace, Notes);
        Assert.Equal((expected, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(expected)))), (text, hash));
    }

    private static Task<IdeProcess> StartAsync(TempFolder data, RedisServer redis) => IdeProcess.StartAsync(data.Path, null, $"--Ide:Redis={redis.Configuration}", "--Ide:Cluster:ProbeSeconds=5");
}
