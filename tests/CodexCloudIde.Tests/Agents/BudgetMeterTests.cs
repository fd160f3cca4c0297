using CodexCloudIde.Agents;
using CodexCloudIde.Models;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;
using Microsoft.Extensions.Time.Testing;

namespace CodexCloudIde.Tests.Agents;

public sealed class BudgetMeterTests : IDisposable
{
    private readonly FakeTimeProvider time = new();
    private readonly TaskRun run;
    private readonly TaskSession session;
    private readonly BudgetMeter meter;

    public BudgetMeterTests()
    {
        var now = time.GetUtcNow();
        var owner = new Caller(TenantId.New(), UserId.New(), "Owner", Role.Owner, "credential", 1);
        var state = new TaskState
        {
            Id = "t", Workspace = new WorkspaceRef(owner.Tenant, WorkspaceId.New()), Owner = owner, Kind = "ask", Mode = "auto", Model = "m", Priority = "default",
            Budget = new TaskBudget(10, 1_000, 0, Seconds: 60), Title = "t", State = TaskStates.Running, CreatedAt = now, UpdatedAt = now,
        };
        run = new TaskRun(time);
        session = new TaskSession(state, null!, null!, time, _ => { });
        meter = new BudgetMeter(session, run, ModelDefinition.From(new ModelOptions { Name = "m", Kind = "offline", Slots = 1 }));
    }

    [Fact]
    public void Seconds_Over_CancelWhatIsUnderWay()
    {
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal((null, false), (meter.Exceeded(), meter.Working.IsCancellationRequested));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(("60 seconds", true), (meter.Exceeded(), meter.Working.IsCancellationRequested));
    }

    [Fact]
    public async Task Seconds_WhileAPersonIsAsked_StandStill()
    {
        time.Advance(TimeSpan.FromSeconds(50));
        var waiting = run.WaitAsync(run.Expect("a"), "a", TimeSpan.FromHours(2));
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal((null, false), (meter.Exceeded(), meter.Working.IsCancellationRequested));
        Assert.True(run.Decide("a", new Decision(true, false, Actor.System)));
        await waiting;
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.Null(meter.Exceeded());
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("60 seconds", meter.Exceeded());
    }

    public void Dispose()
    {
        meter.Dispose();
        session.Dispose();
        run.Dispose();
    }
}
