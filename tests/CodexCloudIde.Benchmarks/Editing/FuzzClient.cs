using CodexCloudIde.Documents;
using CodexCloudIde.Tenants;
using CodexCloudIde.Text;

namespace CodexCloudIde.Benchmarks.Editing;

/// <summary>An editor as the browser is one: one frozen batch in flight, one buffer behind it, the text before its person. The network between it and the grain is bad.</summary>
internal sealed class FuzzClient(IDocumentGrain grain, TenantId tenant, string id, Random random)
{
    private readonly Actor actor = new(id, id, "user");
    private TextDocument text = new("");
    private long revision;
    private long sequence;
    private long sentAt;
    private TextOperation? inFlight;
    private TextOperation? frozen;
    private TextOperation buffer = TextOperation.Identity;

    public string Text => text.ToString();

    public int Length => text.Length;

    public bool IsQuiet => inFlight is null && buffer.IsIdentity;

    /// <summary>Acknowledged, durable.</summary>
    public long Revision => revision;

    public int Resent { get; private set; }

    public async Task OpenAsync()
    {
        var opened = (await grain.OpenAsync(tenant, null)).Value!;
        (text, revision) = (new TextDocument(opened.Text!), opened.Revision);
    }

    public char At(int position) => text[position];

    public void Type(TextOperation edit)
    {
        if (text.TryApply(edit) != TextFault.None) throw new InvalidDataException("An edit does not fit.");
        buffer = buffer.Compose(edit);
    }

    /// <summary>Sends the batch in flight, or makes one: it may be lost on the way, or come twice, or its answer be lost.</summary>
    public async Task SendAsync(bool reliably)
    {
        if (inFlight is null)
        {
            if (buffer.IsIdentity) return;
            (inFlight, frozen, buffer, sentAt) = (buffer, buffer, TextOperation.Identity, revision);
            sequence++;
        }
        else
        {
            Resent++;
        }

        if (!reliably && random.Next(20) == 0) return;
        // What goes over the wire never changes: a resend is the very first message.
        var message = new SubmittedEdit(id, sequence, sentAt, frozen!, actor);
        var answers = new List<Task<SubmitResult>> { SubmitAsync(message) };
        if (!reliably && random.Next(20) == 0) answers.Add(SubmitAsync(message));
        var results = await Task.WhenAll(answers);
        if (results.FirstOrDefault(result => result.Error is not null) is { } refused) throw new InvalidDataException($"Refused: {refused.Error}");
        if (results.Any(result => result.Revision != results[0].Revision)) throw new InvalidDataException("One message got two places.");
        if ((reliably || random.Next(20) != 0) && results[0].Revision == revision + 1) Take(results[0].Revision, id, sequence, results[0].Operation!);
    }

    /// <summary>Some of what was missed, in order: the rest is late.</summary>
    public async Task ReceiveAsync(bool all)
    {
        var opened = (await RetryAsync(() => grain.OpenAsync(tenant, revision))).Value!;
        if (opened.Edits is null) throw new InvalidDataException("The server has forgotten what a client is based on.");
        foreach (var edit in opened.Edits)
        {
            if (!all && random.Next(4) == 0) return;
            Take(edit.Revision, edit.ClientId, edit.ClientSequence, edit.Operation);
        }
    }

    private Task<SubmitResult> SubmitAsync(SubmittedEdit message) => RetryAsync(() => grain.SubmitAsync(tenant, message));

    /// <summary>A writer that ended while it was called took nothing, or took it: the same message is sent again.</summary>
    private static async Task<T> RetryAsync<T>(Func<Task<T>> call)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (Exception failure) when (attempt < 50 && DocumentCalls.IsOutage(failure))
            {
                await Task.Yield();
            }
        }
    }

    private void Take(long next, string from, long number, TextOperation operation)
    {
        if (next != revision + 1) throw new InvalidDataException($"Revision {next} after {revision}.");
        revision = next;
        if (from == id)
        {
            if (number != sequence || !operation.Equals(inFlight)) throw new InvalidDataException("The own batch came back as another one.");
            inFlight = null;
            return;
        }

        if (inFlight is not null) (operation, inFlight) = TextOperation.Transform(operation, inFlight);
        (operation, buffer) = TextOperation.Transform(operation, buffer);
        if (text.TryApply(operation) != TextFault.None) throw new InvalidDataException("Another's edit does not fit.");
    }
}
