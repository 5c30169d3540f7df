using Minato.Lint.Dockerfiles;
using Minato.Lint.Shell;

namespace Minato.Lint.Rules;

/// <summary>Rules of how a build is cut into stages and steps.</summary>
internal static class StageRules
{
    private static readonly string[] s_builders = ["golang", "maven", "gradle", "rust", "gcc", "sdk", "clojure", "swift", "haskell", "buildpack-deps"];
    private static readonly string[] s_tools = ["build-essential", "gcc", "g++", "make", "cmake", "git", "python3-dev", "musl-dev", "build-base", "clang", "autoconf", "libc6-dev", "gcc-c++", "linux-headers"];
    private static readonly string[] s_full = ["debian", "ubuntu", "centos", "fedora", "rockylinux", "almalinux", "amazonlinux", "node", "python", "ruby", "php", "openjdk", "eclipse-temurin"];

    private const string Home = "/root";

    private static readonly (string Name, string Subcommand, string Cache)[] s_caches =
    [
        ("pip", "install", Home + "/.cache/pip"), ("pip3", "install", Home + "/.cache/pip"), ("npm", "ci", Home + "/.npm"), ("npm", "install", Home + "/.npm"), ("go", "build", Home + "/.cache/go-build"),
        ("go", "mod", "/go/pkg/mod"), ("cargo", "build", "/usr/local/cargo/registry"), ("mvn", "", Home + "/.m2"), ("dotnet", "restore", Home + "/.nuget/packages"), ("yarn", "install", Home + "/.yarn"),
    ];

    public static void Check(Dockerfile file, DockerfileSurroundings around, Tell tell)
    {
        foreach (var stage in file.Stages)
        {
            Consecutive(stage, tell);
            Order(stage, around, tell);
            Caches(stage, tell);
            Deletes(stage, tell);
            BothFetchers(stage, tell);
        }

        if (file.Final is { } final) Final(file, final, tell);
    }

    private static void Final(Dockerfile file, Stage final, Tell tell)
    {
        var line = final.From.Line;
        var image = file.RootImage(final);
        var name = image.Split('@')[0].Split(':')[0];
        var (repository, tag) = (name.Split('/')[^1], image.Split('@')[0].Split(':') is [_, .., var t] ? t : "");
        // A base that is built on: only the file's own steps tell who the user is.
        var users = Chain(file, final).SelectMany(s => s.Instructions).Where(i => i.Keyword == "USER").ToList();
        if (users.Count == 0 && image != "scratch") tell("MIN1007", line, "The final stage sets no USER.");
        else if (users is [.., var last] && Words.Split(last.Text) is [var user, ..] && user.Split(':')[0] is "root" or "0" && final.Instructions.Contains(last)) tell("DL3002", last.Line, "The last USER is root.");
        if (!Chain(file, final).SelectMany(s => s.Instructions).Any(i => i.Keyword == "HEALTHCHECK")) tell("DL3057", line, "There is no HEALTHCHECK.");

        var builds = DockerfileRules.Runs(final).SelectMany(r => ShellReader.Read(r.Script)).ToList();
        if (s_builders.Any(b => repository.Contains(b, StringComparison.Ordinal)) || (repository == "node" && builds.Any(c => c.Name is "npm" or "yarn" && c.Arguments.Contains("build"))))
            tell("MIN1001", line, $"{image} builds programs, and is what is shipped.");
        else if (s_full.Contains(repository) && !tag.Contains("slim", StringComparison.Ordinal) && !tag.Contains("alpine", StringComparison.Ordinal) && !tag.Contains("minimal", StringComparison.Ordinal))
            tell("MIN1013", line, $"{image} is a whole distribution.");
        foreach (var run in DockerfileRules.Runs(final))
        {
            foreach (var command in ShellReader.Read(run.Script))
            {
                if (command.Operands.FirstOrDefault() is "install" or "add" && command.Name is "apt-get" or "apt" or "apk" or "yum" or "dnf"
                    && command.Operands.Skip(1).Select(p => p.Split('=')[0]).FirstOrDefault(s_tools.Contains) is { } tool && !command.HasFlag("--virtual", "-t")) tell("MIN1002", run.Line, $"{tool} is installed in the final stage.");
                if (command.Name == "npm" && command.Operands.FirstOrDefault() is "ci" or "install" && command.Operands.Count() == 1 && !command.HasFlag("--omit", "--production", "--only") && !builds.Any(b => b.Is("npm", "prune")))
                    tell("MIN1005", run.Line, $"npm {command.Operands.First()} installs development dependencies too.");
            }
        }
    }

