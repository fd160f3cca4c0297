namespace CodexCloudIde.Inference;

/// <summary>How urgent a request is; earlier bands go first, later ones keep a floor.</summary>
public enum Band
{
    /// <summary>Somebody watches it.</summary>
    Interactive,

    /// <summary>Somebody will look at it soon.</summary>
    Default,

    /// <summary>Nobody waits: idle capacity.</summary>
    Batch,
}
