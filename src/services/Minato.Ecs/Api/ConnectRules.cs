using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Api;

/// <summary>What a service asks of Service Connect.</summary>
internal static class ConnectRules
{
    private const int LongestName = 127;

    /// <exception cref="InvalidParameterException">A port is not in the task definition, or a name is not one.</exception>
    /// <exception cref="UnsupportedFeatureException">Something that is not done here.</exception>
    public static void Check(ServiceConnectConfiguration connect, TaskDefinitionState definition)
    {
        if (definition.NetworkMode is NetworkMode.Host or NetworkMode.None)
            throw new InvalidParameterException($"Service Connect is not supported with the {definition.NetworkMode.ToWire()} network mode.");
        if (definition.NetworkMode != NetworkMode.Awsvpc) throw NotServed("Service Connect for tasks of the bridge network mode");
        foreach (var service in connect.Services ?? []) Check(service, definition);
        var names = (connect.Services ?? []).Select(DiscoveryName).ToArray();
        if (names.Distinct(StringComparer.Ordinal).Count() < names.Length) throw new InvalidParameterException("Discovery names must be unique within a service.");
    }

    /// <summary>Nobody else offers the same name at the same port, nor is known by it.</summary>
    public static void CheckFree(IReadState ecs, ServiceKey service, ConnectSpec? connect)
    {
        if (connect is null) return;
        foreach (var other in ecs.Where(ServiceTables.ByConnection, connect.Namespace).Where(s => s.Key != service))
            foreach (var taken in other.Spec.Connect?.Offers ?? [])
                if (connect.Offers.FirstOrDefault(o => (o.DnsName, o.Port) == (taken.DnsName, taken.Port) || o.DiscoveryName == taken.DiscoveryName) is { } mine)
                    throw new InvalidParameterException($"The endpoint {mine.DnsName}:{mine.Port} (discovery name {mine.DiscoveryName}) is in use by the service {other.Key.Name}.");
    }

    public static string DiscoveryName(ServiceConnectService service) => service.DiscoveryName ?? service.PortName;

    /// <summary>AWS: without a name of its own an alias is the discovery name in the namespace.</summary>
    public static string DnsName(ServiceConnectService service, string @namespace) =>
        service.ClientAliases is [{ DnsName: { Length: > 0 } name }, ..] ? name : $"{DiscoveryName(service)}.{@namespace}";

    private static void Check(ServiceConnectService service, TaskDefinitionState definition)
    {
        if (service.Tls is not null) throw NotServed("TLS of Service Connect");
        if (service.ClientAliases is not { Length: 1 }) throw new InvalidParameterException("clientAliases must have 1 element.");
        if (service.ClientAliases.Value[0].TestTrafficRules is not null) throw NotServed("test traffic rules of Service Connect");
        if (ConnectOffer.PortOf(definition, service.PortName) is null)
            throw new InvalidParameterException($"The portName {service.PortName} does not exist in the task definition.");
        if (service.ClientAliases.Value[0].DnsName is { } alias && !IsName(alias)) throw new InvalidParameterException($"The dnsName {alias} is not valid.");
    }

    private static bool IsName(string name) => name.Length is > 0 and <= LongestName && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_');

    private static UnsupportedFeatureException NotServed(string what) => new($"Minato does not serve {what} yet.");
}
