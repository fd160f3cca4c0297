using System.Diagnostics;
using System.Text.Json;

namespace CodexCloudIde.Benchmarks.Editing;

/// <summary>Others' text engines on the same trace, where they are installed: <c>npm ci --prefix tests/CodexCloudIde.Benchmarks/peers</c>.</summary>
internal static class PeerFigure
{
    public static async Task MeasureAsync(Trace trace, Report report, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(Product.Root(), "tests", "CodexCloudIde.Benchmarks", "peers");
        if (trace.IsConcurrent || !Directory.Exists(Path.Combine(folder, "node_modules"))) return;
        var file = Path.GetTempFileName();
        try
        {
            var edits = trace.Edits.Select(edit => Patch(edit)).ToList();
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new { start = trace.Start, end = trace.End, edits }), cancellationToken);
            using var node = Process.Start(new ProcessStartInfo("node", [Path.Combine(folder, "peers.mjs"), file]) { RedirectStandardOutput = true })!;
            while (await node.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
            {
                var told = JsonDocument.Parse(line).RootElement;
                var name = told.GetProperty("name").GetString();
                report.Note($"{trace.Name}: {name}", "ops/s", edits.Count / told.GetProperty("seconds").GetDouble());
                report.Require($"{trace.Name}: {name}: the end text is the recorded one", told.GetProperty("ok").GetBoolean(), "");
            }

            await node.WaitForExitAsync(cancellationToken);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static object[] Patch(Text.TextOperation edit)
    {
        var (position, deleted, inserted) = (0, 0, "");
        foreach (var step in edit.Steps)
        {
            if (step.IsRetain) position = step.Count;
            else if (step.IsDelete) deleted = step.InputLength;
            else inserted = step.Inserted!;
        }

        return [position, deleted, inserted];
    }
}
