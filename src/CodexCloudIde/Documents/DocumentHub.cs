using CodexCloudIde.Api;
using CodexCloudIde.Storage;
using CodexCloudIde.Tenants;
using CodexCloudIde.Text;
using CodexCloudIde.Workspaces;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace CodexCloudIde.Documents;

/// <summary>The hub of API.md: is this connection allowed this document now? Forward. Errors are values; the connection stays.</summary>
internal sealed class DocumentHub(
    WorkspaceAccess access, AccessWatch watch, WorkspaceWatch members, WorkspaceEvents events, DocumentFeeds feeds, DocumentCalls calls, TenantRates rates,
    IOptions<DocumentOptions> options, TimeProvider time) : Hub
{
    private const int LongestClientId = 100;
    private const int MostRanges = 200;

    private DocumentConnection Connection => (DocumentConnection)Context.Items[nameof(DocumentConnection)]!;

    private DocumentLimits Limits => new(
        options.Value.LargestOperation, options.Value.MostSteps, options.Value.OperationsPerSecond, options.Value.LargestFile);

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

    public async Task<OpenResponse> Open(OpenRequest? request)
    {
        if (request is null || !WorkspaceId.TryParse(request.WorkspaceId, null, out var workspace)) return OpenResponse.Refused("notFound");
        var path = WorkspacePath.Parse(request.Path);
        if (!path.Succeeded) return OpenResponse.Refused("notFound", path.Refusal.Detail);
        if (Connection.Opened.Count >= options.Value.OpenDocuments) return OpenResponse.Refused("tooManyOpen", "Close documents before you open more.");
        if (!IsCheckout(request.Checkout)) return OpenResponse.Refused("notFound");

        try
        {
            // 1. Allowed? Found out here, remembered for the connection; a change of members finds it out anew.
            var (found, canEdit) = await FindAsync(workspace);
            if (!found.Succeeded) return OpenResponse.Refused(CodeOf(found.Refusal), found.Refusal.Detail);
            var key = new DocumentKey(found.Value with { Checkout = request.Checkout ?? found.Value.Checkout }, path.Value);
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

    public async Task<SubmitResponse> Submit(SubmitRequest? request)
    {
        if (Connection.Find(request?.DocumentId) is not { } opened) return SubmitResponse.Refused("notFound");
        if (opened.Feed.IsGone) return SubmitResponse.Refused("gone");
        if (!opened.CanEdit) return SubmitResponse.Refused("forbidden");
        if (request!.ClientId is not { Length: > 0 and <= LongestClientId } client) return SubmitResponse.Refused("invalidOperation");
        if (request.Operation is not { Fault: TextFault.None, Operation: { } operation }) return SubmitResponse.Refused("invalidOperation");
        if (operation.InsertedLength > options.Value.LargestOperation || operation.Steps.Length > options.Value.MostSteps) return SubmitResponse.Refused("tooLarge");
        if (!Connection.MaySend(operation.InsertedLength)) return SubmitResponse.Refused("tooFast");

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
    public async Task<SubmitResponse> Save(DocumentRequest? request)
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

    public async Task Close(DocumentRequest? request)
    {
        if (request?.DocumentId is { } id) await CloseAsync(id);
    }

    public async Task SetCursor(CursorRequest? request)
    {
        if (Connection.Find(request?.DocumentId) is not { } opened || opened.Feed.IsGone || !Connection.MaySend(0)) return;
        var ranges = request!.Ranges?.Where(range => range is { Anchor: >= 0, Head: >= 0 }).Take(MostRanges).ToList() ?? [];
        await calls.Of(opened.Feed.Key).SetCursorAsync(new CursorMoved(Connection.Actor, Context.ConnectionId, request.Revision, ranges));
    }

    private static bool IsCheckout(string? checkout) => checkout is null || (checkout.Length is > 0 and <= 64 && checkout != "staging" && checkout.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'));

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

        feed.Identify(state.Value.DocumentId);
        Connection.Opened[state.Value.DocumentId] = new OpenedDocument(feed, canEdit);
        WatchMembers(workspace, canEdit ? Role.Developer : Role.Viewer);
        foreach (var cursor in feed.Cursors) await Clients.Caller.SendAsync("Cursor", feed.MessageOf(cursor));
        return new OpenResponse(
            state.Value.DocumentId, state.Value.Revision, state.Value.Text, state.Value.Edits?.Select(feed.MessageOf).ToList(), state.Value.Hash, Limits, !canEdit,
            LineEnding: state.Value.LineEnding, Encoding: state.Value.Encoding);
    }

    private async Task CloseAsync(string documentId)
    {
        if (!Connection.Opened.TryRemove(documentId, out var opened)) return;
        await feeds.LeaveAsync(opened.Feed, Context.ConnectionId);
        try
        {
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
        context.ConnectionAborted.Register(() =>
        {
            ended.Dispose();
            member.Dispose();
        });
        _ = WatchAsync();

        // Also when it grows, which takes nothing away from what is open but lets one do more.
        async Task WatchAsync()
        {
            try
            {
                await foreach (var happened in events.Subscribe(new WorkspaceRef(caller.Tenant, workspace), context.ConnectionAborted))
                {
                    if (happened.Type == "member.changed" && happened.Data.Contains(caller.User.ToString(), StringComparison.Ordinal)) context.Abort();
                }
            }
            catch (OperationCanceledException)
            {
                // The connection has ended.
            }
        }
    }
}
