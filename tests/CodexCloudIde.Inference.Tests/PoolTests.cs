using Microsoft.Extensions.Time.Testing;

namespace CodexCloudIde.Inference.Tests;

public sealed class PoolTests : IDisposable
{
    private readonly FakeTimeProvider time = new();
    private readonly List<Pool> pools = [];

    [Fact]
    public async Task Admit_SlotFree_IsImmediate()
    {
        var pool = MakePool(slots: 1);
        var admission = await pool.AdmitAsync(Call("a"), TestContext.Current.CancellationToken);
        Assert.Equal("b0", admission.Lease!.Backend.Name);
        admission.Lease.Dispose();
        Assert.Equal([new BackendState("pool", "b0", 1, 0, true)], pool.States);
    }

    [Fact]
    public async Task Release_BandsWait_InteractiveGoesFirst()
    {
        var (pool, held) = await Full();
        var order = new List<string>();
        var waits = Queue(pool, order, ("batch", Call("a", Band.Batch)), ("default", Call("b", Band.Default)), ("interactive", Call("c")));
        held.Dispose();
        await Task.WhenAll(waits);
        Assert.Equal(["interactive", "default", "batch"], order);
    }

    [Fact]
    public async Task Release_InteractiveWithoutEnd_LowerBandsGetTheirTurn()
    {
        var (pool, held) = await Full();
        var order = new List<string>();
        var waits = Queue(pool, order, [("batch", Call("z", Band.Batch)), .. Enumerable.Range(0, 40).Select(i => ("interactive", Call("a")))]);
        held.Dispose();
        await Task.WhenAll(waits);
        Assert.Equal(19, order.IndexOf("batch"));
    }

    [Fact]
    public async Task Release_OneTenantFloods_OthersTakeTurns()
    {
        var (pool, held) = await Full();
        var order = new List<string>();
        var waits = Queue(pool, order, ("a1", Call("a")), ("a2", Call("a")), ("a3", Call("a")), ("b1", Call("b")), ("b2", Call("b")));
        held.Dispose();
        await Task.WhenAll(waits);
        Assert.Equal(["a1", "b1", "a2", "b2", "a3"], order);
    }

    [Fact]
    public async Task Release_HeavierWeight_GetsMoreTurns()
    {
        var (pool, held) = await Full("seed");
        var order = new List<string>();
        var calls = Enumerable.Range(0, 6).SelectMany(_ => new[] { ("heavy", Call("h") with { Weight = 2 }), ("light", Call("l")) });
        var waits = Queue(pool, order, [.. calls]);
        held.Dispose();
        await Task.WhenAll(waits);
        Assert.Equal(4, order.Take(6).Count(name => name == "heavy"));
    }

    [Fact]
    public async Task Used_LessThanEstimated_IsCreditedToTheTenant()
    {
        var pool = MakePool(slots: 1);
        var first = (await pool.AdmitAsync(Call("z"), TestContext.Current.CancellationToken)).Lease!;
        var order = new List<string>();
        var waits = Queue(pool, order, ("b", Call("b")), ("b", Call("b")), ("b", Call("b")), ("z", Call("z")));
        first.Used(new TokenUsage(1, 0, 0));
        first.Dispose();
        await Task.WhenAll(waits);
        Assert.Equal(["b", "z", "b", "b"], order);
        Assert.Equal(0, pool.Waiting);
    }

    [Fact]
    public async Task Admit_CallerLeaves_QueueAndSlotAreFree()
    {
        var (pool, held) = await Full();
        using var leaving = new CancellationTokenSource();
        var waiting = pool.AdmitAsync(Call("a"), leaving.Token);
        Assert.Equal(1, pool.Waiting);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(0, pool.Waiting);
        held.Dispose();
        Assert.Equal(0, pool.States[0].Running);
    }

    [Fact]
    public async Task Admit_QueueFull_IsRejectedWithRetryAfter()
    {
        var pool = MakePool(slots: 1, limits: new PoolLimits(1, TimeSpan.FromMinutes(1)));
        using var held = (await pool.AdmitAsync(Call("a"), TestContext.Current.CancellationToken)).Lease!;
        var waiting = pool.AdmitAsync(Call("a"), TestContext.Current.CancellationToken);
        var refused = await pool.AdmitAsync(Call("b"), TestContext.Current.CancellationToken);
        Assert.Equal(new Rejection(RejectionReason.Busy, TimeSpan.FromSeconds(1)), refused.Rejection);
        held.Dispose();
        (await waiting).Lease!.Dispose();
    }

