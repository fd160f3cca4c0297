namespace CodexCloudIde.Agents;

/// <summary>A change under construction: the next state with the events and messages that it brings. Pure.</summary>
internal sealed record TaskDraft
{
    private readonly long firstEvent;
    private readonly DateTimeOffset now;

    public TaskDraft(TaskState state, DateTimeOffset now) => (State, this.now, firstEvent) = (state, now, state.NextEvent);

    public TaskState State { get; init; }

    public IReadOnlyList<(string Name, Func<TaskState, string> Json)> Events { get; init; } = [];

    public IReadOnlyList<TaskMessageRecord> Messages { get; init; } = [];

    public DateTimeOffset Now => now;

    /// <summary>An event whose data is an item, approval or turn.</summary>
    public TaskDraft Publish<T>(string name, T data) => this with { Events = [.. Events, (name, _ => TaskJson.Write(data))] };

    /// <summary>An event whose data is the whole task as it will be.</summary>
    public TaskDraft PublishTask(string name) => this with { Events = [.. Events, (name, state => TaskJson.Write(state.View()))] };

    public TaskDraft Change(Func<TaskState, TaskState> change) => this with { State = change(State) };

    public TaskDraft Start(Func<TaskItem, TaskItem> fill, out TaskItem started)
    {
        started = fill(new TaskItem($"i{State.NextItem}", "", "running", now));
        return (this with { State = State with { NextItem = State.NextItem + 1 } }).Publish("item.started", started);
    }

    /// <summary>An item that is whole as it begins, such as what a person wrote.</summary>
    public TaskDraft Add(Func<TaskItem, TaskItem> fill) => Add(fill, out _);

    public TaskDraft Add(Func<TaskItem, TaskItem> fill, out TaskItem added)
    {
        var draft = Start(item => fill(item) with { Status = "completed", CompletedAt = now }, out added);
        return draft.Publish("item.completed", added);
    }

    /// <summary>Messages to and from the model, in its own JSON.</summary>
    public TaskDraft Say(params IEnumerable<string> messages)
    {
        var number = State.NextMessage;
        var rows = messages.Select(json => new TaskMessageRecord
        {
            TenantId = State.Workspace.Tenant, TaskId = State.Id, Number = number++, AfterItem = State.NextItem - 1, Json = json,
        }).ToList();
        return this with { Messages = [.. Messages, .. rows], State = State with { NextMessage = number } };
    }

    /// <summary>Numbered, timed, ready to write.</summary>
    public (TaskDraft Draft, TaskAppend Append) Seal()
    {
        var state = State with { UpdatedAt = now, NextEvent = firstEvent + Events.Count };
        return (this with { State = state }, new TaskAppend(state, [.. Events.Select((happened, i) => new TaskEvent(firstEvent + i, happened.Name, happened.Json(state)))], Messages));
    }
}
