using CodexCloudIde.Tenants;
using CodexCloudIde.Workspaces;
using Microsoft.AspNetCore.SignalR;

namespace CodexCloudIde.Terminals;

/// <summary>The hub of API.md: is this the account whose terminal this is? Forward. Errors are values; the connection stays.</summary>
internal sealed class TerminalHub(TerminalRegistry terminals, AccessWatch watch, WorkspaceWatch members) : Hub
{
    private const int LargestInput = 128 * 1024;

    private Caller Caller => Callers.Of(Context.User);

    public override async Task OnConnectedAsync()
    {
        var context = Context;
        var registration = watch.Watch(Caller).Register(context.Abort);
        context.ConnectionAborted.Register(registration.Dispose);
        await base.OnConnectedAsync();
    }

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        terminals.Detach(Context.ConnectionId);
        return base.OnDisconnectedAsync(exception);
    }

    public async Task<TerminalAnswer> Open(OpenTerminal? request)
    {
        if (request is null || !WorkspaceId.TryParse(request.WorkspaceId, null, out var workspace))
        {
            return new TerminalAnswer(null, "notFound");
        }

        try
        {
            var opened = await terminals.OpenAsync(Caller, workspace, Context.ConnectionId, request.Columns, request.Rows, Context.ConnectionAborted);
            if (opened.Refusal is { } refusal)
            {
                return new TerminalAnswer(null, CodeOf(refusal.Type), refusal.Detail);
            }

            EndWith(workspace);
            return new TerminalAnswer(opened.Value);
        }
        catch (OperationCanceledException) when (Context.ConnectionAborted.IsCancellationRequested)
        {
            // Nobody hears the answer.
            return new TerminalAnswer(null, "unavailable");
        }
    }

    public void Input(TerminalInput? request)
    {
        if (request?.Bytes is { Length: > 0 and <= LargestInput } bytes)
        {
            terminals.Find(Caller, request.TerminalId)?.Input(bytes);
        }
    }

    public void Resize(TerminalSize? request) => terminals.Find(Caller, request?.TerminalId)?.Resize(request!.Columns, request.Rows);

    public void Acknowledge(TerminalAcknowledgement? request) => terminals.Find(Caller, request?.TerminalId)?.Acknowledge(Context.ConnectionId, request!.Offset);

    public TerminalAnswer Attach(AttachTerminal? request)
    {
        if (terminals.Find(Caller, request?.TerminalId) is not { } terminal)
        {
            return new TerminalAnswer(null, "notFound");
        }

        EndWith(terminal.Workspace.Workspace);
        return new TerminalAnswer(terminal.Id, Offset: terminal.Attach(Context.ConnectionId, request!.FromOffset));
    }

    /// <summary>For a page that comes anew: which terminals are there to be attached.</summary>
    public TerminalList List(ListTerminals? request) =>
        new(WorkspaceId.TryParse(request?.WorkspaceId, null, out var workspace)
            ? [.. terminals.Of(Caller, workspace).Select(terminal => new ListedTerminal(terminal.Id, terminal.IsAttached))]
            : []);

    public async Task Close(CloseTerminal? request)
    {
        if (terminals.Find(Caller, request?.TerminalId) is { } terminal)
        {
            await terminals.CloseAsync(terminal);
        }
    }

    /// <summary>The connection closes when the person may no longer use the workspace whose terminal it shows.</summary>
    private void EndWith(WorkspaceId workspace)
    {
        if (!Context.Items.TryAdd(workspace, null))
        {
            return;
        }

        var context = Context;
        var member = members.Watch(Caller, workspace, Role.Developer);
        var ended = member.Ended.Register(context.Abort);
        context.ConnectionAborted.Register(() =>
        {
            ended.Dispose();
            member.Dispose();
        });
    }

    private static string CodeOf(string type) => type switch
    {
        "not-found" => "notFound",
        "no-sandbox-runtime" => "noRuntime",
        _ => type,
    };
}
