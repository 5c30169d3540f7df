using System.Globalization;
using Minato.Contracts.Ecs;

namespace Minato.Cli.Planning;

/// <summary>How many tasks of a definition fit on container instances, by what remains of them.</summary>
internal sealed class TaskRoom(TaskDefinition definition)
{
    private readonly long _cpu = Number(definition.Cpu) ?? Containers(definition).Sum(c => (long)(c.Cpu ?? 0));
    private readonly long _memory = Number(definition.Memory) ?? Containers(definition).Sum(c => (long)(c.MemoryReservation ?? c.Memory ?? 0));

    /// <summary>Ports of the instance itself: one task on each that has them free.</summary>
    private readonly string[] _ports = definition.NetworkMode is NetworkMode.Awsvpc or NetworkMode.None ? []
        : [.. Containers(definition).SelectMany(c => c.PortMappings ?? []).Where(p => p.HostPort > 0).Select(p => p.HostPort?.ToString(CultureInfo.InvariantCulture) ?? "")];

    public long In(IEnumerable<ContainerInstance> instances) => instances.Sum(In);

    public string Words(IReadOnlyCollection<ContainerInstance> instances)
    {
        var ports = _ports.Length == 0 ? "" : $" and port {string.Join(", ", _ports)}";
        return $"{instances.Count} instances have room for {Math.Min(In(instances), int.MaxValue)} tasks of {_cpu} CPU units, {_memory} MiB{ports}";
    }

    private long In(ContainerInstance instance)
    {
        var fits = Math.Min(Fits(instance, "CPU", _cpu), Fits(instance, "MEMORY", _memory));
        if (_ports.Length == 0) return fits;
        // AWS: what "remains" of ports is a list of those in use.
        var taken = (instance.RemainingResources ?? []).Where(r => r.Name == "PORTS").SelectMany(r => r.StringSetValue ?? []);
        return _ports.Intersect(taken).Any() ? 0 : Math.Min(fits, 1);
    }

    private static long Fits(ContainerInstance instance, string resource, long each) => each == 0 ? int.MaxValue
        : ((instance.RemainingResources ?? []).FirstOrDefault(r => r.Name == resource)?.IntegerValue ?? 0) / each;

    private static IEnumerable<ContainerDefinition> Containers(TaskDefinition definition) => definition.ContainerDefinitions ?? [];

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
