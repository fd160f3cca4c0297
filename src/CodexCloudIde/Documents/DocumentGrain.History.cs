using CodexCloudIde.Api;
using CodexCloudIde.Documents.History;
using CodexCloudIde.Documents.Journal;
using CodexCloudIde.Tenants;
using CodexCloudIde.Text;

namespace CodexCloudIde.Documents;

/// <content>What became of the document, and the way back.</content>
internal sealed partial class DocumentGrain
{
    private static Refusal Trimmed { get; } = new(410, "history-trimmed", "That is longer ago than this document's history reaches.", "revision");

    public async Task<Outcome<DocumentTimeline>> TimelineAsync(TenantId tenant, long? before, int limit)
    {
        var known = await KnownAsync(tenant);
        if (!known.Succeeded) return known.Refusal;
        var (writer, text, edits) = known.Value;
        var changes = DocumentHistory.Changes(edits).Where(change => before is null || change.To < before).Take(limit + 1).ToList();
        return new DocumentTimeline(writer.DocumentId, text.Revision!.Value, OldestOf(text, edits), [.. changes.Take(limit)], changes.Count > limit ? changes[limit - 1].From : null);
    }

    public async Task<Outcome<DocumentText>> TextAtAsync(TenantId tenant, long revision)
    {
        var known = await KnownAsync(tenant);
        if (!known.Succeeded) return known.Refusal;
        var (_, text, edits) = known.Value;
        return revision > text.Revision || revision < OldestOf(text, edits) ? Trimmed
            : new DocumentText(DocumentHistory.Before(text.Text, [.. edits.Where(edit => edit.Revision > revision)]), revision);
    }

    public async Task<Outcome<DocumentBlame>> BlameAsync(TenantId tenant)
    {
        var known = await KnownAsync(tenant);
        if (!known.Succeeded) return known.Refusal;
        var (writer, text, edits) = known.Value;
        return new DocumentBlame(writer.DocumentId, text.Revision!.Value, DocumentHistory.Blame(text.Text, edits));
    }

    public async Task<Outcome<DocumentText>> RestoreAsync(TenantId tenant, Actor actor, long revision)
    {
        var known = await KnownAsync(tenant);
        if (!known.Succeeded) return known.Refusal;
        var (writer, text, edits) = known.Value;
        if (revision > text.Revision || revision < OldestOf(text, edits)) return Trimmed;
        var then = DocumentHistory.Before(text.Text, [.. edits.Where(edit => edit.Revision > revision)]);
        return await EditAsync(actor, text.Text, text.Revision, then);
    }

    public async Task<Outcome<DocumentText>> RevertAsync(TenantId tenant, Actor actor, long from, long to)
    {
        var known = await KnownAsync(tenant);
        if (!known.Succeeded) return known.Refusal;
        var (writer, text, edits) = known.Value;
        if (from < 1 || to < from) return new Refusal(422, "invalid-range", "A change is taken back from one revision to another that is not before it, both from 1.", "from");
        if (to > text.Revision || from <= OldestOf(text, edits)) return Trimmed;
        var later = edits.Where(edit => edit.Revision >= from).ToList();
        // What was typed while the journal was read is newer than the last of them.
        var undo = writer.Rebase(Undo.Of(later, edit => edit.Revision <= to), later[^1].Revision);
        if (undo is null) return Trimmed;
        await SubmitAsync(writer, actor, undo);
        return TextOf(writer);
    }

    /// <summary>The newest text that is durable, and the edits that led to it, oldest first: as many as are kept.</summary>
    private async Task<Outcome<(DocumentWriter Writer, DocumentText Text, IReadOnlyList<SequencedEdit<Author>> Edits)>> KnownAsync(TenantId tenant)
    {
        if (tenant != key.Workspace.Tenant) return Refusal.NotFound;
        var outcome = await LoadAsync();
        if (!outcome.Succeeded) return outcome.Refusal;
        var writer = outcome.Value.Writer;
        var edits = await writer.EditsAfterAsync(Math.Max(0, writer.Revision - options.Value.HistoryEdits), ending.Token);
        // From here on nothing is awaited: the text and its edits belong together.
        var text = TextOf(writer);
        return (writer, text, [.. edits.Where(edit => edit.Revision <= text.Revision)]);
    }

    private static long OldestOf(DocumentText newest, IReadOnlyList<SequencedEdit<Author>> edits) => edits.Count > 0 ? edits[0].Revision - 1 : newest.Revision!.Value;
}