    /// <summary>The stage, and those of this file that it is built on.</summary>
    private static IEnumerable<Stage> Chain(Dockerfile file, Stage final)
    {
        var chain = new List<Stage>();
        for (Stage? at = final; at is not null; at = file.FindStage(at.Image, at.Index)) chain.Insert(0, at);
        return chain;
    }

    private static void Consecutive(Stage stage, Tell tell)
    {
        for (var i = 1; i < stage.Instructions.Length; i++)
        {
            var (before, now) = (stage.Instructions[i - 1], stage.Instructions[i]);
            // Steps with mounts of their own are apart for a reason.
            if (before.Keyword == "RUN" && now.Keyword == "RUN" && before.Flags.SequenceEqual(now.Flags)) tell("DL3059", now.Line, "The step before is a RUN too.");
        }
    }

    private static void Order(Stage stage, DockerfileSurroundings around, Tell tell)
    {
        var all = stage.Instructions.FirstOrDefault(i => i.Keyword is "COPY" or "ADD" && i.Flag("from") is null && i.Words is [var source, ..] && source is "." or "./");
        if (all is null) return;
        if (around.HasIgnoreFile is false) tell("MIN1006", all.Line, "All of the folder is copied, and there is no .dockerignore.");
        foreach (var run in stage.Instructions.Where(i => i.Keyword == "RUN" && i.Line > all.Line))
        {
            if (ShellReader.Read(run.Script).FirstOrDefault(InstallsDependencies) is { } command)
                tell("MIN1003", all.Line, $"All of the source is copied before {command.Name} {command.Operands.FirstOrDefault()} in line {run.Line}.");
        }
    }

    private static bool InstallsDependencies(ShellCommand command) =>
        command.Is("npm", "ci") || (command.Is("npm", "install") && command.Operands.Count() == 1) || command.Is("yarn", "install") || command.Is("go", "mod") || command.Is("dotnet", "restore")
        || command.Is("bundle", "install") || command.Is("composer", "install") || (command.Name is "pip" or "pip3" && command.HasFlag("-r", "--requirement"));

    private static void Caches(Stage stage, Tell tell)
    {
        foreach (var run in DockerfileRules.Runs(stage).Where(r => !r.Flags.Any(f => f.Name == "mount" && f.Value.Contains("type=cache", StringComparison.Ordinal))))
        {
            foreach (var command in ShellReader.Read(run.Script))
            {
                var cache = s_caches.FirstOrDefault(c => c.Name == command.Name && (c.Subcommand.Length == 0 || c.Subcommand == command.Operands.FirstOrDefault()));
                if (cache.Name is null || command.HasFlag("--no-cache-dir")) continue;
                tell("MIN1009", run.Line, $"{command.Name} {cache.Subcommand} downloads everything again: --mount=type=cache,target={cache.Cache} would keep it.");
                break;
            }
        }
    }

    private static void Deletes(Stage stage, Tell tell)
    {
        var made = new HashSet<string>(StringComparer.Ordinal);
        foreach (var instruction in stage.Instructions)
        {
            if (instruction.Keyword == "RUN")
            {
                var commands = ShellReader.Read(instruction.Script);
                foreach (var path in commands.Where(c => c.Name == "rm").SelectMany(c => c.Operands).Where(made.Contains)) tell("MIN1015", instruction.Line, $"{path} was copied by a layer below.");
                if (commands is [{ Name: "chown" } chown] && chown.HasFlag("-R", "--recursive")) tell("MIN1016", instruction.Line, "chown -R writes the files a second time.");
            }
            else if (instruction.Keyword is "COPY" or "ADD" && instruction.Words is [.. var sources, var target])
            {
                foreach (var source in sources) made.Add(target.EndsWith('/') ? target + source.TrimEnd('/').Split('/')[^1] : target);
            }
        }
    }

    private static void BothFetchers(Stage stage, Tell tell)
    {
        var runs = DockerfileRules.Runs(stage).Select(r => (r.Line, Names: ShellReader.Read(r.Script).Select(c => c.Name).ToHashSet())).ToList();
        var hasBoth = runs.Any(r => r.Names.Contains("curl")) && runs.Any(r => r.Names.Contains("wget"));
        if (hasBoth) tell("DL4001", runs.Last(r => r.Names.Contains("wget") || r.Names.Contains("curl")).Line, "This stage uses wget and curl.");
    }
}
