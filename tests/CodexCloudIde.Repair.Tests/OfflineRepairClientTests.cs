using System.Text.Json;
using CodexCloudIde.Repair.Chat;
using Microsoft.Extensions.AI;

namespace CodexCloudIde.Repair.Tests;

/// <summary>Drives the client as a turn loop does: asks, runs the tools that it calls, answers.</summary>
public sealed class OfflineRepairClientTests
{
    private static readonly ChatOptions Options = new() { Tools = [.. new[] { "run_tests", "run_command", "apply_edit", "update_plan" }.Select(name => AIFunctionFactory.Create(() => "", name))] };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Conversation_FailingProject_IsMendedByToolCalls()
    {
        using var project = Project("room-overlap");
        using var client = new OfflineRepairClient(TimeProvider.System);
        var messages = new List<ChatMessage> { new(ChatRole.System, "You are an agent."), new(ChatRole.User, "Fix the failing tests.") };
        var called = await ConverseAsync(client, messages, project.Path, int.MaxValue);
        Assert.Equal(["update_plan", "run_tests", "run_command", "update_plan", "update_plan", "run_command", "update_plan", "apply_edit", "run_command", "update_plan", "run_tests", "update_plan"], called);
        Assert.Contains("`<=`", messages[^1].Text, StringComparison.Ordinal);
        Assert.Contains("other.start < self.end", await File.ReadAllTextAsync(Path.Combine(project.Path, "rooms/slots.py"), Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Conversation_ClientMadeAnewMidway_BeginsTheAnalysisAgain()
    {
        using var project = Project("room-overlap");
        var messages = new List<ChatMessage> { new(ChatRole.User, "Fix the failing tests.") };
        using (var first = new OfflineRepairClient(TimeProvider.System))
        {
            await ConverseAsync(first, messages, project.Path, 4);
        }

        using var second = new OfflineRepairClient(TimeProvider.System);
        await ConverseAsync(second, messages, project.Path, int.MaxValue);
        Assert.Contains("All 7 tests pass now", messages[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_WithoutTools_SaysWhatItNeeds()
    {
        using var client = new OfflineRepairClient(TimeProvider.System);
        var answer = await client.GetResponseAsync([new ChatMessage(ChatRole.User, "What is a monad?")], cancellationToken: Stop);
        Assert.Contains("run_command", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Conversation_GreenProject_ChangesNothing()
    {
        using var project = Project("room-overlap");
        var path = Path.Combine(project.Path, "rooms/slots.py");
        await File.WriteAllTextAsync(path, (await File.ReadAllTextAsync(path, Stop)).Replace("other.start <= self.end", "other.start < self.end", StringComparison.Ordinal), Stop);
        using var client = new OfflineRepairClient(TimeProvider.System);
        var messages = new List<ChatMessage> { new(ChatRole.User, "Fix the failing tests.") };
        Assert.DoesNotContain("apply_edit", await ConverseAsync(client, messages, project.Path, int.MaxValue));
        Assert.Contains("nothing to mend", messages[^1].Text, StringComparison.Ordinal);
    }

    private static TemporaryFolder Project(string bug)
    {
        var folder = new TemporaryFolder();
        ProcessRunner.Copy(Path.Combine(AppContext.BaseDirectory, "Bugs", bug, "project"), folder.Path);
        return folder;
    }

    private static async Task<List<string>> ConverseAsync(OfflineRepairClient client, List<ChatMessage> messages, string folder, int most)
    {
        var called = new List<string>();
        while (called.Count < most)
        {
            var response = await client.GetStreamingResponseAsync(messages, Options, Stop).ToChatResponseAsync(Stop);
            messages.AddRange(response.Messages);
            var calls = response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>().ToList();
            if (calls.Count == 0)
            {
                break;
            }

            foreach (var call in calls)
            {
                called.Add(call.Name);
                messages.Add(new ChatMessage(ChatRole.Tool, [new FunctionResultContent(call.CallId, await InvokeAsync(call, folder))]));
            }
        }

        return called;
    }

    private static async Task<string> InvokeAsync(FunctionCallContent call, string folder)
    {
        var arguments = JsonSerializer.SerializeToElement(call.Arguments);
        switch (call.Name)
        {
            case "run_command":
                var outcome = await ProcessRunner.RunAsync(
                    folder, arguments.GetProperty("command").Deserialize<string[]>()!, arguments.GetProperty("stdin").GetString()!, TimeSpan.FromSeconds(arguments.GetProperty("timeoutSeconds").GetDouble()), Stop);
                return JsonSerializer.Serialize(new { status = "exited", exitCode = outcome.ExitCode, stdout = outcome.Stdout, stderr = outcome.Stderr });
            case "apply_edit":
                var path = Path.Combine(folder, arguments.GetProperty("path").GetString()!);
                var text = await File.ReadAllTextAsync(path, Stop);
                var old = arguments.GetProperty("oldText").GetString()!;
                Assert.Equal(2, text.Split(old).Length);
                await File.WriteAllTextAsync(path, text.Replace(old, arguments.GetProperty("newText").GetString()!, StringComparison.Ordinal), Stop);
                return "{}";
            default:
                return "{}";
        }
    }
}
