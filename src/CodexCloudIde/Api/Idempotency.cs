using System.Security.Cryptography;
using System.Text;
using CodexCloudIde.Storage;
using CodexCloudIde.Tenants;
using Microsoft.EntityFrameworkCore;

namespace CodexCloudIde.Api;

/// <summary>
/// A POST below /api/v1 with the header Idempotency-Key happens once: the same key with the same request gets the first answer, with another request
/// 409. A row is written before the work, so that of two at once one works and the other is told to ask again. Streams are not kept: their
/// execution or task has an id to follow. Failures of the server (500 and above) are forgotten and may be tried again.
/// </summary>
internal sealed class Idempotency(RequestDelegate next, TenantContexts contexts, TimeProvider time)
{
    public const string Header = "Idempotency-Key";
    private const int LongestBody = 1024 * 1024;
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    public async Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (!HttpMethods.IsPost(request.Method) || !request.Path.StartsWithSegments("/api/v1") || !request.Headers.TryGetValue(Header, out var given)
            || EventStream.IsWanted(request) || Callers.OrNull(context.User) is not { } caller)
        {
            await next(context);
            return;
        }

        if (given.ToString() is not { Length: > 0 and <= 255 } key)
        {
            await Problems.WriteAsync(context, new Refusal(400, "malformed-request", "An Idempotency-Key has 1 to 255 characters.", Header));
            return;
        }

        if (request.ContentLength > LongestBody)
        {
            await Problems.WriteAsync(context, new Refusal(413, "too-large", "With an Idempotency-Key a body has at most 1 MB."));
            return;
        }

        var cancellationToken = context.RequestAborted;
        var row = new IdempotentAnswer
        {
            TenantId = caller.Tenant, UserId = caller.User, Key = SHA256.HashData(Encoding.UTF8.GetBytes(key)), Request = await HashAsync(request, cancellationToken), CreatedAt = time.GetUtcNow(),
        };
        await using var database = contexts.Create(caller.Tenant);
        if (!await ReserveAsync(database, row, cancellationToken))
        {
            var first = await database.Set<IdempotentAnswer>().AsNoTracking().SingleOrDefaultAsync(answer => answer.UserId == row.UserId && answer.Key == row.Key, cancellationToken);
            await RepeatAsync(context, first, row);
            return;
        }

        await AnswerAsync(context, database, row);
    }

    private async Task AnswerAsync(HttpContext context, IdeContext database, IdempotentAnswer row)
    {
        var real = context.Response.Body;
        using var copy = new MemoryStream();
        context.Response.Body = copy;
        try
        {
            await next(context);
        }
        catch
        {
            database.Remove(row);
            await database.SaveChangesAsync(CancellationToken.None);
            throw;
        }
        finally
        {
            context.Response.Body = real;
        }

        if (context.Response.StatusCode >= 500)
        {
            database.Remove(row);
        }
        else
        {
            row.Status = context.Response.StatusCode;
            row.ContentType = context.Response.ContentType;
            row.Location = context.Response.Headers.Location;
            row.Body = copy.ToArray();
        }

        // Kept before it is sent: a client that never sees it asks again.
        await database.SaveChangesAsync(CancellationToken.None);
        copy.Position = 0;
        await copy.CopyToAsync(real, context.RequestAborted);
    }

    private async Task<bool> ReserveAsync(IdeContext database, IdempotentAnswer row, CancellationToken cancellationToken)
    {
        var old = row.CreatedAt - Kept;
        await database.Set<IdempotentAnswer>().Where(answer => answer.CreatedAt < old).ExecuteDeleteAsync(cancellationToken);
        database.Add(row);
        try
        {
            await database.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (DbUpdateException)
        {
            database.Entry(row).State = EntityState.Detached;
            return false;
        }
    }

    private static Task RepeatAsync(HttpContext context, IdempotentAnswer? first, IdempotentAnswer asked)
    {
        if (first is null || (first.Status == 0 && first.Request.AsSpan().SequenceEqual(asked.Request)))
            return Problems.WriteAsync(context, new Refusal(409, "in-progress", "The first call with this Idempotency-Key is still working; ask again in a moment."));
        if (!first.Request.AsSpan().SequenceEqual(asked.Request))
            return Problems.WriteAsync(context, new Refusal(409, "idempotency-conflict", "This Idempotency-Key was used for another request; choose a new one."));
        context.Response.StatusCode = first.Status;
        context.Response.ContentType = first.ContentType;
        if (first.Location is { } location) context.Response.Headers.Location = location;
        context.Response.Headers["Idempotent-Replayed"] = "true";
        return first.Body is { Length: > 0 } body ? context.Response.Body.WriteAsync(body).AsTask() : Task.CompletedTask;
    }

    private static async Task<byte[]> HashAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        request.EnableBuffering(LongestBody, LongestBody);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method} {request.Path}{request.QueryString}\n"));
        var buffer = new byte[16 * 1024];
        int read;
        try
        {
            while ((read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0) hash.AppendData(buffer.AsSpan(0, read));
        }
        catch (IOException exception) when (exception is not BadHttpRequestException)
        {
            // The buffer's limit, met by a body that did not announce its length.
            throw new BadHttpRequestException("Too large.", StatusCodes.Status413PayloadTooLarge, exception);
        }

        request.Body.Position = 0;
        return hash.GetHashAndReset();
    }
}
