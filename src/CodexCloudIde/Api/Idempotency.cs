using System.Security.Cryptography;
using System.Text;
using CodexCloudIde.Storage;
using CodexCloudIde.Tenants;
using Microsoft.EntityFrameworkCore;

namespace CodexCloudIde.Api;

/// <summary>
/// A POST below /api/v1 with the header Idempotency-Key happens once: the same key with the same request gets the first answer, with another request
/// 409. A row is written before the work, so that of two at once one works and the other waits for its answer. The first call is finished even when its
/// client goes away, because the client that comes back asks for what it has missed. Of a stream the address of its events is kept, and repeated by
/// following them from the start. Failures of the server (500 and above) and "come again" (408, 425, 429) are forgotten and may be tried again.
/// </summary>
internal sealed class Idempotency(RequestDelegate next, TenantContexts contexts, IEventReplay replay, TimeProvider time)
{
    public const string Header = "Idempotency-Key";
    private const string Stream = "text/event-stream";
    private const int InMemory = 64 * 1024;
    private const int MostAttempts = 5;
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(150);

    /// <summary>Longer than any call may take: what has not answered by then was cut off with its server.</summary>
    private static readonly TimeSpan LongestCall = TimeSpan.FromHours(2);

    private readonly DateTimeOffset startedAt = time.GetUtcNow();

    public async Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (!HttpMethods.IsPost(request.Method) || !request.Path.StartsWithSegments("/api/v1") || !request.Headers.TryGetValue(Header, out var given)
            || context.GetEndpoint() is null || Callers.OrNull(context.User) is not { } caller)
        {
            await next(context);
            return;
        }

        if (given.ToString() is not { Length: > 0 and <= 255 } key)
        {
            await Problems.WriteAsync(context, new Refusal(400, "malformed-request", "An Idempotency-Key has 1 to 255 characters.", Header));
            return;
        }

