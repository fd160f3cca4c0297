using CodexCloudIde.Tests.Models;

namespace CodexCloudIde.EndToEnd;

/// <summary>
/// A model behind a real endpoint that asks for two commands that the mode does not allow by itself, then says what came of them; asked again, it thinks
/// until it is cancelled.
/// </summary>
internal sealed class ScriptedModel : IAsyncDisposable
{
    public const string Name = "scripted";

    private readonly TaskCompletionSource thinks = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ChatCompletionsServer server = null!;

    /// <summary>Arguments that put it beside the offline model, which stays the default.</summary>
    public string[] BesideOffline =>
        ["--Ide:Models:0:Name=offline", "--Ide:Models:0:Kind=offline", $"--Ide:Models:1:Name={Name}", "--Ide:Models:1:Kind=openai", $"--Ide:Models:1:Endpoint={server.Endpoint}"];

    /// <summary>It has begun to think for ever.</summary>
    public Task Thinks => thinks.Task;

    /// <summary>Nobody listens to its thoughts any more.</summary>
    public Task Gone => gone.Task;

    public static async Task<ScriptedModel> StartAsync()
    {
        var model = new ScriptedModel();
        model.server = await ChatCompletionsServer.StartAsync((_, request) => request switch
        {
            0 => Reply.Call.Of("run_command", new { command = new[] { "sh", "-c", "echo 'Postage mended' > CHANGES.md" }, writeBack = true, purpose = "keep a list of changes" }),
            1 => Reply.Call.Of("run_command", new { command = new[] { "rm", "-rf", "feeds" }, writeBack = true, purpose = "tidy up" }),
            2 => new Reply.Say("CHANGES.md is written. ", "The folder stays, as you said."),
            _ => new Reply.Hang(model.thinks, model.gone),
        });
        return model;
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();
}
