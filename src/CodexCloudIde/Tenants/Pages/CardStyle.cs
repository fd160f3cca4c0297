using System.Reflection;
using System.Text.Json;

namespace CodexCloudIde.Tenants.Pages;

/// <summary>The style of pages that stand by themselves; inline, so that they need no other request. Its colours are the site's one table.</summary>
internal static class CardStyle
{
    private const string Rules = """
        * { box-sizing: border-box; }
        body > header { display: flex; align-items: center; gap: 8px; max-width: 720px; margin: 0 auto; padding: 24px 16px 0; font-weight: 600; } body > header svg { color: var(--accent); }
        body:has(.narrow) > header { max-width: 380px; padding: 8vh 0 0; }
        body { margin: 0; background: var(--base); color: var(--text); font: 14px/20px system-ui, sans-serif; }
        main { max-width: 720px; margin: 0 auto; padding: 24px 16px; }
        .narrow { max-width: 380px; margin: 0 auto; } body:has(.wide) > header, main:has(.wide) { max-width: 1160px; }
        section { background: var(--surface); border: 1px solid var(--line); border-radius: 6px; padding: 20px; margin: 0 0 16px; }
        h1 { font-size: 20px; line-height: 28px; margin: 0 0 12px; } h2 { font-size: 15px; margin: 0 0 12px; }
        p { margin: 0 0 12px; } .muted { color: var(--muted); } .failed { color: var(--failed); } .passed { color: var(--passed); }
        label { display: block; margin: 0 0 12px; } label > span { display: block; color: var(--muted); margin-bottom: 4px; }
        input, select { width: 100%; min-height: 40px; padding: 8px 10px; border: 1px solid var(--line); border-radius: 6px; background: var(--base); color: var(--text); font: inherit; }
        input[type=checkbox] { width: auto; min-height: 0; margin-right: 6px; }
        button, .button { display: inline-block; min-height: 40px; padding: 8px 16px; border: 1px solid var(--line); border-radius: 6px; background: transparent; color: var(--text);
          font: inherit; text-decoration: none; cursor: pointer; }
        button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); width: 100%; font-weight: 600; }
        :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
        a { color: var(--accent); } nav { display: flex; flex-wrap: wrap; gap: 4px; margin: 0 0 20px -10px; }
        nav a { padding: 6px 10px; border-radius: 6px; color: var(--muted); text-decoration: none; } nav a:hover, nav a[aria-current] { color: var(--text); background: var(--hover); }
        .head { display: flex; flex-wrap: wrap; gap: 12px; align-items: center; justify-content: space-between; margin: 0 0 16px; } .head > div { flex: 1 1 240px; } .head h1 { margin: 0; } .head p { margin: 0; }
        .row { display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: center; justify-content: space-between; padding: 10px 0; border-top: 1px solid var(--line); }
        .row > div { min-width: 0; overflow-wrap: anywhere; flex: 1 1 200px; } .inline { display: flex; flex-wrap: wrap; gap: 8px; align-items: end; } .inline > label { flex: 1 1 140px; margin: 0; }
        code { display: block; padding: 10px; border: 1px solid var(--line); border-radius: 6px; overflow-wrap: anywhere; user-select: all; font: 13px/20px "JetBrains Mono", monospace; }
        """;

    public static string Css { get; } = Make();

    private static string Make()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("tokens.json")!;
        using var json = JsonDocument.Parse(stream);
        string Of(string theme) => string.Concat(json.RootElement.GetProperty(theme).EnumerateObject().Select(token => $"--{token.Name}:{token.Value.GetString()};"));
        var (dark, light) = (Of("dark"), Of("light"));
        return $$"""
            :root { {{dark}} }
            @media (prefers-color-scheme: light) { :root:not([data-theme]) { {{light}} } }
            :root[data-theme=light] { {{light}} }
            {{Rules}}
            """;
    }
}
