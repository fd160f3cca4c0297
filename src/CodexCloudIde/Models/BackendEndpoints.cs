using CodexCloudIde.Tenants;

namespace CodexCloudIde.Models;

/// <summary><c>/api/v1/admin/backends</c>: where model calls go, and how busy that is now. Never a credential.</summary>
internal static class BackendEndpoints
{
    public static void MapBackends(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/admin/backends", List).RequireAuthorization(TenantPolicy.Operator).WithTags("Operators");

    private static IResult List(ModelCatalog catalog)
    {
        var items = catalog.All.Concat(catalog.Embeddings).SelectMany(model =>
        {
            var pool = catalog.PoolOf(model);
            var endpoints = model.Backends.ToDictionary(backend => backend.Name, backend => backend.Endpoint, StringComparer.Ordinal);
            return pool.States.Select(state => new BackendView(
                state.Name, model.Name, model.Tier, AddressOf(endpoints.GetValueOrDefault(state.Name)), state.Slots, state.Running, pool.Waiting, state.Usable ? "ready" : "failing"));
        });
        return Results.Ok(new { items = items.ToList(), nextCursor = (string?)null });
    }

    // Some endpoints take a key in the address: host and path only.
    private static string? AddressOf(Uri? endpoint) => endpoint?.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    /// <param name="Name">The backend's own name.</param>
    /// <param name="Model">Which model it serves.</param>
    /// <param name="Tier">The model's tier.</param>
    /// <param name="Endpoint">Null when it is this process.</param>
    /// <param name="Slots">Streams at a time.</param>
    /// <param name="Running">Streams now.</param>
    /// <param name="Waiting">Calls that wait for any backend of the model.</param>
    /// <param name="State">ready, or failing: left alone for a while after failures.</param>
    internal sealed record BackendView(string Name, string Model, string Tier, string? Endpoint, int Slots, int Running, int Waiting, string State);
}
