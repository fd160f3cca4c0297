using System.Security.Cryptography;
using System.Text;
using CodexCloudIde.Api;
using CodexCloudIde.Documents;

namespace CodexCloudIde.Agents;

/// <summary>A hunk as the API shows it.</summary>
internal sealed record HunkView(string Id, string Path, string Header, IReadOnlyList<string> Lines, string State);

internal sealed record FileView(string Path, string Change, int Added, int Removed);

internal sealed record DiffView(IReadOnlyList<FileView> Files, IReadOnlyList<HunkView> Hunks, string Unified);

/// <summary>What a task changed, hunk by hunk, and taking it back. What others typed is in the base, so it is never part of a hunk.</summary>
internal sealed class TaskReview(TaskSession session, TaskFiles files, OpenDocuments documents)
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

        hunks.AddRange(session.State.Reviewed.Where(hunk => hunk.State == "rejected").Select(hunk => new HunkView(hunk.Id, hunk.Path, hunk.Header, hunk.Lines, hunk.State)));
        return new DiffView(views, hunks, unified.ToString());
    }

    /// <summary>Accepts what is named and takes the rest back by inverse operations of the task's own actor.</summary>
    public async Task<Refusal?> DecideAsync(Func<string, bool> accepts, bool everything, CancellationToken cancellationToken)
    {
        var decided = new List<ReviewedHunk>();
        foreach (var file in await files.ChangedAsync(cancellationToken))
        {
            if (file.Base == file.Text)
            {
                continue;
            }

            var hunks = Named(file);
            var rejected = hunks.Where(hunk => StateOf(hunk.Id) == "pending" && !accepts(hunk.Id)).ToList();
            decided.AddRange(hunks.Where(hunk => accepts(hunk.Id)).Select(hunk => Reviewed(file, hunk, "accepted")));
            decided.AddRange(rejected.Select(hunk => Reviewed(file, hunk, "rejected")));
            var whole = rejected.Count == hunks.Count;
            if ((rejected.Count > 0 || hunks.Count == 0) && await TakeBackAsync(file, rejected, whole, everything && whole, cancellationToken) is { } refusal)
            {
                return refusal;
            }
        }

        await session.ChangeAsync(
            draft => draft.Change(state => state with { Reviewed = [.. state.Reviewed.Where(old => decided.TrueForAll(hunk => hunk.Id != old.Id)), .. decided] }).PublishTask("thread.updated"),
            CancellationToken.None);
        return null;
    }

    private async Task<Refusal?> TakeBackAsync(ChangedFile file, List<NamedHunk> rejected, bool whole, bool exactly, CancellationToken cancellationToken)
    {
        // The journal knows every character of the task's edits; line by line is for when only some of them go.
        if (exactly && file is { Base: not null, Text: not null })
        {
            var undone = await documents.UndoAsync(session.State.Workspace, file.Path, session.Agent, null, null, cancellationToken);
            if (undone.Succeeded)
            {
                await files.SettleAsync(file.Path, undone.Value.Text, undone.Value.Text, cancellationToken);
                return null;
            }
        }

        var text = whole ? file.Base : UnifiedDiff.Revert(file.Base ?? "", file.Text ?? "", rejected.Select(hunk => hunk.Hunk));
        if (await files.PutAsync(file.Path, text, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        await files.SettleAsync(file.Path, file.Base, text, cancellationToken);
        return null;
    }

    private string StateOf(string hunk) => session.State.Reviewed.FirstOrDefault(reviewed => reviewed.Id == hunk)?.State ?? "pending";

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
