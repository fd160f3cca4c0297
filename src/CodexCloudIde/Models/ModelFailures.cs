using System.ClientModel;
using System.Text.Json;

namespace CodexCloudIde.Models;

/// <summary>From what the wire throws to what a person can read.</summary>
internal static class ModelFailures
{
    public static ModelFailureException Of(Exception exception, string model, bool begun) => exception switch
    {
        ModelFailureException failure => failure,
        ClientResultException { Status: 429 } e => new(ModelFailureKind.Busy, $"The endpoint of model '{model}' is at its limit (429). Resume later or choose another model.", e),
        ClientResultException { Status: 401 or 403 } e =>
            new(ModelFailureKind.Refused, $"The endpoint of model '{model}' refused the credential ({e.Status}). Ask the operator to set its key.", e),
        ClientResultException { Status: >= 500 } e => new(ModelFailureKind.Broken, $"The endpoint of model '{model}' failed ({e.Status}). Resume to try again.", e),
        ClientResultException { Status: >= 400 } e => new(ModelFailureKind.Refused, $"The endpoint of model '{model}' refused the request ({e.Status}).", e),
        JsonException or FormatException or ArgumentException or KeyNotFoundException =>
            new(ModelFailureKind.Malformed, $"Model '{model}' sent an answer that cannot be read. Resume to try again.", exception),
        TimeoutException => new(ModelFailureKind.Silent, exception.Message, exception),
        _ when begun => new(ModelFailureKind.Disconnected, $"The connection to model '{model}' broke off in the middle of its answer. Resume to try again.", exception),
        _ => new(ModelFailureKind.Unreachable, $"The endpoint of model '{model}' does not answer. Check that it runs, then resume.", exception),
    };
}
