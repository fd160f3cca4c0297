using Microsoft.VisualStudio.TestPlatform.ObjectModel.DataCollection;
using Microsoft.VisualStudio.TestPlatform.ObjectModel.DataCollector.InProcDataCollector;
using Microsoft.VisualStudio.TestPlatform.ObjectModel.InProcDataCollector;

namespace CodexCloudIde.TestLogger;

/// <summary>Inside the process that runs the tests: says which case begins, so that one that never ends has a name.</summary>
public sealed class BeginningReporter : InProcDataCollection
{
    public void Initialize(IDataCollectionSink dataCollectionSink)
    {
    }

    public void TestSessionStart(TestSessionStartArgs testSessionStartArgs)
    {
    }

    public void TestCaseStart(TestCaseStartArgs testCaseStartArgs)
    {
        if (TestIdentity.Describe("start", testCaseStartArgs.TestCase) is { } line)
        {
            ReportFile.Append(line);
        }
    }

    public void TestCaseEnd(TestCaseEndArgs testCaseEndArgs)
    {
    }

    public void TestSessionEnd(TestSessionEndArgs testSessionEndArgs)
    {
    }
}
