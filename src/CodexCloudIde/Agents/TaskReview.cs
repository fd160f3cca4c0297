using System.Security.Cryptography;
using System.Text;
using CodexCloudIde.Api;
using CodexCloudIde.Documents;
using CodexCloudIde.Workspaces;

namespace CodexCloudIde.Agents;

/// <summary>A hunk as the API shows it.</summary>
internal sealed record HunkView(string Id, string Path, string Header, IReadOnlyList<string> Lines, string State);

internal sealed record FileView(string Path, string Change, int Added, int Removed);

/// <summary>
/// What a person decided. Without <paramref name="Reject"/>, what is not accepted is taken back (what was accepted before stays, unless nothing is
/// accepted at all: that is Undo); with it, only what it names is taken back and the rest waits.
/// </summary>
/// <param name="Word"><c>all</c>, <c>none</c>, or null: the ids in <paramref name="Accept"/>.</param>
/// <param name="Accept">Ids that are accepted.</param>
/// <param name="Reject">Ids that are taken back; null: all that are not accepted.</param>
internal sealed record ReviewDecision(string? Word, IReadOnlySet<string> Accept, IReadOnlySet<string>? Reject)
{
    /// <summary>All of the task goes, also what was accepted.</summary>
    public bool Everything => Word == "none" && Reject is null;

    /// <summary>Every id that is named must exist.</summary>
    public IEnumerable<string> Named => Accept.Concat(Reject ?? (IEnumerable<string>)[]);

    public bool Accepts(string id) => Word == "all" || Accept.Contains(id);

    public bool Rejects(string id, string state) => Reject?.Contains(id) ?? (Everything || (state == "pending" && !Accepts(id)));
}

internal sealed record DiffView(IReadOnlyList<FileView> Files, IReadOnlyList<HunkView> Hunks, string Unified);

/// <summary>What a task changed, hunk by hunk, and taking it back. What others typed is in the base, so it is never part of a hunk.</summary>
internal sealed class TaskReview(TaskSession session, TaskFiles files, OpenDocuments documents, TaskLanding landing)
{
    public async Task<DiffView> DiffAsync(CancellationToken cancellationToken)
    {
        var (views, hunks, unified) = (new List<FileView>(), new List<HunkView>(), new StringBuilder());
        foreach (var file in await files.ChangedAsync(cancellationToken))
        {
            var (diff, added, removed) = UnifiedDiff.Of(file.Path, file.Base ?? "", file.Text ?? "", file.Change);
            if (file.Base == file.Text)
            {
                continue;
            }

            unified.Append(diff);
            views.Add(new FileView(file.Path, file.Change, added, removed));
            hunks.AddRange(Named(file).Select(hunk => new HunkView(hunk.Id, file.Path, hunk.Hunk.Header, hunk.Hunk.Lines, StateOf(hunk.Id))));
        }

        var present = hunks.Select(hunk => hunk.Id).ToHashSet(StringComparer.Ordinal);
        hunks.AddRange(session.State.Reviewed.Where(hunk => hunk.State == "rejected" && !present.Contains(hunk.Id)).Select(hunk => new HunkView(hunk.Id, hunk.Path, hunk.Header, hunk.Lines, hunk.State)));
        return new DiffView(views, hunks, unified.ToString());
    }

    /// <summary>Decides hunk by hunk; what is rejected is taken back by inverse operations of the task's own actor.</summary>
    public async Task<Refusal?> DecideAsync(ReviewDecision decision, CancellationToken cancellationToken)
    {
        var changed = await files.ChangedAsync(cancellationToken);
        if (IsBranch && await LandAsync(changed, decision, cancellationToken) is { } unlanded)
        {
            return unlanded;
        }

        var decided = new List<ReviewedHunk>();
        foreach (var file in changed)
        {
            if (file.Base == file.Text)
            {
                continue;
            }

            var hunks = Named(file);
            var rejected = hunks.Where(hunk => decision.Rejects(hunk.Id, StateOf(hunk.Id))).ToList();
            decided.AddRange(hunks.Except(rejected).Where(hunk => decision.Accepts(hunk.Id)).Select(hunk => Reviewed(file, hunk, "accepted")));
            decided.AddRange(rejected.Select(hunk => Reviewed(file, hunk, "rejected")));
            var whole = rejected.Count == hunks.Count;
            var taken = rejected.Count > 0 || (hunks.Count == 0 && decision.Everything);
            if (taken && await TakeBackAsync(file, rejected, whole, decision.Everything && whole, cancellationToken) is { } refusal)
            {
                return refusal;
            }
        }

        await session.ChangeAsync(
            draft => draft.Change(state => state with { Reviewed = [.. state.Reviewed.Where(old => decided.TrueForAll(hunk => hunk.Id != old.Id)), .. decided] }),
            CancellationToken.None);
        return null;
    }

