namespace CodexCloudIde.Tenants;

/// <summary>Roles of tenants and workspaces alike; each includes what the one before may do.</summary>
public enum Role
{
    /// <summary>Reads, watches.</summary>
    Viewer = 1,

    /// <summary>Edits, runs, starts tasks and approves their steps.</summary>
    Developer = 2,

    /// <summary>Manages a workspace: members, settings, deletion.</summary>
    Maintainer = 3,

    /// <summary>Manages the tenant: members, tokens of others, quotas, audit.</summary>
    Owner = 4,
}
