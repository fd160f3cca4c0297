using CodexCloudIde.Repair.Candidates;

namespace CodexCloudIde.Repair.Templates;

/// <summary>Wrong keys, strings, flags.</summary>
internal static class Literals
{
    public static IEnumerable<Proposal> Propose(Site site)
    {
        var node = site.Node;
        if (node.Kind != "Constant" || node.Parent is { Kind: "Expr" or "JoinedStr" })
        {
            return [];
        }

        return node.Text("type") switch
        {
            "str" when site.Text.Length > 1 && site.Text[0] is '"' or '\'' => Strings(site),
            "bool" => [site.Swap("flag", 0.55, node.Text("value") == "True" ? "False" : "True", $"the flag `{site.Text}` is inverted")],
            "NoneType" when node.Slot is "value" or "args" => [site.Swap("literal", 0.15, "0"), site.Swap("literal", 0.15, "[]"), site.Swap("literal", 0.12, "\"\"")],
            _ => [],
        };
    }

    private static IEnumerable<Proposal> Strings(Site site)
    {
        var value = site.Node.Text("value")!;
        var offered = new Dictionary<string, double>();
        void Offer(string text, double prior)
        {
            if (text != value)
            {
                offered[text] = Math.Max(offered.GetValueOrDefault(text), prior);
            }
        }

        foreach (var key in site.Index.MissingKeys)
        {
            Offer(key, 0.6 + (0.35 * Words.Likeness(key, value)));
        }

        if (site.Raised is { Key: { } missed } && missed == value && site.Raised.Frames[^1].Locals is { } locals)
        {
            // The lookup asks for a key that is not there: the keys that are.
            foreach (var key in locals.Values.SelectMany(local => local.Keys).Distinct())
            {
                Offer(key, 0.45 + (0.45 * Words.Likeness(key, value)));
            }
        }

        foreach (var group in site.Index.KeyGroups.Where(group => group.Contains(value)))
        {
            foreach (var key in group)
            {
                Offer(key, 0.3 + (0.25 * Words.Likeness(key, value)));
            }
        }

        foreach (var (text, _) in site.Index.Strings)
        {
            if (text.Length < 60 && Words.Likeness(text, value) is var likeness && likeness >= 0.6)
            {
                Offer(text, 0.6 * likeness);
            }
        }

        foreach (var (text, prior) in offered.OrderByDescending(entry => entry.Value).Take(14))
        {
            var quote = site.Text[0] == '\'' ? Site.Quote(text).Replace('"', '\'') : Site.Quote(text);
            yield return site.Swap("literal", prior, quote, $"the key or text `{Site.Short(site.Text)}` should be `{Site.Short(quote)}`");
        }
    }
}
