using CodexCloudIde.Repair.Observations;

namespace CodexCloudIde.Repair.Trials;

/// <summary>Which tests run which function, so that a candidate is tried with the tests that it can change.</summary>
internal static class Reach
{
    /// <summary>For each file the functions as [first line, last line, positions of the tests]; those that ran at import, whose effects a test only inherits, have -1 for a position.</summary>
    public static Dictionary<string, List<object[]>> Of(Observation observation, IReadOnlyList<TestObservation> tests)
    {
        var reach = new Dictionary<string, List<object[]>>();
        foreach (var file in observation.Files.Values.Where(file => !file.IsTest))
        {
            var seen = tests.Select(test => test.Lines.GetValueOrDefault(file.Path)).ToList();
            foreach (var function in file.Root.Walk().Where(node => node.Is("FunctionDef", "AsyncFunctionDef") && node.HasSpan))
            {
                var (first, last) = (ValueTypes.FirstLine(function), file.LineOf(function.End));
                var running = Enumerable.Range(0, tests.Count).Where(number => seen[number]?.Any(line => line > first && line <= last) ?? false || first == last && (seen[number]?.Contains(first) ?? false)).ToArray();
                if (Enumerable.Range(first + 1, Math.Max(0, last - first)).Any(line => observation.Importing.Contains((file.Path, line)) && !Nested(function, file, line)))
                {
                    running = [-1];
                }

                if (!reach.TryGetValue(file.Path, out var list))
                {
                    reach[file.Path] = list = [];
                }

                list.Add([first, last, running]);
            }
        }

        return reach;
    }

    /// <summary>The line of an inner function's head runs when the outer one does, its body does not.</summary>
    private static bool Nested(Syntax.Node function, Syntax.SourceFile file, int line) =>
        function.List("body").SelectMany(node => node.Walk()).Any(node => node.Is("FunctionDef", "AsyncFunctionDef") && node.HasSpan && line > node.Line && line <= file.LineOf(node.End));
}
