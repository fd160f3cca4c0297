namespace CodexCloudIde.Tenants;

/// <summary>Section <c>Ide:Bootstrap</c>: an owner, operator and token that exist from the first start, for automation.</summary>
internal sealed class BootstrapOptions
{
    public string OwnerEmail { get; set; } = "";

    public string OwnerPassword { get; set; } = "";

    /// <summary>Becomes an owner's token with every scope; at least 16 characters.</summary>
    public string Token { get; set; } = "";

    public string Tenant { get; set; } = "Home";
}
