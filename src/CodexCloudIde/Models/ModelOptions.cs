using System.ComponentModel.DataAnnotations;

namespace CodexCloudIde.Models;

/// <summary>One entry of <c>Ide:Models</c>.</summary>
internal sealed class ModelOptions
{
    /// <summary>What people choose and clients send as <c>model</c>.</summary>
    [Required]
    public string Name { get; set; } = "";

    /// <summary><c>offline</c> (program repair inside this process), <c>openai</c> (any endpoint that speaks Chat Completions) or <c>embeddings</c> (one that makes embeddings).</summary>
    [RegularExpression("offline|openai|embeddings")]
    public string Kind { get; set; } = "openai";

    /// <summary>Base address with the version, such as <c>http://127.0.0.1:8000/v1</c>.</summary>
    public string? Endpoint { get; set; }

    /// <summary>Several engines that serve the same model; used besides <see cref="Endpoint"/>.</summary>
    public IReadOnlyList<string> Endpoints { get; set; } = [];

    /// <summary>Credential for the endpoint; prefer <see cref="ApiKeyFile"/> or the environment.</summary>
    public string? ApiKey { get; set; }

    /// <summary>File that holds the credential.</summary>
    public string? ApiKeyFile { get; set; }

    /// <summary>The engine's own name of the model; the entry's name when empty.</summary>
    public string? Model { get; set; }

    /// <summary>Tokens, prompt and answer together.</summary>
    [Range(1_024, 10_000_000)]
    public int ContextWindow { get; set; } = 65_536;

    /// <summary>Streams at a time per endpoint.</summary>
    [Range(1, 10_000)]
    public int Slots { get; set; } = 8;

    /// <summary>Price of a million prompt tokens, in the tenant's currency.</summary>
    [Range(0, 1e6)]
    public decimal PriceIn { get; set; }

    /// <summary>Price of a million cached prompt tokens.</summary>
    [Range(0, 1e6)]
    public decimal PriceCachedIn { get; set; }

    /// <summary>Price of a million generated tokens.</summary>
    [Range(0, 1e6)]
    public decimal PriceOut { get; set; }

    /// <summary>Shown beside the name: <c>local</c>, <c>fast</c>, <c>strong</c>, …</summary>
    public string Tier { get; set; } = "";

    /// <summary>Seconds without a byte after which a stream counts as dead.</summary>
    [Range(1, 3_600)]
    public int IdleSeconds { get; set; } = 120;
}
