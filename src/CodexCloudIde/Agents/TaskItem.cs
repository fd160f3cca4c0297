using System.Text.Json;
using CodexCloudIde.Executions;

namespace CodexCloudIde.Agents;

internal sealed record PlanStep(string Text, string Status);

/// <summary>One row of a task's timeline. Which fields are set depends on the type.</summary>
/// <param name="Id">Dense within the task: <c>i1</c>, <c>i2</c>, …</param>
/// <param name="Type"><c>userMessage</c>, <c>agentMessage</c>, <c>plan</c>, <c>reasoning</c>, <c>commandExecution</c>, <c>fileChange</c>, <c>testRun</c>, <c>approval</c>, <c>contextCompaction</c>.</param>
/// <param name="Status"><c>running</c>, <c>completed</c>, <c>failed</c>, <c>declined</c> or <c>cancelled</c>.</param>
internal sealed record TaskItem(string Id, string Type, string Status, DateTimeOffset StartedAt)
{
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>Words of a message or thought.</summary>
    public string? Text { get; init; }

    public string? Author { get; init; }

    /// <summary>The tool that the model called.</summary>
    public string? Tool { get; init; }

    /// <summary>What a command is for, in the model's words.</summary>
    public string? Purpose { get; init; }

    /// <summary>What a command row shows: the command, or the tool with its main argument.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>Last lines of output.</summary>
    public string? Output { get; init; }

    public int? ExitCode { get; init; }

    public string? ExecutionId { get; init; }

    public TestRun? TestRun { get; init; }

    public string? Path { get; init; }

    /// <summary><c>added</c>, <c>modified</c>, <c>deleted</c> or <c>moved</c>.</summary>
    public string? Change { get; init; }

    public string? Diff { get; init; }

    public int? Added { get; init; }

    public int? Removed { get; init; }

    public IReadOnlyList<PlanStep>? Steps { get; init; }

    public Approval? Approval { get; init; }

    public string? Decision { get; init; }

    /// <summary>One line: what came of it.</summary>
    public string? Summary { get; init; }
}

/// <summary>One wire format for events, storage and answers.</summary>
internal static class TaskJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
        Converters = { new IdConverter<Workspaces.WorkspaceId>(), new IdConverter<Tenants.TenantId>(), new IdConverter<Tenants.UserId>() },
    };

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Options);

    public static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, Options)!;

    private sealed class IdConverter<T> : System.Text.Json.Serialization.JsonConverter<T> where T : struct, IParsable<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => T.Parse(reader.GetString()!, null);

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}
