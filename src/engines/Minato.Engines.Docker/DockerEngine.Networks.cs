using System.Collections.Immutable;
using System.Net;
using Minato.Engines.Containers;

namespace Minato.Engines.Docker;

internal sealed partial class DockerEngine
{
    private readonly SemaphoreSlim networkGate = new(1);

    public async ValueTask<NetworkOutcome> EnsureNetworkAsync(NetworkSpec spec, CancellationToken ct)
    {
        if (Cidr.Parse(spec.Cidr) is not { } range) return new NetworkOutcome.Refused($"{spec.Cidr} is not a range of IPv4 addresses.");
        await networkGate.WaitAsync(ct);
        try
        {
            var name = names.Network(spec.Name);
            var networks = await docker.GetAsync("/networks", DockerJson.Default.NetworkAnswerArray, ct);
            if (networks.FirstOrDefault(n => n.Name == name) is { } there) return Judge(there, spec);
            if (await ColliderAsync(range, networks, ct) is { } collider) return new NetworkOutcome.Collides(collider);
            return await CreateNetworkAsync(spec, name, ct);
        }
        finally
        {
            networkGate.Release();
        }
    }

    public async ValueTask RemoveNetworkAsync(string name, CancellationToken ct)
    {
        try
        {
            var path = $"/networks/{Uri.EscapeDataString(names.Network(name))}";
            var network = await docker.GetAsync(path, DockerJson.Default.NetworkAnswer, ct);
            if (names.IsOurs(network.Labels)) await docker.DoAsync(HttpMethod.Delete, $"/networks/{network.Id}", ct);
        }
        catch (DockerException e) when (e.IsNotFound)
        {
            // Gone already.
        }
    }

    public async ValueTask<NetworkSpec?> DefaultBridgeAsync(CancellationToken ct)
    {
        try
        {
            var bridge = await docker.GetAsync("/networks/bridge", DockerJson.Default.NetworkAnswer, ct);
            return bridge.IPAM?.Config is [{ Subnet: { } range, Gateway: { } gateway }, ..] ? new("bridge", range, gateway) : null;
        }
        catch (DockerException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    public async ValueTask<IReadOnlyList<string>> UsedRangesAsync(CancellationToken ct)
    {
        var networks = await docker.GetAsync("/networks", DockerJson.Default.NetworkAnswerArray, ct);
        var routes = await RoutesAsync(ct);
        var ranges = networks.SelectMany(Ranges).Concat(routes.Select(r => r.Range));
        return [.. ranges.Select(r => r.ToString()).Distinct().Order(StringComparer.Ordinal)];
    }

    // Routes of another machine are not to be seen from here: its networks are.
    private async ValueTask<IReadOnlyList<HostRoute>> RoutesAsync(CancellationToken ct) => options.IsRemote ? [] : await HostRoutes.ReadAsync(ct);

    public async ValueTask<string?> FindColliderAsync(string cidr, CancellationToken ct) => Cidr.Parse(cidr) is { } range
        ? await ColliderAsync(range, await docker.GetAsync("/networks", DockerJson.Default.NetworkAnswerArray, ct), ct)
        : null;

    private NetworkOutcome Judge(NetworkAnswer there, NetworkSpec wanted)
    {
        if (!names.IsOurs(there.Labels))
            return new NetworkOutcome.Refused($"The network {there.Name} is there, but it is not of this installation.");
        return there.IPAM?.Config is [var range, ..] && range.Subnet == wanted.Cidr && range.Gateway == wanted.Gateway
            ? new NetworkOutcome.Ready()
            : new NetworkOutcome.Refused($"The network {there.Name} is there with another range than {wanted.Cidr}.");
    }

    private async Task<string?> ColliderAsync(IPNetwork range, NetworkAnswer[] networks, CancellationToken ct)
    {
        if (networks.FirstOrDefault(n => Ranges(n).Any(r => Cidr.Overlap(r, range))) is { } network)
            return $"the Docker network {network.Name} ({string.Join(", ", Ranges(network))})";
        var routes = await RoutesAsync(ct);
        return routes.FirstOrDefault(r => Cidr.Overlap(r.Range, range)) is { } route
            ? $"the route to {route.Range} on {route.Interface}"
            : null;
    }

    private async Task<NetworkOutcome> CreateNetworkAsync(NetworkSpec spec, string name, CancellationToken ct)
    {
        try
        {
            await docker.PostAsync("/networks/create", new CreateNetworkBody
            {
                Name = name,
                CheckDuplicate = true,
                Driver = "bridge",
                IPAM = new("default", [new(spec.Cidr, spec.Gateway)]),
                Options = new()
                {
                    ["com.docker.network.bridge.name"] = names.Bridge(spec.Name),
                    ["com.docker.network.bridge.enable_ip_masquerade"] = "true", // The tasks' way out.
                    ["com.docker.network.bridge.enable_icc"] = "true",
                },
                Labels = names.Label(ImmutableSortedDictionary<string, string>.Empty),
            }, DockerJson.Default.CreateNetworkBody, DockerJson.Default.CreateNetworkAnswer, ct);
            return new NetworkOutcome.Ready();
        }
        catch (DockerException e) when (e.Message.Contains("overlaps", StringComparison.OrdinalIgnoreCase))
        {
            return new NetworkOutcome.Collides(e.Message); // Someone was quicker.
        }
        catch (DockerException e)
        {
            return new NetworkOutcome.Refused(e.Message);
        }
    }

    private static IEnumerable<IPNetwork> Ranges(NetworkAnswer network) =>
        (network.IPAM?.Config ?? []).Select(c => Cidr.Parse(c.Subnet)).OfType<IPNetwork>();
}
