using Microsoft.VisualStudio.TestPlatform.ObjectModel;
using Microsoft.VisualStudio.TestPlatform.ObjectModel.Client;

namespace CodexCloudIde.TestLogger;

/// <summary>Inside the runner: says how each case ended, with its message and frames.</summary>
[FriendlyName("ide")]
[ExtensionUri("logger://codex-cloud-ide/report/v1")]
public sealed class ReportLogger : ITestLogger
{
    public void Initialize(TestLoggerEvents events, string testRunDirectory) => events.TestResult += (_, ended) => Tell(ended.Result);

    private static void Tell(TestResult result)
    {
        var status = result.Outcome switch
        {
            TestOutcome.Passed => "passed",
            TestOutcome.Failed => "failed",
            TestOutcome.Skipped => "skipped",
            _ => "error",
        };
        if (TestIdentity.Describe("finish", result.TestCase) is { } line)
        {
            ReportFile.Append(line
                .Put("status", status)
                .Put("duration", result.Duration.TotalMilliseconds)
                .Put("message", result.ErrorMessage?.Trim() is { Length: > 0 } message ? message : null)
                .Put("frames", StackFrame.Of(result.ErrorStackTrace)));
        }
    }
}
