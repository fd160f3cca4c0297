namespace CodexCloudIde.Sandboxing.Tests;

public sealed class FairTurnsTests
{
    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Take_ByAGreedyOne_LeavesTurnsToOthers()
    {
        var turns = new FairTurns<string>(4, 3);
        var greedy = Enumerable.Range(0, 10).Select(_ => turns.TakeAsync("greedy", Ending)).ToList();
        Assert.Equal(3, greedy.Count(turn => turn.IsCompleted));
        Assert.Equal(7, turns.Waiting("greedy"));
        var other = await turns.TakeAsync("other", Ending);

        // Whoever holds fewer is next, however long the greedy one has waited.
        var another = turns.TakeAsync("other", Ending);
        Assert.False(another.IsCompleted);
        (await greedy[0]).Dispose();
        await another;
        Assert.Equal(7, turns.Waiting("greedy"));
        other.Dispose();
        await greedy[3];
    }

    [Fact]
    public async Task TryTake_OnlyWhatIsFree()
    {
        var turns = new FairTurns<string>(2, 1);
        using var first = turns.TryTake("a");
        Assert.NotNull(first);
        Assert.Null(turns.TryTake("a"));
        using var second = turns.TryTake("b");
        Assert.NotNull(second);
        var waiting = turns.TakeAsync("c", Ending);
        Assert.Null(turns.TryTake("d"));
        second.Dispose();
        (await waiting).Dispose();
    }

    [Fact]
    public async Task Take_GivenUp_LeavesTheLine()
    {
        var turns = new FairTurns<string>(1, 1);
        var held = await turns.TakeAsync("a", Ending);
        using var impatient = new CancellationTokenSource();
        var waiting = turns.TakeAsync("b", impatient.Token);
        var next = turns.TakeAsync("c", Ending);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(0, turns.Waiting("b"));
        held.Dispose();
        held.Dispose();
        (await next).Dispose();
        (await turns.TakeAsync("b", Ending)).Dispose();
    }

    [Fact]
    public async Task Take_ByManyAtOnce_NeverMoreThanThereAre()
    {
        var turns = new FairTurns<int>(5, 2);
        var (now, most) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, 400).Select(async i =>
        {
            using var turn = await turns.TakeAsync(i % 7, Ending);
            most = Math.Max(most, Interlocked.Increment(ref now));
            await Task.Yield();
            Interlocked.Decrement(ref now);
        }));
        Assert.InRange(most, 1, 5);
        Assert.Equal(0, now);
    }
}
