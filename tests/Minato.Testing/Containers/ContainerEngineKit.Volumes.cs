using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Minato.Engines.Containers;
using Shouldly;
using Xunit;

namespace Minato.Testing.Containers;

public abstract partial class ContainerEngineKit
{
    private static readonly ImmutableSortedDictionary<string, string> Nothing = ImmutableSortedDictionary<string, string>.Empty;

    [Fact]
    public async Task A_volume_is_made_once_and_removed_once()
    {
        var volume = new VolumeSpec(NewName(), "local", Nothing, Nothing, MayCreate: true);
        for (var i = 0; i < 2; i++) (await Engine.EnsureVolumeAsync(volume, Stopping)).ShouldBeOfType<VolumeOutcome.Ready>();
        (await Engine.EnsureVolumeAsync(volume with { MayCreate = false }, Stopping)).ShouldBeOfType<VolumeOutcome.Ready>();
        for (var i = 0; i < 2; i++) await Engine.RemoveVolumeAsync(volume.Name, Stopping);
        (await Engine.EnsureVolumeAsync(volume with { MayCreate = false }, Stopping))
            .ShouldBeOfType<VolumeOutcome.Refused>().Reason.ShouldContain("no such volume");
    }

    [Fact]
    public async Task Statistics_in_the_engines_words_are_those_of_a_running_container()
    {
        var id = await StartAsync(Spec());
        var stats = JsonNode.Parse((await Engine.RawStatsAsync(id, Stopping)).ShouldNotBeNull().Span);
        stats?["cpu_stats"]?["cpu_usage"]?["total_usage"].ShouldNotBeNull();
        stats?["memory_stats"].ShouldNotBeNull();
        await Engine.RemoveAsync(id, Stopping);
        (await Engine.RawStatsAsync(id, Stopping)).ShouldBeNull();
    }

    [Fact]
    public async Task The_default_bridge_has_a_range_and_an_address_of_the_host()
    {
        var bridge = (await Engine.DefaultBridgeAsync(Stopping)).ShouldNotBeNull();
        System.Net.IPNetwork.Parse(bridge.Cidr).Contains(System.Net.IPAddress.Parse(bridge.Gateway)).ShouldBeTrue();
    }
}