    [Fact]
    public async Task Batch_NeverTakesTheLastSlot()
    {
        var pool = MakePool(slots: 2);
        using var first = (await pool.AdmitAsync(Call("a", Band.Batch), TestContext.Current.CancellationToken)).Lease!;
        var second = pool.AdmitAsync(Call("a", Band.Batch), TestContext.Current.CancellationToken);
        using var interactive = (await pool.AdmitAsync(Call("b"), TestContext.Current.CancellationToken)).Lease!;
        Assert.False(second.IsCompleted);
        first.Dispose();
        (await second).Lease!.Dispose();
    }

    [Fact]
    public async Task Place_SameSession_KeepsItsBackend()
    {
        var pool = MakePool(slots: 4, backends: 4);
        var names = new HashSet<string>();
        for (var i = 0; i < 12; i++)
        {
            using var lease = (await pool.AdmitAsync(Call("a") with { Session = "s" }, TestContext.Current.CancellationToken)).Lease!;
            names.Add(lease.Backend.Name);
        }

        Assert.Single(names);
    }

    [Fact]
    public async Task Place_OtherSessions_SpreadOverBackends()
    {
        var pool = MakePool(slots: 1, backends: 3);
        var leases = new List<SlotLease>();
        for (var i = 0; i < 3; i++)
        {
            leases.Add((await pool.AdmitAsync(Call("a"), TestContext.Current.CancellationToken)).Lease!);
        }

        Assert.Equal(["b0", "b1", "b2"], leases.Select(lease => lease.Backend.Name).Order());
        leases.ForEach(lease => lease.Dispose());
    }

    [Fact]
    public async Task Breaker_FiveFailures_RejectsThenProbes()
    {
        var pool = MakePool(slots: 2);
        for (var i = 0; i < 5; i++)
        {
            using var lease = (await pool.AdmitAsync(Call("a"), TestContext.Current.CancellationToken)).Lease!;
            lease.Failed();
        }

        var refused = await pool.AdmitAsync(Call("a"), TestContext.Current.CancellationToken);
        Assert.Equal(new Rejection(RejectionReason.Unavailable, TimeSpan.FromSeconds(2)), refused.Rejection);

        time.Advance(TimeSpan.FromSeconds(2));
        var probe = (await pool.AdmitAsync(Call("a"), TestContext.Current.CancellationToken)).Lease!;
        var second = pool.AdmitAsync(Call("a"), TestContext.Current.CancellationToken);
        Assert.False(second.IsCompleted);
        probe.Succeeded();
        probe.Dispose();
        (await second).Lease!.Dispose();
        Assert.True(pool.States[0].Usable);
    }

    [Fact]
    public async Task Breaker_WaitersDuringPause_GoOnByThemselves()
    {
        var pool = MakePool(slots: 1);
        for (var i = 0; i < 4; i++)
        {
            using var lease = (await pool.AdmitAsync(Call("a"), TestContext.Current.CancellationToken)).Lease!;
            lease.Failed();
        }

        var last = (await pool.AdmitAsync(Call("a"), TestContext.Current.CancellationToken)).Lease!;
        var waiting = pool.AdmitAsync(Call("a"), TestContext.Current.CancellationToken);
        last.Failed();
        last.Dispose();
        Assert.False(waiting.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));
        (await waiting).Lease!.Dispose();
    }

    public void Dispose() => pools.ForEach(pool => pool.Dispose());

    private static InferenceRequest Call(string tenant, Band band = Band.Interactive) => new(tenant, band, 1000, 100);

    private static Task[] Queue(Pool pool, List<string> order, params (string Name, InferenceRequest Call)[] calls) =>
        [.. calls.Select(call => Note(call.Name, pool.AdmitAsync(call.Call, TestContext.Current.CancellationToken), order))];

    private static async Task Note(string name, Task<Admission> waiting, List<string> order)
    {
        using var lease = (await waiting).Lease!;
        lock (order)
        {
            order.Add(name);
        }
    }

    private Pool MakePool(int slots, int backends = 1, PoolLimits? limits = null)
    {
        var pool = new Pool("pool", Enumerable.Range(0, backends).Select(i => new BackendDefinition($"b{i}", null, slots)), limits ?? PoolLimits.Default, time);
        pools.Add(pool);
        return pool;
    }

    private async Task<(Pool Pool, SlotLease Held)> Full(string tenant = "a")
    {
        var pool = MakePool(slots: 1);
        return (pool, (await pool.AdmitAsync(Call(tenant), TestContext.Current.CancellationToken)).Lease!);
    }
}
