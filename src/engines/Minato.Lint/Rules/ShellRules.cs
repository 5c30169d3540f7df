using System.Globalization;
using Minato.Lint.Dockerfiles;
using Minato.Lint.Shell;

namespace Minato.Lint.Rules;

/// <summary>Rules of what a step runs besides package managers.</summary>
internal static class ShellRules
{
    private static readonly string[] s_pointless = ["ssh", "vim", "shutdown", "service", "ps", "free", "top", "kill", "mount", "ifconfig"];
    private static readonly string[] s_shells = ["sh", "bash", "dash", "ash", "zsh", "python", "python3", "perl", "ruby", "node"];

    public static void Check(Stage stage, Instruction run, IReadOnlyList<ShellCommand> commands, Tell tell)
    {
        foreach (var command in commands)
        {
            if (s_pointless.Contains(command.Name)) tell("DL3001", run.Line, $"{command.Name} means nothing in a container.");
            if (command.Name == "sudo") tell("DL3004", run.Line, "sudo is run.");
            if (command.Name == "ln" && command.Arguments.Contains("/bin/sh")) tell("DL4005", run.Line, "/bin/sh is replaced.");
            if (command.Name == "useradd" && !command.HasFlag("-l", "--no-log-init") && HighUid(command)) tell("DL3046", run.Line, "useradd with a high UID writes large login records.");
            if (command.Name == "wget" && !command.HasFlag("--progress", "-q", "--quiet", "-nv", "--no-verbose", "-o", "--output-file")) tell("DL3047", run.Line, "wget fills the log with its progress.");
            if (command.Name == "chmod" && command.Operands.FirstOrDefault() is { } mode && IsForEverybody(mode)) tell("MIN1011", run.Line, $"chmod {mode} lets everybody write.");
        }

        // A change of folder that goes on to something else is fine in a subshell only.
        if (commands is [{ Name: "cd" }, ..] && commands[0].Arguments is [['/', ..], ..]) tell("DL3003", run.Line, $"cd {commands[0].Arguments[0]}.");
        Pipes(stage, run, commands, tell);
        if (run.Documents.Length > 0 && run.Text.StartsWith("<<", StringComparison.Ordinal) && IsScriptOfShell(run) && commands.Count > 1 && !StopsAtErrors(commands))
            tell("MIN1012", run.Line, "The script goes on after errors.");
    }

    private static bool IsScriptOfShell(Instruction run) => !run.Script.StartsWith("#!", StringComparison.Ordinal) || run.Script.Split('\n')[0].Contains("sh", StringComparison.Ordinal);

    private static bool StopsAtErrors(IReadOnlyList<ShellCommand> commands) =>
        commands[0] is { Name: "set" } set && set.Arguments.Any(a => a.StartsWith('-') && a.Contains('e', StringComparison.Ordinal));

    private static void Pipes(Stage stage, Instruction run, IReadOnlyList<ShellCommand> commands, Tell tell)
    {
        for (var i = 1; i < commands.Count; i++)
        {
            if (commands[i].Operator == "|" && commands[i - 1].Name is "curl" or "wget" && s_shells.Contains(commands[i].Name) && commands[i].Operator == "|")
                tell("MIN1010", run.Line, $"What {commands[i - 1].Name} fetches is run by {commands[i].Name}.");
        }

        if (run.Json is null && commands.Any(c => c.Operator == "|") && !FailsInPipes(stage, run, commands)) tell("DL4006", run.Line, "A failure before the pipe is not seen.");
    }

    private static bool FailsInPipes(Stage stage, Instruction run, IReadOnlyList<ShellCommand> commands)
    {
        if (commands.Any(c => c.Name == "set" && c.Arguments.Contains("pipefail"))) return true;
        var shell = stage.Instructions.LastOrDefault(i => i.Keyword == "SHELL" && i.Line < run.Line);
        // PowerShell and cmd have pipes of their own.
        return shell is not null && (shell.Words.Contains("pipefail") || shell.Words.Any(w => w.Contains("pipefail", StringComparison.Ordinal) || w.Contains("powershell", StringComparison.OrdinalIgnoreCase) || w.Contains("cmd", StringComparison.OrdinalIgnoreCase) || w.Contains("pwsh", StringComparison.OrdinalIgnoreCase)));
    }

    private static bool HighUid(ShellCommand command)
    {
        for (var i = 0; i < command.Arguments.Length - 1; i++)
        {
            if (command.Arguments[i] is "-u" or "--uid" && long.TryParse(command.Arguments[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var uid) && uid > 99_999) return true;
        }

        return false;
    }

    private static bool IsForEverybody(string mode) =>
        (mode.Length is 3 or 4 && mode.All(c => c is >= '0' and <= '7') && (mode[^1] & 2) != 0 && mode[0] != '1') || mode is "a+w" or "o+w" or "a+rwx" or "ugo+rwx" or "+w";
}
