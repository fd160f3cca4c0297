namespace CodexCloudIde.Repair.Chat;

/// <summary>Names of the tools that the repair calls.</summary>
internal static class ChatTools
{
    public const string RunTests = "run_tests";
    public const string RunCommand = "run_command";
    public const string TryPatches = "try_patches";
    public const string ApplyEdit = "apply_edit";
    public const string UpdatePlan = "update_plan";
}
