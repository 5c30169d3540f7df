using System.Collections.Immutable;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;

namespace Minato.Ec2.Tests;

public sealed class DhcpOptionsTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static NewDhcpConfiguration Option(string name, params string[] values) => new() { Key = name, Values = [.. values] };

    private static async Task<DhcpOptions> MakeAsync(Ec2Fixture world, params NewDhcpConfiguration[] options) =>
        (await world.Ec2.CreateDhcpOptionsAsync(new() { DhcpConfigurations = [.. options] }, world.Caller, None)).DhcpOptions ?? throw new InvalidOperationException();

    private static async Task<ImmutableArray<DhcpOptions>> ShowAsync(Ec2Fixture world, DescribeDhcpOptionsRequest? request = null) =>
        (await world.Ec2.DescribeDhcpOptionsAsync(request ?? new(), world.Caller, None)).DhcpOptions.GetValueOrDefault();

    [Fact]
    public async Task A_set_is_made_associated_and_deleted_when_no_vpc_has_it()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var vpc = await world.DefaultVpcAsync();
        var made = await MakeAsync(world, Option("domain-name", "corp.example"), Option("domain-name-servers", "10.0.0.2", "AmazonProvidedDNS"));
        var id = made.DhcpOptionsId ?? "";
        made.DhcpConfigurations?.Select(c => $"{c.Key}={string.Join(',', (c.Values ?? []).Select(v => v.Value))}")
            .ShouldBe(["domain-name=corp.example", "domain-name-servers=10.0.0.2,AmazonProvidedDNS"]);
        (await ShowAsync(world)).Length.ShouldBe(2, "with that of AWS");
        (await ShowAsync(world, new() { Filters = [new() { Name = "value", Values = ["corp.*"] }] })).ShouldHaveSingleItem().DhcpOptionsId.ShouldBe(id);

        await world.Ec2.AssociateDhcpOptionsAsync(new() { DhcpOptionsId = id, VpcId = vpc.VpcId ?? "" }, world.Caller, None);
        (await world.DefaultVpcAsync()).DhcpOptionsId.ShouldBe(id);
        (await Ec2Fixture.RefusedAsync(world.Ec2.DeleteDhcpOptionsAsync(new() { DhcpOptionsId = id }, world.Caller, None), "DependencyViolation"))
            .Message.ShouldBe($"The dhcpOptions '{id}' has dependencies and cannot be deleted.");
        await world.Ec2.AssociateDhcpOptionsAsync(new() { DhcpOptionsId = "default", VpcId = vpc.VpcId ?? "" }, world.Caller, None);
        (await world.DefaultVpcAsync()).DhcpOptionsId.ShouldBe("default");
        await world.Ec2.CreateTagsAsync(new() { Resources = [id], Tags = [new() { Key = "a", Value = "1" }] }, world.Caller, None);
        await world.Ec2.DeleteDhcpOptionsAsync(new() { DhcpOptionsId = id }, world.Caller, None);
        (await Ec2Fixture.RefusedAsync(ShowAsync(world, new() { DhcpOptionsIds = [id] }), "InvalidDhcpOptionID.NotFound")).Message.ShouldBe($"The dhcpOption ID '{id}' does not exist");
        await Ec2Fixture.RefusedAsync(world.Ec2.AssociateDhcpOptionsAsync(new() { DhcpOptionsId = id, VpcId = vpc.VpcId ?? "" }, world.Caller, None), "InvalidDhcpOptionID.NotFound");
        await Ec2Fixture.RefusedAsync(world.Ec2.DeleteDhcpOptionsAsync(new() { DhcpOptionsId = vpc.DhcpOptionsId ?? "" }, world.Caller, None), "DependencyViolation");
    }

    [Theory]
    [InlineData("colour", "red")]
    [InlineData("domain-name", "a.example", "b.example")]
    [InlineData("domain-name-servers", "10.0.0")]
    [InlineData("domain-name-servers", "1.1.1.1", "1.1.1.2", "1.1.1.3", "1.1.1.4", "1.1.1.5")]
    [InlineData("ntp-servers", "AmazonProvidedDNS")]
    [InlineData("netbios-node-type", "3")]
    public async Task An_option_that_is_none_is_refused(string name, params string[] values)
    {
        await using var world = await Ec2Fixture.StartAsync();
        await Ec2Fixture.RefusedAsync(MakeAsync(world, Option(name, values)), "InvalidParameterValue");
    }

    [Fact]
    public void An_instance_asks_the_servers_of_its_set_for_names()
    {
        var key = new ResourceKey("123456789012", "us-east-1", "dopt-1");
        DhcpNames Of(params DhcpOption[] options) => DhcpNames.Of(new(key, [.. options]), "10.0.0.2");
        DhcpNames.Of(null, "10.0.0.2").Servers.ShouldBe(["10.0.0.2"]);
        DhcpNames.Of(null, null).Servers.ShouldBeEmpty();
        Of(new DhcpOption("domain-name-servers", ["10.9.9.9", "AmazonProvidedDNS"])).Servers.ShouldBe(["10.9.9.9", "10.0.0.2"]);
        Of(new DhcpOption("domain-name", ["a.example b.example"])).Domains.ShouldBe(["a.example", "b.example"]);
        Of(new DhcpOption("ntp-servers", ["10.9.9.9"])).Servers.ShouldBe(["10.0.0.2"]);
    }
}
