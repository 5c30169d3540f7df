using System.CommandLine;
using System.Text.Json.Nodes;
using Minato.Cli.Deploying;
using Minato.Cli.Output;
using Minato.Cli.Running;
using Minato.Server;

namespace Minato.Cli.Commands;

internal static class UpCommand
{
    private static readonly Option<bool> Detach = new("--detach", "-d") { Description = "Return when the server answers; it goes on in the background." };
    private static readonly Option<int?> Port = Options.Port("--port", "Port on 127.0.0.1 (default 4566, or what this installation had).");
    private static readonly Option<int?> DnsPort = Options.Port("--dns-port", "Port of DNS on 127.0.0.1, UDP and TCP (default 4653, or any free one where that is taken, or what this installation had).");
    private static readonly Option<string?> Account = new("--account") { Description = "Account id, 12 digits (default 123456789012). Only at first start.", HelpName = "ID" };
    private static readonly Option<string?> Credentials = new("--credentials") { Description = "Fixes the root access key, for CI.", HelpName = "ID:SECRET" };
    private static readonly Option<string[]> DnsLocations = new("--dns-location") { Description = "Where askers of a range of addresses are, for latency and geolocation routing of Route 53; may be given often.", HelpName = "CIDR=REGION[,CONTINENT[,COUNTRY[,SUBDIVISION]]]" };
    private static readonly Option<string?> SecurityGroups = new("--security-groups") { Description = "unenforced lets tasks of a VPC run where nftables cannot enforce them.", HelpName = "enforced|unenforced" };
    private static readonly Option<string[]> Quota = new("--quota") { Description = "Another limit for this run, for example services-per-cluster=3. May be repeated.", HelpName = "NAME=NUMBER" };
    private static readonly Option<string?> Throttle = new("--throttle") { Description = "Throttle API calls as AWS does, or at a multiple of its rates (default: no limit).", HelpName = "FACTOR", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string?> Template = new("--template") { Description = "Deploy a CloudFormation template as a stack of the file's name; again it changes what differs.", HelpName = "FILE" };
    private static readonly Option<bool> NoInstall = new("--no-install") { Description = "Do not install or start missing engines." };

    public static Command Create()
    {
        var command = new Command("up", "Starts the server; installs what is missing (Docker Engine, HAProxy) after saying so.")
        {
            Detach, Port, DnsPort, Account, Credentials, Quota, Throttle, DnsLocations, SecurityGroups, Template, NoInstall,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        var files = new ServerFiles(parsed.DataDirectory());
        if (files.Running is not null)
        {
            var (same, running) = files.Require();
            RequireSame(parsed, same, running, files.DataDirectory);
            if (!parsed.GetValue(Options.Json)) Screen.Line($"A server runs already on {files.DataDirectory}.");
            Show(parsed, files);
            return await DeployAsync(parsed, files, ct);
        }

        if (!parsed.GetValue(NoInstall)) await EngineInstaller.EnsureAsync(demo: false, ct);
        var arguments = Arguments(parsed, files);
        if (!parsed.GetValue(Detach))
        {
            var server = ServerProcess.RunAsync([.. arguments, "--banner", parsed.DataArgument()], ct);
            if (parsed.GetValue(Template) is not null && await ServerProcess.AnswersAsync(files, server, ct)) await DeployAsync(parsed, files, ct);
            return await server;
        }
        await ServerProcess.StartAsync(files, arguments, ct);
        Show(parsed, files);
        return await DeployAsync(parsed, files, ct);
    }

    // What can be compared must be so; of the rest nobody knows what the server was started with.
    private static void RequireSame(ParseResult parsed, InstallationFile installation, RunningFile running, string dataDirectory)
    {
        (string Option, bool IsOther)[] known =
        [
            ("--port", parsed.GetValue(Port) is { } port and not 0 && port != running.Endpoint.Port), ("--dns-port", parsed.GetValue(DnsPort) is { } dns and not 0 && dns != installation.DnsPort),
            ("--account", parsed.GetValue(Account) is { } account && account != installation.AccountId),
            ("--credentials", parsed.GetValue(Credentials) is { } key && key != $"{installation.RootKey.AccessKeyId}:{installation.RootKey.SecretAccessKey}"),
        ];
        if (known.Where(k => k.IsOther).Select(k => k.Option).ToArray() is [_, ..] others)
            throw new UserException($"a server runs already on {dataDirectory} at {running.Endpoint.ToString().TrimEnd('/')}, with another {string.Join(" and ", others)}. Stop it first with ./minato down{parsed.DataArgument()}, or choose another folder with --data DIR.");
        Option[] unknown = [.. new Option[] { Quota, Throttle, DnsLocations, SecurityGroups }.Where(o => parsed.GetResult(o) is { Implicit: false })];
        if (unknown.Length > 0) Screen.Aside($"{string.Join(", ", unknown.Select(o => o.Name))}: not changed, the server runs already. They count from the next start.");
    }

    private static void Show(ParseResult parsed, ServerFiles files)
    {
        var (installation, running) = files.Require();
        if (!parsed.GetValue(Options.Json))
        {
            Screen.Line(Banner.Text(installation, running, files.DataDirectory, parsed.DataArgument()));
            return;
        }

        Screen.Json(new JsonObject
        {
            ["endpoint"] = running.Endpoint.ToString().TrimEnd('/'), ["account"] = installation.AccountId, ["processId"] = running.ProcessId, ["data"] = files.DataDirectory,
        });
        Console.SetOut(Console.Error); // What a template's stack does is told beside it.
    }

    private static async Task<int> DeployAsync(ParseResult parsed, ServerFiles files, CancellationToken ct)
    {
        if (parsed.GetValue(Template) is not { } file) return 0;
        using var minato = new MinatoClient(files, parsed.GetRequiredValue(Options.Region));
        return await new TemplateDeployer(minato, file).RunAsync(ct) ? 0 : 1;
    }

    private static List<string> Arguments(ParseResult parsed, ServerFiles files)
    {
        List<string> arguments = ["--data", files.DataDirectory];
        if (parsed.GetValue(Port) is { } port) arguments.AddRange(["--port", $"{port}"]);
        if (parsed.GetValue(DnsPort) is { } dnsPort) arguments.AddRange(["--dns-port", $"{dnsPort}"]);
        if (parsed.GetValue(Account) is { } account) arguments.AddRange(["--account", account]);
        if (parsed.GetValue(Credentials) is { } credentials) arguments.AddRange(["--credentials", credentials]);
        foreach (var location in parsed.GetValue(DnsLocations) ?? []) arguments.AddRange(["--dns-location", location]);
        if (parsed.GetValue(SecurityGroups) is { } groups) arguments.AddRange(["--security-groups", groups]);
        foreach (var quota in parsed.GetValue(Quota) ?? []) arguments.AddRange(["--quota", quota]);
        if (parsed.GetResult(Throttle) is not null) arguments.AddRange(["--throttle", parsed.GetValue(Throttle) ?? "1"]);
        return arguments;
    }
}
