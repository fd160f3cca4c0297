using System.Text.Json;

namespace CodexCloudIde.Agents.Tools;

/// <summary>JSON schemas of the tools' arguments, written once, as the models read them.</summary>
internal static class Schemas
{
    public static JsonElement ListFiles { get; } = Of("""{"path":{"type":"string","description":"Folder; the workspace's root when absent"}}""");

    public static JsonElement ReadFile { get; } = Of(
        """{"path":{"type":"string"},"fromLine":{"type":"integer","minimum":1},"toLine":{"type":"integer","minimum":1}}""", "path");

    public static JsonElement Search { get; } = Of(
        """{"query":{"type":"string"},"regex":{"type":"boolean"},"path":{"type":"string","description":"Only below this folder"}}""", "query");

    public static JsonElement RunTests { get; } = Of(
        """{"filter":{"type":"array","items":{"type":"string"},"description":"Case ids; all when absent"},"coverage":{"enum":[false,true,"perCase"]}}""");

    public static JsonElement RunCommand { get; } = Of(
        """
        {"command":{"type":"array","items":{"type":"string"},"minItems":1,"description":"Program and arguments, no shell"},"stdin":{"type":"string"},
        "purpose":{"type":"string","description":"What it is for, in a few words, for people"},
        "timeoutSeconds":{"type":"number","exclusiveMinimum":0},"network":{"enum":["none","proxy"]},
        "writeBack":{"type":"boolean","description":"Keep what it writes; needs a person's yes"}}
        """,
        "command");

    public static JsonElement TryPatches { get; } = Of(
        """
        {"candidates":{"type":"array","minItems":1,"description":"Best first","items":{"type":"object","required":["id","edits"],"properties":{"id":{"type":"string"},"edits":{"type":"array","items":
        {"type":"object","required":["path","start","end","replacement"],"properties":{"path":{"type":"string"},
        "start":{"type":"integer","description":"Offset in UTF-16 units in the text that read_file gives"},"end":{"type":"integer"},"replacement":{"type":"string"}}}},
        "thorough":{"type":"boolean","description":"Run all tests even when it mends nothing"}}}},
        "tests":{"type":"array","items":{"type":"string"},"description":"Case ids that a candidate should mend"},
        "keep":{"type":"array","items":{"type":"string"},"description":"Case ids that it may not break; all that passed last when absent"},
        "seconds":{"type":"number","exclusiveMinimum":0,"description":"For all candidates"},"testSeconds":{"type":"number","exclusiveMinimum":0,"description":"For one candidate"},
        "stopEarly":{"type":"boolean","description":"Leave the rest out soon after candidates that mend everything"},
        "lineEnds":{"enum":["lf","asStored"],"description":"What offsets count: LF as in read_file, or the file's own"},
        "seen":{"type":"object","description":"From a run of all tests, to try less: limits (seconds for each test, failing ones first), at (line that each failing test came to), reach (for each file [first line, last line, places of the tests that run it])"}}
        """,
        "candidates", "tests");

    public static JsonElement ApplyEdit { get; } = Of(
        """{"path":{"type":"string"},"oldText":{"type":"string","description":"Occurs exactly once in the file"},"newText":{"type":"string"}}""", "path", "oldText", "newText");

    public static JsonElement ApplyPatch { get; } = Of(
        """{"patch":{"type":"string","description":"A '*** Begin Patch' envelope, a unified diff, or SEARCH/REPLACE blocks"}}""", "patch");

    public static JsonElement WriteFile { get; } = Of("""{"path":{"type":"string"},"content":{"type":"string"}}""", "path", "content");

    public static JsonElement DeleteFile { get; } = Of("""{"path":{"type":"string"}}""", "path");

    public static JsonElement UpdatePlan { get; } = Of(
        """
        {"steps":{"type":"array","items":{"type":"object","required":["text","status"],"properties":{"text":{"type":"string"},
        "status":{"enum":["pending","inProgress","completed"]}}}}}
        """,
        "steps");

    private static JsonElement Of(string properties, params string[] required) => JsonDocument.Parse(
        $$"""{"type":"object","properties":{{properties}},"required":{{JsonSerializer.Serialize(required)}},"additionalProperties":false}""").RootElement;
}