    private bool IsBranch => session.State.Workspace.Checkout != WorkspaceRef.Live;

    /// <summary>What is accepted of a branch task comes to the live checkout; what had come and is rejected now goes from it.</summary>
    private async Task<Refusal?> LandAsync(IReadOnlyList<ChangedFile> changed, ReviewDecision decision, CancellationToken cancellationToken)
    {
        var accepted = new List<AcceptedFile>();
        foreach (var file in changed.Where(file => file.Base != file.Text))
        {
            var hunks = Named(file);
            var refused = hunks.Where(hunk => decision.Rejects(hunk.Id, StateOf(hunk.Id)) || !(decision.Accepts(hunk.Id) || StateOf(hunk.Id) == "accepted")).ToList();
            if (hunks.Exists(hunk => StateOf(hunk.Id) == "accepted" && refused.Contains(hunk)) && await landing.TakeBackAsync(file, cancellationToken) is { } refusal)
            {
                return refusal;
            }

            // A file of no line has no hunk: it is accepted with all.
            if (hunks.Count > refused.Count || (hunks.Count == 0 && decision.Word == "all"))
            {
                accepted.Add(new AcceptedFile(file.Path, file.Base, refused.Count == 0 ? file.Text : UnifiedDiff.Revert(file.Base ?? "", file.Text ?? "", refused.Select(hunk => hunk.Hunk))));
            }
        }

        return await landing.LandAsync(accepted, cancellationToken);
    }

    private async Task<Refusal?> TakeBackAsync(ChangedFile file, List<NamedHunk> rejected, bool whole, bool exactly, CancellationToken cancellationToken)
    {
        // The journal knows every character of the task's edits; line by line is for when only some of them go.
        if (exactly && file is { Base: not null, Text: not null })
        {
            var undone = await documents.UndoAsync(session.State.Workspace, file.Path, session.Agent, null, null, cancellationToken);
            var left = await files.ChangedAsync(file.Path, cancellationToken);
            // The journal may know only some of them, or none: those of a fork's first half, of a file that was deleted and restored, or trimmed.
            if (undone.Succeeded && left.Base == left.Text)
            {
                await files.SettleAsync(file.Path, left.Text, left.Text, cancellationToken);
                return null;
            }

            file = left;
        }

        var text = whole ? file.Base : UnifiedDiff.Revert(file.Base ?? "", file.Text ?? "", rejected.Select(hunk => hunk.Hunk));
        if (await files.PutAsync(file, text, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        await files.SettleAsync(file.Path, file.Base, text, cancellationToken);
        return null;
    }

    /// <summary>Of a hunk that is there: one that was rejected and made again waits anew.</summary>
    private string StateOf(string hunk) => session.State.Reviewed.Any(reviewed => reviewed.Id == hunk && reviewed.State == "accepted") ? "accepted" : "pending";

    private static ReviewedHunk Reviewed(ChangedFile file, NamedHunk hunk, string state) => new(hunk.Id, file.Path, hunk.Hunk.Header, hunk.Hunk.Lines, state);

    /// <summary>Named by content, not by place: an id stays true while others edit elsewhere in the file.</summary>
    private static List<NamedHunk> Named(ChangedFile file)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        return UnifiedDiff.Hunks(file.Base ?? "", file.Text ?? "").ConvertAll(hunk =>
        {
            var changed = string.Join('\n', hunk.Lines.Where(line => line[0] != ' '));
            var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{file.Path}\n{changed}")))[..12];
            seen[hash] = seen.GetValueOrDefault(hash) + 1;
            return new NamedHunk(seen[hash] == 1 ? hash : $"{hash}-{seen[hash]}", hunk);
        });
    }

    private sealed record NamedHunk(string Id, DiffHunk Hunk);
}
