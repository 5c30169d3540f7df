using System.CommandLine;
using System.Globalization;
using Minato.Cli.Sessions;

namespace Minato.Cli;

/// <summary>Options that every command takes.</summary>
internal static class Options
{
    public static readonly Option<DirectoryInfo?> Data = new("--data")
    {
        Description = "Folder of the installation (default: minato in the user's data home). Several run beside each other.",
        Recursive = true,
        HelpName = "DIR",
    };

    public static readonly Option<bool> Json = new("--json") { Description = "Answer in JSON.", Recursive = true };

    public static readonly Option<string> Region = new("--region")
    {
        Description = "Region to look at (default: AWS_REGION, AWS_DEFAULT_REGION or us-east-1).",
        Recursive = true,
        DefaultValueFactory = _ => RegionOfEnvironment() ?? "us-east-1",
    };

    /// <summary>A port, refused in words before anything is started.</summary>
    public static Option<int?> Port(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = given =>
        {
            var text = given.Tokens is [.., var last] ? last.Value : "";
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65535) return port;
            given.AddError($"{name} takes a number from 0 (any free one) to 65535, not '{text}'.");
            return null;
        },
    };

    /// <summary>Was it typed, or does the environment say it?</summary>
    public static bool IsRegionKnown(ParseResult parsed) => parsed.GetResult(Region) is { Implicit: false } || RegionOfEnvironment() is not null;

    public static void AddShared(RootCommand root)
    {
        root.Add(Data);
        root.Add(Json);
        root.Add(Region);
    }

    // `./minato test` is answered by the script before this program runs; the entry is here for --help.
    public static Command Test()
    {
        var command = new Command("test", "Runs all tests; the last line says how many passed and failed.");
        command.SetAction(int (_) => throw new UserException("Run the tests with ./minato test in the repository."));
        return command;
    }

    public static string DataDirectory(this ParseResult parsed) => parsed.GetValue(Data)?.FullName ?? DefaultDataDirectory();

    /// <summary>What to add to a command that is shown, so that it means the same installation.</summary>
    public static string DataArgument(this ParseResult parsed) => parsed.GetValue(Data) is null ? "" : $" --data {ShellWords.Quote(parsed.DataDirectory())}";

    /// <summary>A variable without a value is as good as none.</summary>
    internal static string? RegionOf(params ReadOnlySpan<string?> variables)
    {
        foreach (var region in variables)
            if (!string.IsNullOrEmpty(region)) return region;
        return null;
    }

    private static string? RegionOfEnvironment() => RegionOf(Environment.GetEnvironmentVariable("AWS_REGION"), Environment.GetEnvironmentVariable("AWS_DEFAULT_REGION"));

    private static string DefaultDataDirectory()
    {
        var home = Environment.GetEnvironmentVariable("XDG_DATA_HOME");
        return Path.Combine(string.IsNullOrEmpty(home) ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "share") : home, "minato");
    }
}
