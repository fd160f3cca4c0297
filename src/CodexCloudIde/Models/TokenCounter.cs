using Microsoft.ML.Tokenizers;

namespace CodexCloudIde.Models;

/// <summary>Tokens by o200k, the vocabulary nearest to most models of today; loaded when first asked for (it takes tens of megabytes).</summary>
internal sealed class TokenCounter
{
    private readonly Lazy<TiktokenTokenizer> tokenizer = new(() => TiktokenTokenizer.CreateForEncoding("o200k_base"));

    public int Count(string text) => text.Length == 0 ? 0 : tokenizer.Value.CountTokens(text);

    /// <summary>Four characters a token: for charges that are corrected later.</summary>
    public static int Estimate(long characters) => (int)Math.Min(int.MaxValue, (characters / 4) + 1);
}
