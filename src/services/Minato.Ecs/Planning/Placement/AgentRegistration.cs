using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Placement;

/// <summary>What an agent registers: its resources, its capabilities, and who it says it is.</summary>
internal static class AgentRegistration
{
    private const int LongestId = 64;
    private const int MostGpus = 64;
    private static readonly string[] s_prefixes = ["ecs.", "com.amazonaws.ecs."];
    private static readonly string[] s_capabilities = ["ecs.capability.", "com.amazonaws.ecs.capability."];

    /// <summary>Whoever registers a host of this installation leaves its capabilities to us; an agent always brings its own.</summary>
    public static bool IsFromAgent(RegisterContainerInstanceRequest request) =>
        (request.Attributes ?? []).Any(a => s_capabilities.Any(c => a.Name.StartsWith(c, StringComparison.Ordinal)));

    /// <exception cref="ClientException">It has become another machine.</exception>
    public static ContainerInstanceState Apply(ContainerInstanceState instance, RegisterContainerInstanceRequest request, ImmutableArray<Tag> tags)
    {
        var document = IdentityDocument.Parse(request.InstanceIdentityDocument);
        var said = document.Attributes.Where(d => (request.Attributes ?? []).All(a => a.Name != d.Name)).Concat(request.Attributes ?? []).ToImmutableArray();
        if (TypeOf(instance.Attributes) is { } before && TypeOf(said) is { } now && before != now)
            throw new ClientException($"Container instance type changes are not supported. Container instance {instance.Key.Id} was previously registered as {before}.");
        return instance with
        {
            Ec2InstanceId = document.InstanceId ?? instance.Ec2InstanceId,
            Cpu = Number(request, "CPU") ?? instance.Cpu,
            Memory = Number(request, "MEMORY") ?? instance.Memory,
            ReservedTcpPorts = Ports(request, "PORTS") ?? instance.ReservedTcpPorts,
            ReservedUdpPorts = Ports(request, "PORTS_UDP") ?? instance.ReservedUdpPorts,
            GpuIds = Find(request, "GPU")?.StringSetValue is { Length: <= MostGpus } gpus ? gpus : instance.GpuIds,
            // AWS: an agent says its custom attributes the first time only; what it can do is said each time.
            Attributes = [.. said.Select(a => new Attribute { Name = a.Name, Value = a.Value }),
                .. instance.Attributes.Where(a => !IsBuiltIn(a) && said.All(s => s.Name != a.Name))],
            Tags = tags.IsEmpty ? instance.Tags : tags,
        };
    }

    /// <summary>AWS: a managed instance signs as a session that has its name.</summary>
    public static string? ManagedInstanceOf(string principal) =>
        principal[(principal.LastIndexOf('/') + 1)..] is var name && name.StartsWith("mi-", StringComparison.Ordinal) ? name : null;

    private static bool IsBuiltIn(Attribute attribute) => s_prefixes.Any(p => attribute.Name.StartsWith(p, StringComparison.Ordinal));

    private static string? TypeOf(ImmutableArray<Attribute> attributes) => attributes.FirstOrDefault(a => a.Name == "ecs.instance-type")?.Value;

    private static int? Number(RegisterContainerInstanceRequest request, string name) => Find(request, name)?.IntegerValue switch
    {
        null => null,
        < 0 => throw new InvalidParameterException($"The resource {name} is below 0."),
        var number => number,
    };

    private static ImmutableArray<int>? Ports(RegisterContainerInstanceRequest request, string name)
    {
        if (Find(request, name)?.StringSetValue is not { } words) return null;
        var ports = ImmutableArray.CreateBuilder<int>(words.Length);
        foreach (var word in words)
        {
            if (!int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 0 or > 65535)
                throw new InvalidParameterException($"'{word}' of the resource {name} is not a port.");
            ports.Add(port);
        }

        return ports.ToImmutable();
    }

    private static Resource? Find(RegisterContainerInstanceRequest request, string name) => request.TotalResources?.FirstOrDefault(r => r.Name == name);

    /// <summary>Of an EC2 instance, in its own words; empty for any other machine.</summary>
    private sealed record IdentityDocument(string? InstanceId, ImmutableArray<Attribute> Attributes)
    {
        public static IdentityDocument Parse(string? text)
        {
            if (string.IsNullOrEmpty(text)) return new(null, []);
            try
            {
                using var json = JsonDocument.Parse(text);
                var attributes = new[]
                {
                    ("ecs.availability-zone", Word(json, "availabilityZone")), ("ecs.instance-type", Word(json, "instanceType")),
                    ("ecs.ami-id", Word(json, "imageId")),
                };
                return new(Word(json, "instanceId"), [.. attributes.Where(a => a.Item2 is not null).Select(a => new Attribute { Name = a.Item1, Value = a.Item2 })]);
            }
            catch (JsonException)
            {
                throw new ClientException("Unable to parse the instance identity document.");
            }
        }

        private static string? Word(JsonDocument json, string name) =>
            json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 and <= LongestId } word ? word : null;
    }
}
