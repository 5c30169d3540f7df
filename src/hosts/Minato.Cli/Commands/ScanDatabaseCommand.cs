using System.CommandLine;
using System.Text.Json.Nodes;
using Minato.Cli.Output;
using Minato.Engines.Scanner.Advisories;

namespace Minato.Cli.Commands;

/// <summary>The database of vulnerabilities that scans look into: dumps in the OSV format, imported into the data directory.</summary>
internal static class ScanDatabaseCommand
{
    private static readonly Argument<FileSystemInfo[]> s_files = new("files") { Description = "Dumps: a zip as OSV publishes it, a folder of JSON files, or JSON lines.", HelpName = "FILE", Arity = ArgumentArity.OneOrMore };
    private static readonly Option<bool> s_add = new("--add") { Description = "Keeps what was imported before; otherwise the dumps take its place." };

    public static Command Create()
    {
        var import = new Command("import", "Imports OSV dumps. Scans see the old data or the new, never half of it.") { s_files, s_add };
        import.SetAction(Import);
        return new Command("db", "The vulnerabilities that scans look up.") { import };
    }

    private static int Import(ParseResult parsed)
    {
        var files = parsed.GetRequiredValue(s_files).Select(f => f.FullName).ToList();
        if (files.FirstOrDefault(f => !File.Exists(f) && !Directory.Exists(f)) is { } missing) throw new UserException($"there is no {missing}.");
        var directory = parsed.DataDirectory();
        ImportResult result;
        try
        {
            result = new AdvisoryDatabase(directory).Import(files, parsed.GetValue(s_add), CancellationToken.None);
        }
        catch (InvalidDataException e)
        {
            throw new UserException($"nothing was imported: {e.Message}");
        }

        if (parsed.GetValue(Options.Json)) Screen.Json(new JsonObject { ["imported"] = result.Imported, ["withdrawn"] = result.Withdrawn, ["skipped"] = result.Skipped, ["total"] = result.Total });
        else
        {
            Screen.Done($"{result.Imported} entries imported, {result.Withdrawn} withdrawn ones left out: {result.Total} in all");
            if (result.Skipped > 0) Screen.Line($"  {result.Skipped} files are no entries of OSV, such as {result.FirstSkipped}");
        }

        return 0;
    }
}
