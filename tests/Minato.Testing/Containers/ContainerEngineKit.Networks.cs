using Minato.Engines.Containers;
using Shouldly;
using Xunit;

namespace Minato.Testing.Containers;

public abstract partial class ContainerEngineKit
{
    [Fact]
    public async Task A_network_is_made_once_and_its_range_is_in_use()
    {
        var spec = await NetworkAsync();
        (await Engine.EnsureNetworkAsync(spec, Stopping)).ShouldBeOfType<NetworkOutcome.Ready>();
        (await Engine.UsedRangesAsync(Stopping)).ShouldContain(spec.Cidr);
        var collision = await Engine.EnsureNetworkAsync(spec with { Name = NewName() }, Stopping);
        collision.ShouldBeOfType<NetworkOutcome.Collides>().With.ShouldContain(spec.Name);
        for (var i = 0; i < 2; i++) await Engine.RemoveNetworkAsync(spec.Name, Stopping);
        (await Engine.UsedRangesAsync(Stopping)).ShouldNotContain(spec.Cidr);
    }

    [Fact]
    public async Task A_network_is_not_given_another_range()
    {
        var spec = await NetworkAsync();
        var other = await FreeRangeAsync();
        var moved = await Engine.EnsureNetworkAsync(spec with { Cidr = other, Gateway = Address(other, 1) }, Stopping);
        moved.ShouldBeOfType<NetworkOutcome.Refused>();
    }

    [Fact]
    public async Task An_address_is_held_by_one_running_container()
    {
        var network = await NetworkAsync();
        var first = await StartAsync(Pause(network, 10));
        var second = await CreateAsync(Pause(network, 10));
        (await Engine.StartAsync(second, Stopping)).ShouldBeOfType<StartOutcome.AddressTaken>();
        await Engine.RemoveAsync(first, Stopping);
        (await Engine.StartAsync(second, Stopping)).ShouldBeOfType<StartOutcome.Started>();
    }

    [Fact]
    public async Task Containers_share_the_namespace_of_a_pause_container()
    {
        var pause = await StartAsync(Pause(await NetworkAsync(), 11));
        var joined = await StartAsync(Spec(network: new NetworkAttachment.SharedWith(pause)) with
        {
            Hostname = "ignored", DnsServers = ["127.0.0.53"], Ports = [new(80, 0)], // The namespace's owner has these.
        });
        (await InspectAsync(joined)).Phase.ShouldBe(ContainerPhase.Running);
        await Engine.StopAsync(pause, TimeSpan.FromSeconds(30), Stopping); // Killed at once: it waits for no signal.
        (await InspectAsync(pause)).ExitCode.ShouldBe(137);
    }

    protected async Task<NetworkSpec> NetworkAsync()
    {
        var range = await FreeRangeAsync();
        var spec = new NetworkSpec(NewName(), range, Address(range, 1));
        (await Engine.EnsureNetworkAsync(spec, Stopping)).ShouldBeOfType<NetworkOutcome.Ready>();
        return spec;
    }

    protected ContainerSpec Pause(NetworkSpec network, int host) => new()
    {
        Name = NewName(),
        Image = EngineImage.Pause,
        Network = new NetworkAttachment.Address(network.Name, Address(network.Cidr, host), null),
    };

    protected static string Address(string range, int host) => $"{range[..range.LastIndexOf('.')]}.{host}";
}
