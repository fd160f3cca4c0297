using CodexCloudIde.Api;
using CodexCloudIde.Documents.Presence;
using CodexCloudIde.Storage;
using CodexCloudIde.Tenants;
using CodexCloudIde.Text;
using CodexCloudIde.Workspaces;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace CodexCloudIde.Documents;

/// <summary>The hub of API.md: is this connection allowed this document now? Forward. Errors are values; the connection stays.</summary>
internal sealed class DocumentHub(
    WorkspaceAccess access, AccessWatch watch, WorkspaceWatch members, WorkspaceEvents events, WorkspaceFolder folder, DocumentFeeds feeds, DocumentCalls calls, TenantRates rates,
    IGrainFactory grains, IOptions<DocumentOptions> options, TimeProvider time) : Hub
{
    private const int LongestClientId = 100;
    private const int MostRanges = 200;

    private static readonly TimeSpan PresenceRenewal = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan PresencePause = TimeSpan.FromMilliseconds(50);

    private DocumentConnection Connection => (DocumentConnection)Context.Items[nameof(DocumentConnection)]!;

    private DocumentLimits Limits => new(
        options.Value.LargestOperation, options.Value.MostSteps, options.Value.OperationsPerSecond, options.Value.LargestDocument);

    public override async Task OnConnectedAsync()
    {
        var caller = Callers.Of(Context.User);
        Context.Items[nameof(DocumentConnection)] = new DocumentConnection(caller, options.Value, rates.Of(caller.Tenant), time);
        var context = Context;
        var ended = watch.Watch(caller).Register(context.Abort);
        Context.ConnectionAborted.Register(ended.Dispose);
        await base.OnConnectedAsync();
    }

    public override async Task OnDisconnectedAsync(Exception? exception)
    {
        foreach (var id in Connection.Opened.Keys) await CloseAsync(id);
        await base.OnDisconnectedAsync(exception);
    }

    public Task<OpenResponse> Open(OpenRequest? request) => Connection.InTurnAsync(() => OpenAsync(request));

    public async Task<SubmitResponse> Submit(SubmitRequest? request)
    {
        if (ReferenceEquals(request, SubmitRequest.TooLarge)) return SubmitResponse.Refused("tooLarge");
        if (Connection.Find(request?.DocumentId) is not { } opened) return SubmitResponse.Refused("notFound");
        if (opened.Feed.IsGone) return SubmitResponse.Refused("gone");
        if (!opened.CanEdit) return SubmitResponse.Refused("forbidden");
        if (request!.ClientId is not { Length: > 0 and <= LongestClientId } client) return SubmitResponse.Refused("invalidOperation");
        if (request.Operation is not { Fault: TextFault.None, Operation: { } operation }) return SubmitResponse.Refused("invalidOperation");
        if (operation.InsertedLength > options.Value.LargestOperation || operation.Steps.Length > options.Value.MostSteps) return SubmitResponse.Refused("tooLarge");
        if (!Connection.MaySend(operation.InsertedLength, opened.Feed.BehindOf(request.BaseRevision))) return SubmitResponse.Refused("tooFast");

        var edit = new SubmittedEdit(client, request.ClientSequence, request.BaseRevision, operation, Connection.Actor);
        try
        {
            var result = await opened.Feed.SubmitAsync(Connection.Caller.Tenant, edit, Context.ConnectionAborted);
            return result.Error is { } error ? SubmitResponse.Refused(error) : new SubmitResponse(result.Revision, result.Operation);
        }
        catch (Exception exception) when (DocumentCalls.IsOutage(exception))
        {
            // Not acknowledged, so the client keeps it and sends it again.
            return SubmitResponse.Refused(DiskFull.Is(exception) ? "diskFull" : "unavailable");
        }
    }

    /// <summary>Writes the file now; it would be written by itself soon.</summary>
    public Task<SubmitResponse> Save(DocumentRequest? request) => Connection.InTurnAsync(() => SaveAsync(request));

    public async Task Close(DocumentRequest? request)
    {
        if (request?.DocumentId is { } id) await CloseAsync(id);
    }

    public async Task SetCursor(CursorRequest? request)
    {
        if (Connection.Find(request?.DocumentId) is not { } opened || opened.Feed.IsGone || !Connection.MaySend(0)) return;
        var ranges = request!.Ranges?.Where(range => range is { Anchor: >= 0, Head: >= 0 }).Take(MostRanges).ToList() ?? [];
        if (ranges.Count > 0) await BePresentAsync(opened.Feed);
        await calls.Of(opened.Feed.Key).SetCursorAsync(new CursorMoved(Connection.Actor, Context.ConnectionId, request.Revision, ranges));
    }

    private async Task<OpenResponse> OpenAsync(OpenRequest? request)
    {
        if (request is null || !WorkspaceId.TryParse(request.WorkspaceId, null, out var workspace)) return OpenResponse.Refused("notFound");
        var path = WorkspacePath.Parse(request.Path);
        if (!path.Succeeded) return OpenResponse.Refused("notFound", path.Refusal.Detail);
        if (Connection.Opened.Count >= options.Value.OpenDocuments) return OpenResponse.Refused("tooManyOpen", "Close documents before you open more.");
        if (request.Checkout is { } checkout && !WorkspaceRef.IsCheckout(checkout)) return OpenResponse.Refused("notFound");

        try
        {
            // 1. Allowed? Found out here, remembered for the connection; a change of members finds it out anew.
            var (found, canEdit) = await FindAsync(workspace);
            if (!found.Succeeded) return OpenResponse.Refused(CodeOf(found.Refusal), found.Refusal.Detail);
            var key = new DocumentKey(found.Value with { Checkout = request.Checkout ?? found.Value.Checkout }, path.Value);
            if (request.MostBytes is { } most && folder.Find(key.Workspace, key.Path) is { Succeeded: true, Value.Size: var size } && size > most)
            {
                return OpenResponse.Refused("tooLarge", $"The file has {size} bytes, more than the {most} that were asked for at most.");
            }

            return await OpenAsync(key, workspace, canEdit, request.KnownRevision);
        }
        catch (OperationCanceledException) when (Context.ConnectionAborted.IsCancellationRequested)
        {
            // Nobody hears the answer.
            return OpenResponse.Refused("unavailable");
        }
        catch (Exception exception) when (DocumentCalls.IsOutage(exception))
        {
            return OpenResponse.Refused("unavailable", DiskFull.Is(exception) ? DiskFull.Refusal.Detail : "The document cannot be read at the moment; it is tried again.");
        }
    }

    private async Task<SubmitResponse> SaveAsync(DocumentRequest? request)
    {
        if (Connection.Find(request?.DocumentId) is not { } opened) return SubmitResponse.Refused("notFound");
        try
        {
            var revision = await calls.RetryAsync(opened.Feed.Key, document => document.SaveAsync(), Context.ConnectionAborted);
            return revision is null ? SubmitResponse.Refused("gone") : new SubmitResponse(revision, null);
        }
        catch (Exception exception) when (DocumentCalls.IsOutage(exception))
        {
            return SubmitResponse.Refused(DiskFull.Is(exception) ? "diskFull" : "unavailable");
        }
    }

    /// <summary>The rest of the workspace is told of another file, not of every step in it.</summary>
    private async Task BePresentAsync(DocumentFeed feed)
    {
        if (feed.Key.Workspace.Checkout != WorkspaceRef.Live) return;
        // Not for every step, and not for somebody who jumps to and fro faster than anybody could follow.
        if (Connection.Place is { } place && time.GetElapsedTime(place.At) < (place.Feed == feed ? PresenceRenewal : PresencePause)) return;
        Connection.Place = (feed, time.GetTimestamp());
        await grains.GetGrain<IPresenceGrain>(feed.Key.Workspace.ToString()).MovedAsync(Context.ConnectionId, Connection.Actor, feed.Key.Path);
    }

    private static string CodeOf(Refusal refusal) => refusal.Status switch
    {
        404 or 400 => "notFound",
        403 => "forbidden",
        413 => "tooLarge",
        _ => refusal.Type,
    };

    private async Task<(Outcome<WorkspaceRef> Found, bool CanEdit)> FindAsync(WorkspaceId workspace)
    {
        var found = await access.FindAsync(Connection.Caller, workspace, Role.Developer, Context.ConnectionAborted);
        return found is { Succeeded: false, Refusal.Status: 403 }
            ? (await access.FindAsync(Connection.Caller, workspace, Role.Viewer, Context.ConnectionAborted), false)
            : (found, found.Succeeded);
    }

    private async Task<OpenResponse> OpenAsync(DocumentKey key, WorkspaceId workspace, bool canEdit, long? knownRevision)
    {
        // 2. Listen first, then read: nothing falls between. An event may overtake this answer; clients order by revision.
        var joined = await feeds.JoinAsync(key, Context.ConnectionId, Context.ConnectionAborted);
        if (!joined.Succeeded) return OpenResponse.Refused(CodeOf(joined.Refusal), joined.Refusal.Detail);
        var feed = joined.Value;
        var state = await calls.RetryAsync(key, document => document.OpenAsync(Connection.Caller.Tenant, knownRevision), Context.ConnectionAborted);
        if (!state.Succeeded)
        {
            await feeds.LeaveAsync(feed, Context.ConnectionId);
            return OpenResponse.Refused(CodeOf(state.Refusal), state.Refusal.Detail);
        }

        feed.Identify(state.Value.DocumentId, state.Value.Length);
        if (!Connection.Opened.ContainsKey(state.Value.DocumentId) && feed.IsOnlyOf(Context.ConnectionId) && feeds.UnitsOf(Connection.Caller.Tenant) > options.Value.TenantOpenUnits)
        {
            await feeds.LeaveAsync(feed, Context.ConnectionId);
            return OpenResponse.Refused("tooManyOpen", "Your organisation has too much text open at once. Close large files before you open more.");
        }

        Connection.Opened[state.Value.DocumentId] = new OpenedDocument(feed, canEdit);
        WatchMembers(workspace, canEdit ? Role.Developer : Role.Viewer);
        return new OpenResponse(
            state.Value.DocumentId, state.Value.Revision, state.Value.Text, state.Value.Edits?.Select(feed.MessageOf).ToList(), state.Value.Hash, Limits, !canEdit,
            LineEnding: state.Value.LineEnding, Encoding: state.Value.Encoding,
            Cursors: state.Value.Cursors.Where(cursor => cursor.Source != Context.ConnectionId).Select(feed.MessageOf).ToList());
    }

    private async Task CloseAsync(string documentId)
    {
        if (!Connection.Opened.TryRemove(documentId, out var opened)) return;
        await feeds.LeaveAsync(opened.Feed, Context.ConnectionId);
        try
        {
            if (Connection.Place is { } place && place.Feed == opened.Feed)
            {
                Connection.Place = null;
                await grains.GetGrain<IPresenceGrain>(opened.Feed.Key.Workspace.ToString()).MovedAsync(Context.ConnectionId, Connection.Actor, null);
            }

            if (!opened.Feed.IsGone) await calls.Of(opened.Feed.Key).SetCursorAsync(new CursorMoved(Connection.Actor, Context.ConnectionId, 0, Array.Empty<CursorRange>()));
        }
        catch (Exception exception) when (DocumentCalls.IsOutage(exception))
        {
            // Who shows the cursor hears of the writer's end anyway.
        }
    }

    /// <summary>Ends the connection when its person's role in the workspace changes: it comes back and is asked anew.</summary>
    private void WatchMembers(WorkspaceId workspace, Role needed)
    {
        if (!Connection.Watched.TryAdd(workspace, true)) return;
        var (context, caller) = (Context, Connection.Caller);
        var member = members.Watch(caller, workspace, needed);
        var ended = member.Ended.Register(context.Abort);
        // Also when it grows, which takes nothing away from what is open but lets one do more.
        var changed = events.Listen(new WorkspaceRef(caller.Tenant, workspace), "member.changed", happened =>
        {
            if (happened.Data.Contains(caller.User.ToString(), StringComparison.Ordinal)) context.Abort();
        });
        context.ConnectionAborted.Register(() =>
        {
            changed.Dispose();
            ended.Dispose();
            member.Dispose();
        });
    }
}
