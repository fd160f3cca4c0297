using System.Text.Json;
using CodexCloudIde.Api;
using CodexCloudIde.Documents.Files;
using CodexCloudIde.Documents.Journal;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Documents;

/// <content>From the file into memory, back to the file, and the end.</content>
internal sealed partial class DocumentGrain
{
    /// <summary>How often the checkout is told again that this is open; a watcher that has not renewed for three times as long is dropped.</summary>
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(20);

    /// <summary>A pause of typing after which the journal need not read the edits again.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);

    /// <summary>Somebody who never pauses still finds the file on disk after this.</summary>
    private static readonly TimeSpan LatestSave = TimeSpan.FromSeconds(5);

    /// <summary>Whoever wanted to move the file and says nothing more has died.</summary>
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(30);

    private IGrainTimer? saveTimer;
    private IGrainTimer? holdExpiry;
    private DateTimeOffset? firstUnsaved;
    private DateTimeOffset lastEdit;

    private ICheckoutGrain Checkout => GrainFactory.GetGrain<ICheckoutGrain>(key.Workspace.ToString());

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        try
        {
            if (loading is not null && await loading is { Succeeded: true, Value: var loaded } && !loaded.Writer.IsBroken)
            {
                loaded.File.Release();
                await SaveAsync(loaded);
                await loaded.Writer.SnapshotAsync();
                loaded.Writer.Break(new ObjectDisposedException(nameof(DocumentGrain)));
                // A silo that ends places no grains any more; the checkout's memory ends with it.
                if (reason.ReasonCode != DeactivationReasonCode.ShuttingDown) await Checkout.ClosedAsync(key.Path);
            }
        }
        catch (Exception exception) when (DocumentCalls.IsOutage(exception))
        {
            // The journal has the edits; whoever opens the document next writes the file.
            LogNotSaved(key.Workspace.Workspace, exception);
        }
        finally
        {
            await ending.CancelAsync();
        }
    }

    private async Task<Outcome<Loaded>> LoadAsync()
    {
        var current = loading ??= LoadOnceAsync();
        var loaded = false;
        try
        {
            var outcome = await current;
            loaded = outcome.Succeeded;
            return outcome;
        }
        finally
        {
            // A refusal is no state to keep: the file may be there the next time.
            if (!loaded && loading == current)
            {
                loading = null;
                DeactivateOnIdle();
            }
        }
    }

    private async Task<Outcome<Loaded>> LoadOnceAsync()
    {
        // 1. The file, if there is one that is text.
        var disk = await folder.ReadAsync(key.Workspace, key.Path, options.Value.LargestDocument * DocumentOptions.MostBytesPerUnit, ending.Token);
        if (!disk.Succeeded && disk.Refusal.Status != 404) return disk.Refusal;
        (byte[], byte[])? initial = null;
        if (disk.Succeeded)
        {
            var decoded = FileShape.Decode(disk.Value);
            if (!decoded.Succeeded) return decoded.Refusal;
            var (text, shape) = decoded.Value;
            if (text.Length > options.Value.LargestDocument) return FileShape.TooLong(text.Length, options.Value.LargestDocument);
            initial = (new DocumentSnapshot(0, text, []).Encode(), new FileMark(shape, SavedFile.Of(0, disk.Value), null).Encode());
        }

        // 2. The journal: from here on every other writer is fenced off.
        if (await journal.Store.TakeOverAsync(key.ToString(), initial, ending.Token) is not { } head) return disk.Refusal!;
        var mark = FileMark.Decode(head.Mark);
        if (!disk.Succeeded && head.Revision <= mark.Saved.Revision)
        {
            await journal.Store.ForgetAsync(key.ToString(), ending.Token);
            return disk.Refusal;
        }

        var writer = await DocumentWriter.LoadAsync(head, journal, options.Value, time, ending.Token);
        var loaded = new Loaded(writer, new DocumentFile(key, writer, mark, folder, options.Value));
        writer.Published += Publish;
        writer.Broke += DeactivateOnIdle;

        // 3. What changed on disk while nobody looked becomes edits; what a crash kept from the file is written.
        if ((await loaded.File.SaveAsync(ending.Token)).IsGone) return Refusal.NotFound;
        this.RegisterGrainTimer(RenewAsync, new GrainTimerCreationOptions(TimeSpan.Zero, Renewal) { Interleave = true });
        await Checkout.OpenedAsync(key.Path);
        return loaded;
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        // A host that ends places no grains any more.
        if (lifetime.ApplicationStopping.IsCancellationRequested) return;
        await Checkout.OpenedAsync(key.Path);
        // The journal keeps what no snapshot covers, and all that others wrote since: nobody's pause may hold that up.
        if (time.GetUtcNow() - lastEdit > Quiet && loading is not null && await loading is { Succeeded: true, Value: var loaded } && !loaded.Writer.IsBroken)
        {
            await loaded.Writer.SnapshotAsync();
        }
    }

    private void Publish(IReadOnlyList<PublishedEdit> edits)
    {
        if (loading is { IsCompletedSuccessfully: true, Result: { Succeeded: true, Value: var loaded } })
        {
            _ = watchers.Notify(watcher => watcher.EditedAsync(new PublishedEdits(loaded.Writer.Epoch, edits)));
        }

        lastEdit = time.GetUtcNow();
        if (firstUnsaved is not null) return;
        firstUnsaved = lastEdit;
        SaveLater(options.Value.SaveAfter);
    }

    private void SaveLater(TimeSpan after)
    {
        saveTimer?.Dispose();
        saveTimer = this.RegisterGrainTimer(SaveWhenQuietAsync, new GrainTimerCreationOptions(after, Timeout.InfiniteTimeSpan) { Interleave = true });
    }

    private async Task SaveWhenQuietAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (now - lastEdit < options.Value.SaveAfter && now - firstUnsaved < LatestSave) SaveLater(options.Value.SaveAfter);
        else if (loading is not null && await loading is { Succeeded: true, Value: var loaded } && !loaded.Writer.IsBroken) await SaveInTurnAsync(loaded);
    }

    private async Task SaveInTurnAsync(Loaded loaded)
    {
        try
        {
            await turns.TakeAsync(() => SaveAsync(loaded), ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // Its end has saved it.
        }
    }

    private async Task<DocumentFile.Result> SaveAsync(Loaded loaded)
    {
        firstUnsaved = null;
        return await SettleAsync(loaded, await loaded.File.SaveAsync(CancellationToken.None));
    }

    private async Task<DocumentFile.Result> SettleAsync(Loaded loaded, DocumentFile.Result result)
    {
        if (result.IsGone)
        {
            await EndAsync(loaded, to: null);
        }
        else if (result.Refusal is { } refusal)
        {
            LogRefused(key.Workspace.Workspace, refusal.Type);
            firstUnsaved ??= time.GetUtcNow();
            SaveLater(LatestSave);
        }
        else if (result.Wrote)
        {
            events.Publish(key.Workspace, new WorkspaceEvent("document.saved", JsonSerializer.Serialize(new { path = key.Path, revision = result.Revision }, JsonSerializerOptions.Web)));
        }

        return result;
    }

    private async Task EndAsync(Loaded loaded, string? to)
    {
        if (loaded.Writer.IsBroken) return;
        await loaded.Writer.SnapshotAsync();
        loaded.Writer.Break(new ObjectDisposedException(nameof(DocumentGrain)));
        if (to is null) await journal.Store.ForgetAsync(key.ToString(), CancellationToken.None);
        else await journal.Store.RenameAsync(key.ToString(), (key with { Path = to }).ToString(), CancellationToken.None);
        await watchers.Notify(watcher => watcher.MovedAsync(to));
        await Checkout.ClosedAsync(key.Path);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A document of workspace {Workspace} could not be saved before it was closed; its journal has the edits")]
    private partial void LogNotSaved(WorkspaceId workspace, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A document of workspace {Workspace} could not be written to its file: {Reason}; tried again later")]
    private partial void LogRefused(WorkspaceId workspace, string reason);
}
