using CodexCloudIde.Tenants;
using Orleans.Concurrency;

namespace CodexCloudIde.Documents.Presence;

/// <summary>Somebody at work in a workspace.</summary>
/// <param name="Source">A connection of a person, or the agent: one person may be here in several windows.</param>
/// <param name="Actor">Who it is.</param>
/// <param name="Path">The file that their cursor is in.</param>
[GenerateSerializer, Immutable]
internal sealed record Present([property: Id(0)] string Source, [property: Id(1)] Actor Actor, [property: Id(2)] string Path);

/// <summary>Who is in which file of a workspace; the key is the <see cref="Workspaces.WorkspaceRef"/> of its live checkout. Only in memory.</summary>
internal interface IPresenceGrain : IGrainWithStringKey
{
    /// <summary>A cursor is in this file now; null: it is gone. Repeated now and then while somebody is there.</summary>
    [OneWay]
    Task MovedAsync(string source, Actor actor, string? path);

    Task<IReadOnlyList<Present>> ListAsync();
}
