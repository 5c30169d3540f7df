using System.Collections.Immutable;
using Minato.Ec2.State;
using Minato.Engines.Containers;

namespace Minato.Ec2.Planning;

/// <summary>The container that plays an instance.</summary>
internal static class MachineContainers
{
    private const string Label = "minato.instance";
    private const long UnitsOfCpu = 1024;
    private const long Mebibyte = 1024 * 1024;

    public static string NameOf(ResourceKey machine) => $"minato-{machine.Id}";

    public static ResourceKey? MachineOf(ImmutableSortedDictionary<string, string> labels) =>
        labels.TryGetValue(Label, out var text) && text.Split('/') is [var account, var region, var id] ? new(account, region, id) : null;

    /// <summary>The image's own command is what the machine runs. It has a console, as machines have: a shell waits there for input.</summary>
    public static ContainerSpec SpecOf(MachineState machine, MachineBody body, InterfaceState nic, DhcpNames names)
    {
        var size = InstanceTypes.All.GetValueOrDefault(machine.Type);
        return new()
        {
            Name = NameOf(machine.Key),
            Image = body.Image,
            Labels = ImmutableSortedDictionary<string, string>.Empty.Add(Label, machine.Key.ToString()),
            Hostname = HostNameOf(nic.PrivateIpAddress),
            Network = new NetworkAttachment.Address(machine.VpcId, nic.PrivateIpAddress, nic.MacAddress),
            DnsServers = names.Servers,
            DnsSearchDomains = names.Domains,
            Init = true,
            Interactive = true,
            PseudoTerminal = true,
            CpuShares = (size?.VCpus ?? 0) * UnitsOfCpu,
            MemoryBytes = (size?.MemoryMiB ?? 0) * Mebibyte,
        };
    }

    public static string HostNameOf(string address) => $"ip-{address.Replace('.', '-')}";
}
