namespace CodexCloudIde.CommandLine;

/// <summary>A command's arguments: words, <c>--name value</c> or <c>--name=value</c>, and settings of the server (<c>--Section:Key=value</c>).</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> options = new(StringComparer.Ordinal);

    public Arguments(IReadOnlyList<string> args, params IReadOnlyList<string> flags)
    {
        List<string> words = [];
        List<string> settings = [];
        for (var index = 0; index < args.Count; index++)
        {
            var arg = args[index];
            var (name, value) = arg.Split('=', 2) is [var left, var right] ? (left, right) : (arg, null);
            if (!arg.StartsWith("--", StringComparison.Ordinal)) words.Add(arg);
            else if (flags.Contains(name)) options[name] = value ?? "true";
            else
            {
                value ??= index + 1 < args.Count ? args[++index] : "";
                if (name.Contains(':', StringComparison.Ordinal)) settings.Add($"{name}={value}");
                else options[name] = value;
            }
        }

        Words = words;
        Settings = settings;
    }

    public IReadOnlyList<string> Words { get; }

    public IReadOnlyList<string> Settings { get; }

    public string? this[string name] => options.GetValueOrDefault(name);
}
