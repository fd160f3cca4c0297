namespace CodexCloudIde.Tenants;

/// <summary>What a token may be used for; its user's roles bound it further.</summary>
internal static class Scopes
{
    /// <summary>GET on the API, event streams.</summary>
    public const string Read = "read";

    /// <summary>Everything else on the API, hubs, MCP.</summary>
    public const string Write = "write";

    /// <summary>The model gateway below /v1.</summary>
    public const string Models = "models";

    /// <summary>The audit log, for owners.</summary>
    public const string Audit = "audit";

    /// <summary>Operators' calls, for operators.</summary>
    public const string Admin = "admin";

    public static IReadOnlyList<string> All { get; } = [Read, Write, Models, Audit, Admin];

    /// <summary>Of a token created without saying.</summary>
    public static IReadOnlyList<string> Usual { get; } = [Read, Write, Models];

    /// <summary>The scope that a request needs.</summary>
    public static string Of(HttpRequest request)
    {
        var path = request.Path;
        if (path.StartsWithSegments("/api/v1/audit", StringComparison.OrdinalIgnoreCase)) return Audit;
        if (path.StartsWithSegments("/api/v1/admin", StringComparison.OrdinalIgnoreCase)) return Admin;
        if (path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase)) return Models;
        var hub = path.StartsWithSegments("/hubs", StringComparison.OrdinalIgnoreCase);
        return !hub && (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) ? Read : Write;
    }
}
