using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Minato.CloudMap.State;
using Minato.Contracts.Servicediscovery;

namespace Minato.CloudMap.Planning;

/// <summary>What an instance says of itself that Cloud Map understands.</summary>
internal static class InstanceAttributes
{
    public const string Ipv4 = "AWS_INSTANCE_IPV4";
    public const string Ipv6 = "AWS_INSTANCE_IPV6";
    public const string Port = "AWS_INSTANCE_PORT";
    public const string Cname = "AWS_INSTANCE_CNAME";
    public const string Alias = "AWS_ALIAS_DNS_NAME";
    public const string InitialHealth = "AWS_INIT_HEALTH_STATUS";
    private const int MostAttributes = 30;
    private const int MostCharacters = 5000;

    /// <exception cref="InvalidInput">The records of the service cannot be made of it.</exception>
    public static void Demand(ServiceState service, IReadOnlyDictionary<string, string> attributes)
    {
        Demand(attributes.Count <= MostAttributes, $"An instance can have at most {MostAttributes} attributes.");
        Demand(attributes.Sum(a => a.Key.Length + a.Value.Length) <= MostCharacters, $"The attributes of an instance can have at most {MostCharacters} characters.");
        Demand(!attributes.ContainsKey(Alias), $"Minato does not serve {Alias}: register the address of what it stands for.");
        Demand(Address(attributes, Ipv4) is not { } v4 || v4.AddressFamily == AddressFamily.InterNetwork, $"{Ipv4} is not a valid IPv4 address.");
        Demand(Address(attributes, Ipv6) is not { } v6 || v6.AddressFamily == AddressFamily.InterNetworkV6, $"{Ipv6} is not a valid IPv6 address.");
        Demand(!attributes.TryGetValue(Port, out var port) || IsPort(port), $"{Port} must be a number from 0 to 65535.");
        foreach (var record in service.DnsConfig?.DnsRecords ?? [])
        {
            var needed = record.Type switch { RecordType.A => Ipv4, RecordType.Aaaa => Ipv6, RecordType.Cname => Cname, _ => Port };
            Demand(attributes.ContainsKey(needed), $"Must specify {needed} attribute for service '{service.Name}' with a record of type {record.Type.ToWire()}.");
        }

        if (attributes.TryGetValue(InitialHealth, out var health))
        {
            Demand(service.HealthCheckCustomConfig is not null, $"{InitialHealth} needs a service with a custom health check.");
            Demand(CustomHealthStatusExtensions.Parse(health) is not null, $"{InitialHealth} must be HEALTHY or UNHEALTHY.");
        }
    }

    public static CustomHealthStatus? HealthAtFirst(ServiceState service, IReadOnlyDictionary<string, string> attributes) =>
        service.HealthCheckCustomConfig is null ? null
            : attributes.TryGetValue(InitialHealth, out var health) ? CustomHealthStatusExtensions.Parse(health) : CustomHealthStatus.Healthy;

    private static IPAddress? Address(IReadOnlyDictionary<string, string> attributes, string name) =>
        !attributes.TryGetValue(name, out var text) ? null : IPAddress.TryParse(text, out var address) ? address : throw new InvalidInput($"{name} is not a valid address.");

    private static bool IsPort(string text) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static void Demand(bool holds, string otherwise)
    {
        if (!holds) throw new InvalidInput(otherwise);
    }
}
