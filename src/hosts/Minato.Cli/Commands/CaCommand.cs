using System.CommandLine;
using Minato.Cli.Output;
using Minato.Cli.Running;
using Minato.Cli.Sessions;
using Minato.Platform;
using Minato.Platform.Files;

namespace Minato.Cli.Commands;

/// <summary>Prints the root certificate of the installation's own authority, for whoever is to trust what ACM issues.</summary>
internal static class CaCommand
{
    public static Command Create()
    {
        var command = new Command("ca", "Prints the root certificate that signs what ACM issues here: ./minato ca > ca.pem");
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var directory = parsed.DataDirectory();
        if (new ServerFiles(directory).Installation is null) throw new UserException($"there is no installation in {directory}. Start one with: ./minato up --detach --data {ShellWords.Quote(directory)}");
        Screen.Line(FilePlatform.OpenAuthority(directory, new Ids(), TimeProvider.System).RootPem.TrimEnd());
        return 0;
    }
}
