using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Minato.Contracts.Ec2;
using Minato.Engines.Docker;
using Attribute = Minato.Contracts.Ecs.Attribute;

namespace Minato.Cli.Running;

/// <summary>Makes a machine with a Docker Engine of its own a container instance: EC2 knows it by a tag with the engine's name.</summary>
internal sealed class MachineJoiner(MinatoClient minato, InstanceCarver carver)
{
    private const int Mebibyte = 1024 * 1024;

    public async Task<IReadOnlyList<CarvedInstance>> AddAsync(
        string engine, string? certificates, string? type, string? zone, Attribute[] attributes, CancellationToken ct)
    {
        if (RemoteEngine.Parse(engine) is not var (host, port)) throw new UserException($"'{engine}' is no tcp://HOST:PORT.");
        if (certificates is null) throw new UserException("--engine needs --tls DIR: an engine that anybody may use is not used.");
        var name = $"tcp://{host}:{port}";
        var address = await AddressAsync(host, ct);
        var facts = await minato.AddEngineAsync(Describe(name, certificates), ct);
        type ??= await LargestTypeAsync((int?)facts["cpus"] ?? 1, ((long?)facts["memoryBytes"] ?? 0) / Mebibyte, (string?)facts["architecture"], ct);
        return await carver.AddAsync(type, 1, zone, attributes, [new() { Key = "minato:engine", Value = name }, new() { Key = "minato:address", Value = address }], ct);
    }

    private static JsonObject Describe(string name, string folder)
    {
        var texts = new JsonObject { ["name"] = name };
        foreach (var file in RemoteEngine.Files)
        {
            try
            {
                texts[Path.GetFileNameWithoutExtension(file)] = File.ReadAllText(Path.Combine(folder, file));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new UserException($"{Path.Combine(folder, file)} cannot be read: {e.Message}");
            }
        }

        return texts;
    }

    /// <summary>Where load balancers reach its ports.</summary>
    private static async Task<string> AddressAsync(string host, CancellationToken ct)
    {
        try
        {
            return (await Dns.GetHostAddressesAsync(host, AddressFamily.InterNetwork, ct)) is [var first, ..] ? first.ToString() : throw new UserException($"{host} has no IPv4 address.");
        }
        catch (SocketException e)
        {
            throw new UserException($"{host} is not known: {e.Message}");
        }
    }

    private async Task<string> LargestTypeAsync(int cpus, long memory, string? architecture, CancellationToken ct)
    {
        var wanted = architecture is "arm64" or "aarch64" ? ArchitectureType.Arm64 : ArchitectureType.X8664;
        var types = (await minato.Ec2.DescribeInstanceTypesAsync(new(), minato.Caller, ct)).InstanceTypes ?? [];
        return types.Where(t => t.GpuInfo is null && t.ProcessorInfo?.SupportedArchitectures?.Contains(wanted) == true && t.VCpuInfo?.DefaultVCpus <= cpus && t.MemoryInfo?.SizeInMiB <= memory)
            .OrderByDescending(t => t.VCpuInfo?.DefaultVCpus).ThenByDescending(t => t.MemoryInfo?.SizeInMiB).ThenBy(t => t.InstanceType, StringComparer.Ordinal)
            .FirstOrDefault()?.InstanceType ?? throw new UserException($"No instance type is as small as {cpus} CPUs and {memory} MiB: name one with --type.");
    }
}
