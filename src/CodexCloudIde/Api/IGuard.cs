namespace CodexCloudIde.Api;

/// <summary>Watches an access that was granted, until it is disposed.</summary>
internal interface IGuard : IDisposable
{
    /// <summary>Cancelled when the access has ended.</summary>
    CancellationToken Ended { get; }
}
