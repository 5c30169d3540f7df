using Minato.Engines.Containers;
using Shouldly;
using Xunit;

namespace Minato.Testing.Containers;

public abstract partial class ContainerEngineKit
{
    /// <summary>Port 1 of this machine: nothing listens there.</summary>
    private const string Nowhere = "127.0.0.1:1/nowhere/image:1";

    [Fact]
    public async Task A_missing_image_is_an_outcome_of_creating() =>
        (await Engine.CreateAsync(Spec() with { Image = "minato-kit/never-made:1" }, Stopping)).ShouldBeOfType<CreateOutcome.ImageMissing>();

    [Fact]
    public async Task A_registry_out_of_reach_fails_the_pull_in_the_engines_words()
    {
        var failed = (await Engine.PullAsync(Nowhere, null, Stopping)).ShouldBeOfType<PullOutcome.Failed>();
        failed.Failure.ShouldBe(PullFailure.Unreachable);
        failed.Reason.ShouldContain("connection refused");
    }

    [Fact]
    public async Task Images_are_found_only_when_the_engine_has_them()
    {
        (await Engine.FindImageAsync(Nowhere, Stopping)).ShouldBeNull();
        (await Engine.FindImageAsync(Spec().Image, Stopping)).ShouldNotBeNull().Digest.ShouldBeNull();
        (await Engine.FindImageAsync(EngineImage.Pause, Stopping)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_published_port_is_held_by_one_container_and_chosen_when_not_given()
    {
        var first = await StartAsync(Spec(network: new NetworkAttachment.Bridge()) with { Ports = [new(80, 0)] });
        var port = (await InspectAsync(first)).Ports.ShouldHaveSingleItem();
        (port.ContainerPort, port.HostAddress, port.Protocol).ShouldBe((80, "127.0.0.1", "tcp"));
        port.HostPort.ShouldBePositive();

        var second = await CreateAsync(Spec(network: new NetworkAttachment.Bridge()) with { Ports = [new(80, port.HostPort)] });
        (await Engine.StartAsync(second, Stopping)).ShouldBeOfType<StartOutcome.PortTaken>().Reason.ShouldContain($"{port.HostPort}");
        await Engine.RemoveAsync(first, Stopping);
        (await Engine.StartAsync(second, Stopping)).ShouldBeOfType<StartOutcome.Started>();
    }

    [Fact]
    public async Task The_network_of_what_does_not_run_or_is_removed_cannot_be_joined()
    {
        var pause = await CreateAsync(Spec() with { Image = EngineImage.Pause, Command = null, EntryPoint = null });
        var joined = await CreateAsync(Spec(network: new NetworkAttachment.SharedWith(pause)));
        (await Engine.StartAsync(joined, Stopping)).ShouldBeOfType<StartOutcome.NetworkGone>().Reason.ShouldContain("cannot join network");
        await Engine.RemoveAsync(pause, Stopping);
        (await Engine.StartAsync(joined, Stopping)).ShouldBeOfType<StartOutcome.NetworkGone>().Reason.ShouldContain(pause);
    }
}
