using ArchUnitNET.Domain;
using ArchUnitNET.Loader;

namespace CodexCloudIde.Tests;

/// <summary>Which folder may know which. A line that is missing here is a reference to argue for, not merely to add.</summary>
public sealed class HouseTests
{
    /// <summary>What everybody may use.</summary>
    private static readonly string[] Ground = ["Tenants", "Audit", "Storage", "Api"];

    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        // The leaves know nothing of ours, not even the ground.
        ["Text"] = [],
        ["Sandboxing"] = [],
        ["Inference"] = [],
        ["Repair"] = [],
        ["Tenants"] = Ground,
        ["Audit"] = Ground,
        ["Api"] = Ground,
        // The id of a workspace, to convert it.
        ["Storage"] = [.. Ground, "Workspaces"],
        // Documents: a call on the file of an open document is an edit. Executions and Sandboxing: git runs in a sandbox. Shell: the places of panes.
        ["Workspaces"] = [.. Ground, "Documents", "Executions", "Sandboxing", "Shell"],
        ["Documents"] = [.. Ground, "Text", "Workspaces", "Shell"],
        ["Executions"] = [.. Ground, "Sandboxing", "Documents", "Workspaces", "Shell"],
        // Documents: a shell sees open documents as files, and what it writes comes back to them.
        ["Terminals"] = [.. Ground, "Sandboxing", "Executions", "Documents", "Workspaces", "Shell"],
        ["Models"] = [.. Ground, "Inference", "Repair"],
        // CommandLine and Sandboxing: the repair of a folder by command line, without a server.
        ["Agents"] = [.. Ground, "CommandLine", "Sandboxing", "Documents", "Executions", "Models", "Workspaces", "Inference", "Repair", "Shell"],
    };

    /// <summary>These put the others together.</summary>
    private static readonly string[] Composing = ["Shell", "CommandLine", "Hosting"];

    [Fact]
    public void Folders_KnowOnlyWhomTheyMay()
    {
        string[] parts = ["CodexCloudIde.Text", "CodexCloudIde.Sandboxing", "CodexCloudIde.Inference", "CodexCloudIde.Repair"];
        var house = new ArchLoader().LoadAssemblies([typeof(Program).Assembly, .. parts.Select(System.Reflection.Assembly.Load)]).Build();
        var folders = house.Types.Select(FolderOf).OfType<string>().Distinct().ToList();
        var wrong = house.Types
            .SelectMany(type => type.Dependencies.Select(dependency => (From: FolderOf(type), To: FolderOf(dependency.Target), Type: type.FullName)))
            .Where(pair => pair.From is { } from && pair.To is { } to && from != to && !Composing.Contains(from) && !Allowed.GetValueOrDefault(from, Ground).Contains(to))
            .Select(pair => $"{pair.From} -> {pair.To}: {pair.Type}").Distinct().Order(StringComparer.Ordinal).ToList();
        Assert.Equal([], wrong);
        Assert.Equal([], Allowed.Keys.Except(folders).Except(["Terminals", "Repair"]));
    }

    private static string? FolderOf(IType type) =>
        (type.Namespace?.FullName ?? "").Split('.') is ["CodexCloudIde", var folder, ..] && folder != "Migrations" ? folder : null;
}
