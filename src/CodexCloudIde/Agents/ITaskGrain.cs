using CodexCloudIde.Api;
using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;
using Orleans.Concurrency;

namespace CodexCloudIde.Agents;

/// <summary>Told that a task's log has grown; what is new is read from the log.</summary>
internal interface ITaskObserver : IGrainObserver
{
    [OneWay]
    Task AdvancedAsync(long lastEvent);
}

/// <summary>
/// One durable task; key: tenant/task. Every call is authorised again here. Requests are accepted and return at once; the turn runs as a job beside.
/// Answers are the API's JSON.
/// </summary>
internal interface ITaskGrain : IGrainWithStringKey
{
    Task<Outcome<string>> CreateAsync(Caller caller, WorkspaceRef workspace, string requestJson);

    /// <summary>A new task that knows what another one said, ready to be resumed.</summary>
    Task<Outcome<string>> CreateForkAsync(Caller caller, string fromTask, int throughItem);

    Task<Outcome<string>> GetAsync(Caller caller);

    Task<Outcome<string>> SayAsync(Caller caller, string text);

    Task<Outcome<string>> CancelAsync(Caller caller);

    Task<Outcome<string>> PauseAsync(Caller caller);

    Task<Outcome<string>> ResumeAsync(Caller caller);

    /// <param name="actionHash">When given, must be the approval's: what was shown is what is allowed.</param>
    Task<Outcome<string>> DecideAsync(Caller caller, string approval, string decision, bool always, string? actionHash);

    /// <summary><c>{files, hunks, unified}</c> as JSON.</summary>
    Task<Outcome<string>> DiffAsync(Caller caller);

    /// <param name="word">"all", "none", or null with <paramref name="accept"/>.</param>
    /// <param name="accept">Hunk ids.</param>
    /// <param name="reject">Hunk ids; null: everything that is not accepted. When given, the others wait for their own decision.</param>
    Task<Outcome<string>> ReviewAsync(Caller caller, string? word, string[] accept, string[]? reject);

    Task<Outcome<string>> RewindAsync(Caller caller, string toItem);

    /// <summary>Authorises, and tells the observer of growth for the next minutes; subscribe again to go on.</summary>
    /// <returns>Last event's sequence.</returns>
    Task<Outcome<long>> SubscribeAsync(Caller caller, ITaskObserver observer);

    /// <summary>The observer's reader has gone.</summary>
    [OneWay]
    Task UnsubscribeAsync(ITaskObserver observer);

    /// <summary>Activates the task: one that believes to run and does not becomes interrupted.</summary>
    Task LookAsync();
}
