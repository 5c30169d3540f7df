using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Minato.CloudMap.State;
using Minato.Contracts.Route53;

namespace Minato.CloudMap.Planning;

/// <summary>The health check that Route 53 is to have for an instance.</summary>
/// <param name="Text">What it checks, and how: another text is another check.</param>
internal sealed record InstanceCheck(HealthCheckConfig Config, string Text)
{
    private const int ReferenceDigits = 40; // Route 53 takes 64 characters.

    /// <returns>Null for an instance that is not checked.</returns>
    public static InstanceCheck? Of(ServiceState service, InstanceState instance)
    {
        if (service.HealthCheckConfig is not { } asked || (instance.Attributes.GetValueOrDefault(InstanceAttributes.Ipv4) ?? instance.Attributes.GetValueOrDefault(InstanceAttributes.Ipv6)) is not { } address) return null;
        var type = HealthCheckTypeExtensions.Parse(Contracts.Servicediscovery.HealthCheckTypeExtensions.ToWire(asked.Type)) ?? HealthCheckType.Tcp;
        var config = new HealthCheckConfig
        {
            Type = type, IPAddress = address, FailureThreshold = asked.FailureThreshold, ResourcePath = type == HealthCheckType.Tcp ? null : asked.ResourcePath ?? "/",
            Port = instance.Attributes.GetValueOrDefault(InstanceAttributes.Port) is { } port ? int.Parse(port, CultureInfo.InvariantCulture) : type == HealthCheckType.Https ? 443 : 80,
        };
        return new(config, string.Create(CultureInfo.InvariantCulture, $"{type.ToWire()} {address} {config.Port} {config.ResourcePath} {config.FailureThreshold}"));
    }

    /// <summary>Always the same for the same check of the same instance: what was made before a crash is found again.</summary>
    public string ReferenceOf(InstanceKey key) =>
        $"{key.ServiceId}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{key.Id} {Text}")))[..ReferenceDigits]}";
}
