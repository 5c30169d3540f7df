using Minato.Lint.Dockerfiles;
using Minato.Lint.Shell;

namespace Minato.Lint.Rules;

/// <summary>Rules of package managers in a step.</summary>
internal static class PackageRules
{
    private static readonly string[] s_pipFiles = ["-r", "--requirement", "-e", "--editable", "-c", "--constraint"];

    public static void Check(Instruction run, IReadOnlyList<ShellCommand> commands, Tell tell)
    {
        foreach (var command in commands)
        {
            Apt(run, command, commands, tell);
            Apk(run, command, tell);
            Pip(run, command, tell);
            Node(run, command, commands, tell);
            Rpm(run, command, commands, tell);
            Others(run, command, tell);
        }
    }

    private static void Apt(Instruction run, ShellCommand command, IReadOnlyList<ShellCommand> all, Tell tell)
    {
        if (command.Name == "apt" && command.Words.Length > 1) tell("DL3027", run.Line, "apt is run.");
        if (command.Name != "apt-get" || command.Operands.FirstOrDefault() != "install") return;
        if (!command.HasFlag("-y", "--yes", "--assume-yes", "-qq") && !command.Arguments.Contains("-q=2")) tell("DL3014", run.Line, "apt-get install asks before it installs.");
        if (!command.HasFlag("--no-install-recommends") && !command.Arguments.Any(a => a.Contains("Install-Recommends=", StringComparison.Ordinal))) tell("DL3015", run.Line, "apt-get installs recommended packages too.");
        Pinned(run, "DL3008", command.Operands.Skip(1).Where(p => !p.EndsWith(".deb", StringComparison.Ordinal)), "=", tell);
        var isCached = Mounts(run, "/var/lib/apt") || Mounts(run, "/var/cache/apt");
        if (!isCached && !all.Any(c => c.Name == "rm" && c.Arguments.Any(a => a.StartsWith("/var/lib/apt/lists", StringComparison.Ordinal)))) tell("DL3009", run.Line, "/var/lib/apt/lists stays in the layer.");
    }

    private static void Apk(Instruction run, ShellCommand command, Tell tell)
    {
        if (!command.Is("apk", "add")) return;
        if (!command.HasFlag("--no-cache") && !Mounts(run, "/var/cache/apk") && !Mounts(run, "/etc/apk/cache")) tell("DL3019", run.Line, "apk add keeps its index.");
        var packages = new List<string>();
        for (var i = 1; i < command.Arguments.Length; i++)
        {
            // These take the next word.
            if (command.Arguments[i] is "-t" or "--virtual" or "-X" or "--repository") i++;
            else if (!command.Arguments[i].StartsWith('-')) packages.Add(command.Arguments[i]);
        }

        Pinned(run, "DL3018", packages.Where(p => p != "add" && !p.StartsWith('.') && !p.EndsWith(".apk", StringComparison.Ordinal)), "=~<>", tell);
    }

    private static void Pip(Instruction run, ShellCommand command, Tell tell)
    {
        var isModule = command.Name is "python" or "python3" && command.Arguments is ["-m", "pip", ..];
        if (!isModule && command.Name is not ("pip" or "pip3" or "pip2")) return;
        var arguments = isModule ? command.Arguments[2..] : command.Arguments;
        if (arguments.FirstOrDefault(a => !a.StartsWith('-')) != "install") return;
        if (!command.HasFlag("--no-cache-dir") && !Mounts(run, "/.cache")) tell("DL3042", run.Line, "pip keeps what it downloaded.");
        if (arguments.Any(a => s_pipFiles.Contains(a) || a.StartsWith("--requirement=", StringComparison.Ordinal) || a.StartsWith("-r", StringComparison.Ordinal))) return;
        Pinned(run, "DL3013", arguments.Where(a => !a.StartsWith('-') && a != "install" && a is not (".") && !a.StartsWith("./", StringComparison.Ordinal) && !a.Contains('/', StringComparison.Ordinal) && !a.EndsWith(".whl", StringComparison.Ordinal)), "=<>~@!", tell);
    }

