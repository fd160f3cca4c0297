using System.Text;

namespace CodexCloudIde.Agents;

/// <summary>
/// A shell script as the commands in it, roughly: split at separators, pipes, groups and substitutions, quotes taken off. Errs towards more commands: what
/// is judged only ever becomes stricter by that.
/// </summary>
internal static class ShellWords
{
    public static List<List<string>> Commands(string script)
    {
        var commands = new List<List<string>> { new() };
        var word = new StringBuilder();
        var (quote, begun) = ('\0', false);
        for (var i = 0; i < script.Length; i++)
        {
            var c = script[i];
            if (c == '\\' && quote != '\'' && i + 1 < script.Length)
            {
                // Before a line's end it joins the lines.
                if (script[++i] != '\n')
                {
                    word.Append(script[i]);
                    begun = true;
                }
            }
            else if (quote == c)
            {
                quote = '\0';
            }
            else if (quote == '\0' && c is ('"' or '\''))
            {
                (quote, begun) = (c, true);
            }
            else if ((c is '`' || (c is '(' && i > 0 && script[i - 1] == '$')) && quote != '\'')
            {
                // A substitution runs a command even inside double quotes.
                EndWord();
                EndCommand();
                quote = '\0';
            }
            else if (quote != '\0')
            {
                word.Append(c);
            }
            else if (c is ';' or '|' or '&' or '\n' or '(' or ')' or '{' or '}' or '!')
            {
                EndWord();
                EndCommand();
            }
            else if (char.IsWhiteSpace(c))
            {
                EndWord();
            }
            else
            {
                word.Append(c);
                begun = true;
            }
        }

        EndWord();
        return [.. commands.Select(Bare).Where(command => command.Count > 0)];

        void EndWord()
        {
            if (begun || word.Length > 0)
            {
                commands[^1].Add(word.ToString());
            }

            word.Clear();
            begun = false;
        }

        void EndCommand()
        {
            if (commands[^1].Count > 0)
            {
                commands.Add([]);
            }
        }
    }

    /// <summary>Without leading keywords and assignments.</summary>
    private static List<string> Bare(List<string> command) =>
        [.. command.SkipWhile(word => word is "if" or "then" or "else" or "elif" or "do" or "while" or "until" or "in" || IsAssignment(word))];

    private static bool IsAssignment(string word) =>
        word.IndexOf('=', StringComparison.Ordinal) is > 0 and var at && word[..at].All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
