using System.CommandLine;
using System.Text.Json.Nodes;
using Minato.Cli.Output;
using Minato.Cli.Running;
using Minato.Cli.Sessions;

namespace Minato.Cli.Commands;

/// <summary>Prints shell lines that point AWS clients at the server: <c>eval "$(./minato env)"</c>.</summary>
internal static class EnvCommand
{
    private static readonly string[] Proxies = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

    public static Command Create()
    {
        var command = new Command("env", "Prints the shell lines that point AWS clients here: eval \"$(./minato env)\"");
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var (installation, running) = new ServerFiles(parsed.DataDirectory()).Require();
        var region = parsed.GetRequiredValue(Options.Region);
        (string Name, string Value)[] variables =
        [
            ("AWS_ENDPOINT_URL", running.Endpoint.ToString().TrimEnd('/')),
            ("AWS_ACCESS_KEY_ID", installation.RootKey.AccessKeyId), ("AWS_SECRET_ACCESS_KEY", installation.RootKey.SecretAccessKey),
            ("AWS_REGION", region), ("AWS_DEFAULT_REGION", region), ("AWS_EC2_METADATA_DISABLED", "true"),
            ("MINATO_REGISTRY", $"{running.Endpoint.Host}:{running.Endpoint.Port}"), ("MINATO_DNS_PORT", $"{installation.DnsPort}"),
            .. NoProxy(Environment.GetEnvironmentVariable, running.Endpoint.Host) is { } hosts ? [("NO_PROXY", hosts), ("no_proxy", hosts)] : Array.Empty<(string, string)>(),
        ];
        if (parsed.GetValue(Options.Json))
        {
            Screen.Json(new JsonObject(variables.Select(v => KeyValuePair.Create(v.Name, (JsonNode?)v.Value))));
            return 0;
        }
        foreach (var (name, value) in variables) Screen.Line($"export {name}={ShellWords.Quoted(value)}");
        // Each of them speaks of another account, or of another endpoint, before the lines above do.
        Screen.Line("unset AWS_SESSION_TOKEN AWS_SECURITY_TOKEN AWS_PROFILE AWS_DEFAULT_PROFILE AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
        // The AWS CLI reads AWS_ENDPOINT_URL since 2.13 only; a function gives older ones the option, with the same effect for newer ones.
        Screen.Line("aws() { command aws --endpoint-url \"$AWS_ENDPOINT_URL\" \"$@\"; }");
        return 0;
    }

    /// <summary>The AWS CLI asks the proxy of the environment for this machine's own address, too, unless it is told not to.</summary>
    /// <returns>What NO_PROXY has to be; null where it is right as it is.</returns>
    internal static string? NoProxy(Func<string, string?> variable, string host)
    {
        if (!Array.Exists(Proxies, name => variable(name) is { Length: > 0 })) return null;
        var known = variable("no_proxy") is { Length: > 0 } given ? given : variable("NO_PROXY") ?? "";
        if (known.Split(',', StringSplitOptions.TrimEntries).Any(name => name is "*" || name == host)) return null;
        return known.Length == 0 ? host : $"{known},{host}";
    }
}
