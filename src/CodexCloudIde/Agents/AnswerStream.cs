using System.Text;
using Microsoft.Extensions.AI;

namespace CodexCloudIde.Agents;

/// <summary>The model's words and thoughts as items that grow while it speaks, a few times a second.</summary>
internal sealed class AnswerStream(TaskSession session)
{
    private static readonly TimeSpan UpdateEvery = TimeSpan.FromMilliseconds(250);
    private readonly StringBuilder text = new();
    private TaskItem? item;
    private long lastUpdate;

    public async Task ShowAsync(ChatResponseUpdate update, CancellationToken cancellationToken)
    {
        foreach (var content in update.Contents)
        {
            var (type, words) = content switch
            {
                TextContent spoken => ("agentMessage", spoken.Text),
                TextReasoningContent thought => ("reasoning", thought.Text),
                _ => ("", ""),
            };
            if (words.Length == 0)
            {
                continue;
            }

            if (item is not null && item.Type != type)
            {
                await CloseAsync("completed");
            }

            text.Append(words);
            item ??= await session.StartAsync(
                started => started with { Type = type, Text = text.ToString() }, type == "reasoning" ? "thinking" : "writing", cancellationToken);
            if (session.Time.GetElapsedTime(lastUpdate) >= UpdateEvery)
            {
                lastUpdate = session.Time.GetTimestamp();
                await session.UpdateAsync(item with { Text = text.ToString() }, cancellationToken);
            }
        }
    }

    public async Task CloseAsync(string status)
    {
        if (item is not null)
        {
            await session.CompleteAsync(item with { Text = text.ToString(), Status = status }, CancellationToken.None);
        }

        (item, lastUpdate) = (null, 0);
        text.Clear();
    }
}
