using Minato.Contracts.Ec2;
using Minato.Testing.Templates;

namespace Minato.CloudMap.Tests;

public sealed class ResourceTypeTests
{
    [Fact]
    public void A_private_namespace_with_a_service_and_an_instance_has_a_life() => MapWorld.Run(async map =>
    {
        var types = TypeDriver.In(map.World);
        var vpc = (await map.World.Client<IEc2>().DescribeVpcsAsync(new(), map.Caller, default)).Vpcs?[0].VpcId;
        var ns = await types.CreateAsync("AWS::ServiceDiscovery::PrivateDnsNamespace", $$"""{"Name":"corp.local","Vpc":"{{vpc}}","Description":"ours","Tags":[{"Key":"a","Value":"1"}]}""", "Namespace");
        ns.Id.ShouldStartWith("ns-");
        ns.GetAtt("Id").ShouldBe(ns.Id);
        ns.GetAtt("Arn").ShouldBe($"arn:aws:servicediscovery:us-east-1:123456789012:namespace/{ns.Id}");
        ns.GetAtt("HostedZoneId").ShouldStartWith("Z");

        var service = await types.CreateAsync("AWS::ServiceDiscovery::Service", $$$"""
            {"Name":"web","NamespaceId":"{{{ns.Id}}}","DnsConfig":{"RoutingPolicy":"MULTIVALUE","DnsRecords":[{"Type":"A","TTL":"10"}]},"HealthCheckCustomConfig":{"FailureThreshold":1}}
            """, "Service");
        service.Id.ShouldStartWith("srv-");
        service.GetAtt("Name").ShouldBe("web");
        var instance = await types.CreateAsync("AWS::ServiceDiscovery::Instance", $$$"""{"ServiceId":"{{{service.Id}}}","InstanceId":"one","InstanceAttributes":{"AWS_INSTANCE_IPV4":"10.0.0.1"}}""");
        instance.Id.ShouldBe("one");
        (await map.AskAsync("web.corp.local")).ShouldBe(["10.0.0.1"]);

        await types.DeleteAsync(instance);
        service = await types.UpdateAsync(service, $$$"""
            {"Name":"web","NamespaceId":"{{{ns.Id}}}","Description":"d","DnsConfig":{"RoutingPolicy":"MULTIVALUE","DnsRecords":[{"Type":"A","TTL":20}]},"HealthCheckCustomConfig":{"FailureThreshold":1}}
            """);
        await types.DeleteAsync(service);
        await types.DeleteAsync(ns);
        types.FaultsOfSchemas().ShouldBeEmpty();
    });

    [Theory]
    [InlineData("HttpNamespace")]
    [InlineData("PublicDnsNamespace")]
    public void Other_namespaces_have_a_life(string kind) => MapWorld.Run(async map =>
    {
        var types = TypeDriver.In(map.World);
        var ns = await types.CreateAsync($"AWS::ServiceDiscovery::{kind}", """{"Name":"example.com","Description":"one"}""");
        ns = await types.UpdateAsync(ns, """{"Name":"example.com","Description":"two"}""");
        await types.DeleteAsync(ns);
    });
}
