using CodexCloudIde.Agents;

namespace CodexCloudIde.CommandLine;

/// <summary>
/// The program's own command line. Arguments that begin with a known word are a command; all others are configuration of the server.
/// Exit status: 0 done, 1 it says no (a chain that does not hold, a check that fails), 2 used wrongly.
/// </summary>
internal static class Commands
{
    private const string Usage = """
        Codex Cloud IDE

          CodexCloudIde [--urls URL] [--Ide:DataDirectory=DIR] [--Section:Key=value …]   start the server

          CodexCloudIde audit verify FILE [--head FILE] [--key FILE]                     check an export, offline
          CodexCloudIde user add EMAIL [--tenant ID] [--role ROLE] [--operator]          make an account; the password is read from standard input
          CodexCloudIde token create --user EMAIL [--tenant ID] [--name NAME] [--days N] [--scopes a,b]
          CodexCloudIde backup FILE                                                      databases, keys and workspaces into one tar.gz
          CodexCloudIde restore FILE                                                     into an empty data directory
          CodexCloudIde repair --project DIR [--write]                                   mend failing Python tests offline, on a copy unless --write
          CodexCloudIde doctor                                                           what this machine lacks

        Commands that touch data take --Ide:DataDirectory=DIR and the other settings like the server does.
        """;

    /// <summary>The exit status; null when the arguments are the server's.</summary>
    public static async Task<int?> RunAsync(string[] args) => args switch
    {
        ["--help" or "-h" or "help", ..] => Help(),
        ["audit", "verify", .. var rest] => AuditVerify.Run(rest),
        ["user", "add", .. var rest] => await AccountCommands.AddUserAsync(rest),
        ["token", "create", .. var rest] => await AccountCommands.CreateTokenAsync(rest),
        ["backup", .. var rest] => await Backup.SaveAsync(rest),
        ["restore", .. var rest] => await Backup.RestoreAsync(rest),
        ["repair", .. var rest] => await RepairCommand.RunAsync(rest),
        ["doctor", .. var rest] => await Doctor.RunAsync(rest),
        [var word, ..] when !word.StartsWith('-') && !word.Contains('=', StringComparison.Ordinal) => Wrong($"There is no command '{string.Join(' ', args)}'."),
        _ => null,
    };

    internal static int Wrong(string message)
    {
        Console.Error.WriteLine(message);
        Console.Error.WriteLine();
        Console.Error.WriteLine(Usage);
        return 2;
    }

    private static int Help()
    {
        Console.WriteLine(Usage);
        return 0;
    }
}
