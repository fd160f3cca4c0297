using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.WebUtilities;

namespace CodexCloudIde.Api;

/// <summary>One page of a list; <paramref name="NextCursor"/> is null on the last.</summary>
internal sealed record Page<T>(IReadOnlyList<T> Items, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? NextCursor)
{
    /// <summary>From up to <c>limit + 1</c> rows: the one too many only says that there is more.</summary>
    public static Page<T> Of(IReadOnlyList<T> rows, PageRequest request, Func<T, string> key) =>
        rows.Count <= request.Limit ? new(rows, null) : new([.. rows.Take(request.Limit)], PageRequest.CursorOf(key(rows[request.Limit - 1])));
}

/// <summary>
/// <c>?limit=&amp;cursor=</c> of a list call; a parameter of this type binds by itself. Limit 1 to 500, 50 unless told. Read <see cref="After"/>,
/// ask the store for <see cref="Limit"/> + 1 rows, answer with <see cref="Page{T}.Of"/>.
/// </summary>
internal sealed record PageRequest(int Limit, string? After)
{
    public static ValueTask<PageRequest?> BindAsync(HttpContext context)
    {
        var limit = 50;
        if (context.Request.Query["limit"].ToString() is { Length: > 0 } asked
            && (!int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > 500))
        {
            throw new BadHttpRequestException("""Failed to bind parameter "int limit" from the query.""");
        }

        string? after = null;
        if (context.Request.Query["cursor"].ToString() is { Length: > 0 } cursor)
        {
            try
            {
                after = Encoding.UTF8.GetString(WebEncoders.Base64UrlDecode(cursor));
            }
            catch (FormatException)
            {
                throw new BadHttpRequestException("""Failed to bind parameter "string cursor" from the query.""");
            }
        }

        return ValueTask.FromResult<PageRequest?>(new PageRequest(limit, after));
    }

    internal static string CursorOf(string key) => WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(key));
}
