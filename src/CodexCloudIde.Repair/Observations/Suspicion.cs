using CodexCloudIde.Repair.Syntax;

namespace CodexCloudIde.Repair.Observations;

/// <summary>
/// How likely each line is at fault, from 0 to 1. Spectrum: Ochiai (Abreu et al. 2007) for all failures together and for each group of
/// failures that surface alike, the larger of them, since several faults at once blur the whole; the lines of a trace count more, the inner
/// ones most. Lines that run at import (constants, tables, signatures) have no spectrum of their own: they inherit from what uses them.
/// </summary>
internal sealed class Suspicion
{
    private readonly Dictionary<(string Path, int Line), double> _scores = [];
    private readonly Observation _observation;

    public Suspicion(Observation observation)
    {
        _observation = observation;
        var passing = observation.Passing;
        var groups = observation.Failing.GroupBy(Signature).Select(group => group.ToList()).ToList();
        foreach (var group in groups.Prepend([.. observation.Failing]))
        {
            Spectrum(group, passing);
        }

        // What ran at import is behind every test alike.
        var share = Math.Sqrt((double)observation.Failing.Count / Math.Max(1, observation.Tests.Count));
        foreach (var line in observation.Importing.Where(line => observation.Files.TryGetValue(line.Path, out var file) && !file.IsTest && InFunction(file, line.Line)))
        {
            Raise(line, share * 0.8);
        }

        foreach (var test in observation.Failing)
        {
            Trace(test);
        }

        foreach (var file in observation.Files.Values.Where(file => !file.IsTest))
        {
            Inherit(file);
        }
    }

    public double Of(string path, int line) => _scores.GetValueOrDefault((path, line));

    public double Of(string path, Node node)
    {
        var score = Of(path, node.Line);
        return node.IsStatement ? score : Math.Max(score, Of(path, node.Statement.Line) * 0.98);
    }

    /// <summary>Failures that look alike are taken for one fault's.</summary>
    public static string Signature(TestObservation test) => test.Failure switch
    {
        null => test.Id,
        { InProduct: true, Surface: { } surface } failure => $"{failure.Type} {surface.Path}:{surface.Line}",
        { } failure => $"{failure.Type} {test.Id.Split('[')[0]}",
    };

    private void Spectrum(List<TestObservation> failing, IReadOnlyList<TestObservation> passing)
    {
        var failed = Counts(failing);
        var passed = Counts(passing);
        foreach (var (line, hits) in failed)
        {
            Raise(line, hits / Math.Sqrt((double)failing.Count * (hits + passed.GetValueOrDefault(line))));
        }
    }

    private static bool InFunction(SourceFile file, int line) =>
        file.Root.Walk().Any(node => node.Is("FunctionDef", "AsyncFunctionDef") && node.HasSpan && line > node.Line && line <= file.LineOf(node.End));

    private static Dictionary<(string, int), int> Counts(IEnumerable<TestObservation> tests)
    {
        var counts = new Dictionary<(string, int), int>();
        foreach (var (path, lines) in tests.SelectMany(test => test.Lines))
        {
            foreach (var line in lines)
            {
                counts[(path, line)] = counts.GetValueOrDefault((path, line)) + 1;
            }
        }

        return counts;
    }

    private void Trace(TestObservation test)
    {
        var frames = test.Failure?.Frames.Where(frame => !SourceFile.IsTestPath(frame.Path)).Reverse().ToList() ?? [];
        for (var depth = 0; depth < frames.Count; depth++)
        {
            var line = (frames[depth].Path, frames[depth].Line);
            var score = _scores.GetValueOrDefault(line, 0.3);
            _scores[line] = score + ((1 - score) * 0.6 / (depth + 1));
        }
    }

    private void Raise((string, int) line, double score) => _scores[line] = Math.Max(_scores.GetValueOrDefault(line), score);

    private void Inherit(SourceFile file)
    {
        foreach (var function in file.Root.Walk().Where(node => node.Is("FunctionDef", "AsyncFunctionDef")))
        {
            var inside = function.List("body").SelectMany(node => node.Walk()).Where(node => node.Line > 0).Select(node => Of(file.Path, node.Line)).DefaultIfEmpty().Max();
            Raise((file.Path, function.Line), inside * 0.6);
        }

        var used = new Dictionary<string, double>();
        foreach (var other in _observation.Files.Values.Where(other => !other.IsTest))
        {
            foreach (var node in other.Root.Walk())
            {
                if ((node.Kind == "Name" ? node.Text("id") : node.Kind == "Attribute" ? node.Text("attr") : null) is { } name && node.Function is not null)
                {
                    used[name] = Math.Max(used.GetValueOrDefault(name), Of(other.Path, node.Line));
                }
            }
        }

        var collecting = _observation.Failing.Any(test => test.Collecting) ? 0.3 : 0;
        foreach (var statement in file.Root.Walk().Where(node => node.IsStatement && node.Function is null && node.Is("Assign", "AnnAssign")))
        {
            var targets = statement.Kind == "Assign" ? statement.List("targets") : [statement.Child("target")!];
            var score = targets.SelectMany(node => node.Walk()).Select(node => used.GetValueOrDefault(node.Text("id") ?? "")).DefaultIfEmpty().Max() * 0.75;
            foreach (var line in statement.Walk().Where(node => node.Line > 0).Select(node => node.Line).Distinct())
            {
                Raise((file.Path, line), Math.Max(score, collecting));
            }
        }
    }
}