        var seal = new AnswerSeal(key, caller);
        var row = new IdempotentAnswer
        {
            TenantId = caller.Tenant, UserId = caller.User, Key = SHA256.HashData(Encoding.UTF8.GetBytes(key)), Request = await HashAsync(request, context.RequestAborted), CreatedAt = time.GetUtcNow(),
        };
        await using var database = contexts.Create(caller.Tenant);
        for (var attempt = 1; ; attempt++)
        {
            if (await ReserveAsync(database, row, attempt, context.RequestAborted))
            {
                await AnswerAsync(context, database, row, seal);
                return;
            }

            // The first call's answer; none when it failed and is forgotten, so that this one may try.
            if (await FirstAsync(database, row, context.RequestAborted) is not { } first) continue;
            await RepeatAsync(context, first, seal);
            return;
        }
    }

    private async Task AnswerAsync(HttpContext context, IdeContext database, IdempotentAnswer row, AnswerSeal seal)
    {
        if (EventStream.IsWanted(context.Request))
        {
            await StreamAsync(context, database, row, seal);
            return;
        }

        var real = context.Response.Body;
        var client = context.RequestAborted;
        using var copy = new MemoryStream();
        context.Response.Body = copy;
        context.RequestAborted = CancellationToken.None;
        try
        {
            await next(context);
        }
        catch
        {
            await ForgetAsync(database, row);
            throw;
        }
        finally
        {
            context.Response.Body = real;
            context.RequestAborted = client;
        }

        // Kept before it is sent: a client that never sees it asks again.
        await KeepAsync(context, database, row, copy, seal);
        copy.Position = 0;
        await copy.CopyToAsync(real, client);
    }

    /// <summary>A stream goes out as it comes; what is kept is where its events are, known once it has begun. An answer that is no stream is kept whole.</summary>
    private async Task StreamAsync(HttpContext context, IdeContext database, IdempotentAnswer row, AnswerSeal seal)
    {
        var real = context.Response.Body;
        using var copy = new MemoryStream();
        var begun = false;
        var features = context.Features.Get<IStreamOfEvents>();
        context.Features.Set<IStreamOfEvents>(new Begun(async address =>
        {
            begun = true;
            context.Response.Body = real;
            (row.Status, row.ContentType, row.Location) = (StatusCodes.Status200OK, Stream, address);
            await database.SaveChangesAsync(CancellationToken.None);
        }));
        context.Response.Body = copy;
        try
        {
            await next(context);
        }
        catch
        {
            if (!begun) await ForgetAsync(database, row);
            throw;
        }
        finally
        {
            context.Response.Body = real;
            context.Features.Set(features);
        }

        if (begun) return;
        await KeepAsync(context, database, row, copy, seal);
        copy.Position = 0;
        await copy.CopyToAsync(real, context.RequestAborted);
    }

    private static async Task KeepAsync(HttpContext context, IdeContext database, IdempotentAnswer row, MemoryStream body, AnswerSeal seal)
    {
        if (context.Response.StatusCode is >= 500 or 408 or 425 or 429)
        {
            await ForgetAsync(database, row);
            return;
        }

        row.Status = context.Response.StatusCode;
        row.ContentType = context.Response.ContentType;
        row.Location = context.Response.Headers.Location;
        row.Body = seal.Close(body.ToArray());
        await database.SaveChangesAsync(CancellationToken.None);
    }

    private static Task ForgetAsync(IdeContext database, IdempotentAnswer row)
    {
        database.Remove(row);
        return database.SaveChangesAsync(CancellationToken.None);
    }

    private static async Task<bool> ReserveAsync(IdeContext database, IdempotentAnswer row, int attempt, CancellationToken cancellationToken)
    {
        var old = row.CreatedAt - Kept;
        await database.Set<IdempotentAnswer>().Where(answer => answer.CreatedAt < old).ExecuteDeleteAsync(cancellationToken);
        database.Add(row);
        try
        {
            await database.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (DbUpdateException) when (attempt < MostAttempts)
        {
            // Somebody has it; or, if nobody turns out to, the database is in trouble and the last attempt says so.
            database.Entry(row).State = EntityState.Detached;
            return false;
        }
    }

    /// <summary>The first call's answer, or what keeps it from coming; null when there is no first call any more.</summary>
    private async Task<Outcome<IdempotentAnswer>?> FirstAsync(IdeContext database, IdempotentAnswer asked, CancellationToken cancellationToken)
    {
        while (true)
        {
            var first = await database.Set<IdempotentAnswer>().AsNoTracking()
                .SingleOrDefaultAsync(answer => answer.UserId == asked.UserId && answer.Key == asked.Key, cancellationToken);
            if (first is null) return null;
            if (!first.Request.AsSpan().SequenceEqual(asked.Request))
                return new Refusal(409, "idempotency-conflict", "This Idempotency-Key was used for another request; choose a new one.");
            if (first.Status != 0) return first;
            if (first.CreatedAt + LongestCall < time.GetUtcNow() || (!replay.Shared && first.CreatedAt < startedAt))
                return new Refusal(409, "outcome-unknown", "The server stopped while it worked on the first call with this Idempotency-Key. Look whether it happened; use a new key to do it again.");
            await Task.Delay(LookAgain, time, cancellationToken);
        }
    }

    private async Task RepeatAsync(HttpContext context, Outcome<IdempotentAnswer> found, AnswerSeal seal)
    {
        if (!found.Succeeded)
        {
            await Problems.WriteAsync(context, found.Refusal);
            return;
        }

        var first = found.Value;
        context.Response.Headers["Idempotent-Replayed"] = "true";
        if (first.ContentType == Stream)
        {
            await (await replay.AnswerAsync(context, first.Location!, context.RequestAborted)).ExecuteAsync(context);
            return;
        }

        context.Response.StatusCode = first.Status;
        context.Response.ContentType = first.ContentType;
        if (first.Location is { } location) context.Response.Headers.Location = location;
        if (first.Body is { Length: > 0 } body) await context.Response.Body.WriteAsync(seal.Open(body), context.RequestAborted);
    }

    private static async Task<byte[]> HashAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        request.EnableBuffering(InMemory);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method} {request.Path}{request.QueryString}\n"));
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0) hash.AppendData(buffer.AsSpan(0, read));
        request.Body.Position = 0;
        return hash.GetHashAndReset();
    }

    private sealed class Begun(Func<string, Task> begin) : IStreamOfEvents
    {
        public Task BeginAsync(string address) => begin(address);
    }
}
