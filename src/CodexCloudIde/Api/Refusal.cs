namespace CodexCloudIde.Api;

/// <summary>
/// An expected "no": what the API answers as an RFC 9457 problem and a page shows as a message.
/// </summary>
/// <param name="Status">HTTP status, 400 to 599.</param>
/// <param name="Type">Stable slug such as <c>no-test-runner</c>; clients branch on it.</param>
/// <param name="Detail">What happened and what to do, one or two sentences, safe to show; never another tenant's data.</param>
/// <param name="Field">The request's field that is at fault, if one is.</param>
[GenerateSerializer, Immutable]
public sealed record Refusal(
    [property: Id(0)] int Status, [property: Id(1)] string Type, [property: Id(2)] string Detail, [property: Id(3)] string? Field = null)
{
    /// <summary>The one answer for what does not exist and for what belongs to another tenant.</summary>
    public static Refusal NotFound { get; } = new(404, "not-found", "Nothing is here under this id, or you have no access to it.");

    /// <summary>Lacking a role inside one's own tenant.</summary>
    public static Refusal Forbidden(string needed) => new(403, "forbidden", $"This needs the role {needed} or higher; ask an owner of the workspace.");
}
