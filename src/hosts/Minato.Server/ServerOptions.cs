using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Minato.Ecs;
using Minato.Route53;

namespace Minato.Server;

/// <summary>What the server is started with.</summary>
internal sealed record ServerOptions
{
    public const int DefaultPort = 4566;

    /// <summary>53 at the end, and nobody's: 5353 is multicast DNS.</summary>
    public const int DefaultDnsPort = 4653;
    public const string DefaultAccountId = "123456789012";

    public required string DataDirectory { get; init; }
    public int? Port { get; init; }
    public int? DnsPort { get; init; }
    public string? AccountId { get; init; }
    public RootKeyFile? Credentials { get; init; }

    public EcsQuotas Quotas { get; init; } = new();

    /// <summary>Of AWS's rates of API calls; null for no limit.</summary>
    public double? Throttle { get; init; }

    /// <summary>Run containers of VPCs also where security groups cannot be enforced.</summary>
    public bool MayRunUnenforced { get; init; }

    /// <summary>Where askers of DNS are, for latency and geolocation routing.</summary>
    public ImmutableArray<SourceRange> DnsLocations { get; init; } = [];

    /// <summary>Print what to type next when it answers, with this in the commands; null prints nothing.</summary>
    public string? BannerArgument { get; init; }

    /// <exception cref="ServerStartException">An argument is not understood.</exception>
    public static ServerOptions Parse(string[] args)
    {
        string? data = null, account = null, banner = null;
        var locations = ImmutableArray.CreateBuilder<SourceRange>();
        int? port = null, dnsPort = null;
        double? throttle = null;
        RootKeyFile? credentials = null;
        var quotas = new EcsQuotas();
        var unenforced = false;
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--banner": banner = Value(args, ref i); break;
                case "--data": data = Value(args, ref i); break;
                case "--account": account = Account(Value(args, ref i)); break;
                case "--port": port = ParsePort("--port", Value(args, ref i)); break;
                case "--dns-port": dnsPort = ParsePort("--dns-port", Value(args, ref i)); break;
                case "--dns-location": locations.Add(Location(Value(args, ref i))); break;
                case "--quota": quotas = Quota(quotas, Value(args, ref i)); break;
                case "--throttle": throttle = Factor(Value(args, ref i)); break;
                case "--security-groups": unenforced = Unenforced(Value(args, ref i)); break;
                case "--credentials": credentials = Key(Value(args, ref i)); break;
                default: throw new ServerStartException($"unknown argument '{args[i]}'. Start the server with ./minato up.");
            }
        }
        return new()
        {
            DataDirectory = Path.GetFullPath(data ?? throw new ServerStartException("--data DIR is missing.")),
            Port = port, DnsPort = dnsPort, AccountId = account, Credentials = credentials, BannerArgument = banner, Quotas = quotas,
            Throttle = throttle, MayRunUnenforced = unenforced, DnsLocations = locations.ToImmutable(),
        };
    }

    private static string Value(string[] args, ref int i) =>
        ++i < args.Length ? args[i] : throw new ServerStartException($"{args[i - 1]} needs a value.");

    private static string Account(string text) => text.Length is 12 && text.All(char.IsAsciiDigit) ? text
        : throw new ServerStartException($"--account takes 12 digits, not '{text}'.");

    private static int ParsePort(string option, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 0 and <= 65535 ? port
            : throw new ServerStartException($"{option} takes a number from 0 (any free one) to 65535, not '{text}'.");

    private static EcsQuotas Quota(EcsQuotas quotas, string text) =>
        text.Split('=', 2) is [var name, var number] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            && quotas.With(name, value) is { } changed ? changed
            : throw new ServerStartException($"--quota takes NAME=NUMBER, not '{text}'. Names: {string.Join(", ", EcsQuotas.Names)}.");

    private static double Factor(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var factor) && factor is > 0 and <= 1_000_000 ? factor
            : throw new ServerStartException($"--throttle takes a factor above 0, such as 1 for AWS's own rates, not '{text}'.");
    private static bool Unenforced(string text) => text is "unenforced" || (text is not "enforced"
        ? throw new ServerStartException($"--security-groups takes enforced or unenforced, not '{text}'.") : false);

    private static SourceRange Location(string text)
    {
        if (text.Split('=', 2) is not [var cidr, var place] || !IPNetwork.TryParse(cidr, out var range) || range.BaseAddress.AddressFamily is not AddressFamily.InterNetwork
            || place.Split(',') is not { Length: <= 4 } parts)
            throw new ServerStartException($"--dns-location takes CIDR=REGION[,CONTINENT[,COUNTRY[,SUBDIVISION]]], such as 10.1.0.0/16=eu-central-1,EU,DE, not '{text}'.");
        string? Part(int i) => i < parts.Length && parts[i].Length > 0 ? parts[i] : null;
        return new(cidr, Part(0), Part(1), Part(2), Part(3));
    }

    private static RootKeyFile Key(string text) => text.Split(':', 2) is [{ Length: >= 4 } id, { Length: >= 4 } secret] ? new(id, secret)
        : throw new ServerStartException("--credentials takes ID:SECRET, each of at least 4 characters.");
}

/// <summary>The server cannot start; the message says why and what to do.</summary>
public sealed class ServerStartException(string message) : Exception(message);