    private static void Node(Instruction run, ShellCommand command, IReadOnlyList<ShellCommand> all, Tell tell)
    {
        if (command.Name == "npm" && command.Operands.FirstOrDefault() is "install" or "i" or "add")
        {
            foreach (var package in command.Operands.Skip(1).Where(p => p != "." && !p.StartsWith("./", StringComparison.Ordinal) && !p.Contains("://", StringComparison.Ordinal) && p.LastIndexOf('@') <= 0))
                tell("DL3016", run.Line, $"npm installs {package} of any version.");
        }

        if (command.Is("yarn", "install") && !Mounts(run, "yarn") && !all.Any(c => c.Name == "yarn" && c.Arguments is ["cache", "clean", ..])) tell("DL3060", run.Line, "yarn keeps what it downloaded.");
    }

    private static void Rpm(Instruction run, ShellCommand command, IReadOnlyList<ShellCommand> all, Tell tell)
    {
        var name = command.Name == "microdnf" ? "dnf" : command.Name;
        if (name is not ("yum" or "dnf" or "zypper")) return;
        var subcommand = command.Operands.FirstOrDefault();
        if (name == "zypper" && subcommand is "dist-upgrade" or "dup") tell("DL3035", run.Line, "zypper replaces the distribution.");
        if (subcommand is not ("install" or "in" or "groupinstall" or "localinstall")) return;
        var (yes, clean, pinned, mark) = name switch { "yum" => ("DL3030", "DL3032", "DL3033", "-"), "dnf" => ("DL3038", "DL3040", "DL3041", "-"), _ => ("DL3034", "DL3036", "DL3037", "=<>") };
        if (!command.HasFlag("-y", "--assumeyes", "--non-interactive", "-n", "--no-confirm")) tell(yes, run.Line, $"{name} asks before it installs.");
        var isClean = Mounts(run, "/var/cache") || all.Any(c => (c.Name == command.Name && c.Operands.FirstOrDefault() is "clean" or "cc") || (c.Name == "rm" && c.Arguments.Any(a => a.StartsWith("/var/cache/", StringComparison.Ordinal))));
        if (!isClean) tell(clean, run.Line, $"{name} keeps what it downloaded.");
        Pinned(run, pinned, command.Operands.Skip(1).Where(p => !p.EndsWith(".rpm", StringComparison.Ordinal) && !(mark == "-" && p.Any(char.IsAsciiDigit) && p.Contains('-', StringComparison.Ordinal))), mark == "-" ? "=" : mark, tell);
    }

    private static void Others(Instruction run, ShellCommand command, Tell tell)
    {
        if (command.Is("gem", "install") && !command.HasFlag("-v", "--version") && command.Operands.Skip(1).FirstOrDefault(g => !g.Contains(':', StringComparison.Ordinal) && !g.EndsWith(".gem", StringComparison.Ordinal)) is { } gem)
            tell("DL3028", run.Line, $"gem installs {gem} of any version.");
        if (command.Is("go", "install"))
        {
            foreach (var module in command.Operands.Skip(1).Where(m => !m.StartsWith('.') && m.Contains('.', StringComparison.Ordinal) && (!m.Contains('@', StringComparison.Ordinal) || m.EndsWith("@latest", StringComparison.Ordinal))))
                tell("DL3062", run.Line, $"go installs {module}.");
        }
    }

    private static void Pinned(Instruction run, string code, IEnumerable<string> packages, string marks, Tell tell)
    {
        var free = packages.Where(p => p.Length > 0 && !p.Contains('$', StringComparison.Ordinal) && p.AsSpan().IndexOfAny(marks) < 0 && p[0] is not ('-' or '<')).ToList();
        if (free.Count > 0) tell(code, run.Line, $"No version is named for {string.Join(", ", free.Take(10))}{(free.Count > 10 ? ", …" : "")}.");
    }

    public static bool Mounts(Instruction run, string target) =>
        run.Flags.Any(f => f.Name == "mount" && f.Value.Contains("type=cache", StringComparison.Ordinal) && f.Value.Contains(target, StringComparison.Ordinal));
}
