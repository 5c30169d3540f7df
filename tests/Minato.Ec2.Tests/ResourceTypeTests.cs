using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Aws.Templates;
using Minato.Contracts.Ec2;
using Minato.Testing;
using Minato.Testing.Templates;

namespace Minato.Ec2.Tests;

public sealed class ResourceTypeTests
{
    private const string Prefix = "AWS::EC2::";

    [Fact]
    public void A_network_has_a_life() => Run(async (_, types) =>
    {
        var vpc = await types.CreateAsync(Prefix + "VPC", """{"CidrBlock":"10.0.0.0/16","EnableDnsSupport":true,"EnableDnsHostnames":"true","Tags":[{"Key":"Name","Value":"net"}]}""", "Vpc");
        vpc.GetAtt("VpcId").ShouldBe(vpc.Id);
        vpc.GetAtt("CidrBlock").ShouldBe("10.0.0.0/16");
        vpc.GetAtt("DefaultSecurityGroup").ShouldStartWith("sg-");
        vpc.GetAtt("DefaultNetworkAcl").ShouldStartWith("acl-");
        vpc.Attributes["CidrBlockAssociations"]?.AsArray().Count.ShouldBe(1);
        vpc = await types.UpdateAsync(vpc, """{"CidrBlock":"10.0.0.0/16","EnableDnsSupport":true,"EnableDnsHostnames":false,"Tags":[{"Key":"Name","Value":"other"}]}""");
        var block = await types.CreateAsync(Prefix + "VPCCidrBlock", $$"""{"VpcId":"{{vpc.Id}}","CidrBlock":"10.1.0.0/16"}""", "Block");
        block.GetAtt("Id").ShouldStartWith("vpc-cidr-assoc-");

        var subnet = await types.CreateAsync(Prefix + "Subnet", $$"""{"VpcId":"{{vpc.Id}}","CidrBlock":"10.0.1.0/24","AvailabilityZone":"us-east-1a","MapPublicIpOnLaunch":true,"Tags":[{"Key":"a","Value":"1"}]}""", "Subnet");
        (subnet.GetAtt("SubnetId"), subnet.GetAtt("VpcId"), subnet.GetAtt("AvailabilityZone")).ShouldBe((subnet.Id, vpc.Id, "us-east-1a"));
        subnet.GetAtt("NetworkAclAssociationId").ShouldStartWith("aclassoc-");
        var gateway = await types.CreateAsync(Prefix + "InternetGateway", """{"Tags":[{"Key":"a","Value":"1"}]}""", "Gateway");
        gateway.GetAtt("InternetGatewayId").ShouldBe(gateway.Id);
        var attachment = await types.CreateAsync(Prefix + "VPCGatewayAttachment", $$"""{"VpcId":"{{vpc.Id}}","InternetGatewayId":"{{gateway.Id}}"}""", "Attachment");
        attachment.Id.ShouldBe($"IGW|{vpc.Id}");

        var table = await types.CreateAsync(Prefix + "RouteTable", $$"""{"VpcId":"{{vpc.Id}}","Tags":[{"Key":"a","Value":"1"}]}""", "Table");
        table.GetAtt("RouteTableId").ShouldBe(table.Id);
        var other = await types.CreateAsync(Prefix + "RouteTable", $$"""{"VpcId":"{{vpc.Id}}"}""", "Other");
        var route = await types.CreateAsync(Prefix + "Route", $$"""{"RouteTableId":"{{table.Id}}","DestinationCidrBlock":"0.0.0.0/0","GatewayId":"{{gateway.Id}}"}""", "Route");
        (route.Id, route.GetAtt("CidrBlock")).ShouldBe(($"{table.Id}|0.0.0.0/0", "0.0.0.0/0"));
        var association = await types.CreateAsync(Prefix + "SubnetRouteTableAssociation", $$"""{"RouteTableId":"{{table.Id}}","SubnetId":"{{subnet.Id}}"}""", "Association");
        association.GetAtt("Id").ShouldBe(association.Id);
        var moved = await types.UpdateAsync(association, $$"""{"RouteTableId":"{{other.Id}}","SubnetId":"{{subnet.Id}}"}""");
        moved.Id.ShouldNotBe(association.Id); // AWS: another table is another id, without a replacement.

        foreach (var resource in (DrivenResource[])[moved, route, other, table, attachment, gateway, subnet, block, vpc]) await types.DeleteAsync(resource);
        types.FaultsOfSchemas().ShouldBeEmpty();
    });

    [Fact]
    public void A_replacement_is_not_taken_for_what_it_replaces() => Run(async (_, types) =>
    {
        var first = await types.CreateAsync(Prefix + "VPC", """{"CidrBlock":"10.0.0.0/16"}""", "Vpc");
        (await types.CreateAsync(Prefix + "VPC", """{"CidrBlock":"10.8.0.0/16"}""", "Vpc")).Id.ShouldNotBe(first.Id);
    });

    [Fact]
    public void The_ref_of_an_address_is_the_address() => Run(async (_, types) =>
    {
        var address = await types.CreateAsync(Prefix + "EIP", """{"Domain":"vpc","Tags":[{"Key":"a","Value":"1"}]}""");
        address.Id.ShouldMatch(@"^\d+\.\d+\.\d+\.\d+$");
        address.GetAtt("PublicIp").ShouldBe(address.Id);
        address.GetAtt("AllocationId").ShouldStartWith("eipalloc-");
        await types.DeleteAsync(address);
    });

    [Fact]
    public void A_nat_gateway_is_waited_for() => Run(async (world, types) =>
    {
        var subnet = (await SubnetAsync(world)).SubnetId;
        var address = await types.CreateAsync(Prefix + "EIP", """{"Domain":"vpc"}""", "Address");
        var gateway = await types.CreateAsync(Prefix + "NatGateway", $$"""{"SubnetId":"{{subnet}}","AllocationId":"{{address.GetAtt("AllocationId")}}","Tags":[{"Key":"a","Value":"1"}]}""", "Gateway");
        gateway.GetAtt("NatGatewayId").ShouldBe(gateway.Id);
        (await world.Client<IEc2>().DescribeNatGatewaysAsync(new() { NatGatewayIds = [gateway.Id] }, world.Caller, default)).NatGateways?[0].State.ShouldBe(NatGatewayState.Available);
        await types.DeleteAsync(gateway);
        await types.DeleteAsync(address);
    });

    [Fact]
    public void A_security_group_has_the_rules_of_its_template_and_leaves_others_alone() => Run(async (world, types) =>
    {
        var vpc = (await SubnetAsync(world)).VpcId;
        string Group(string rules) => $$"""{"GroupName":"web","GroupDescription":"of the web","VpcId":"{{vpc}}","SecurityGroupIngress":[{{rules}}],"Tags":[{"Key":"a","Value":"1"}]}""";
        var group = await types.CreateAsync(Prefix + "SecurityGroup", Group("""{"IpProtocol":"tcp","FromPort":80,"ToPort":"80","CidrIp":"0.0.0.0/0","Description":"all"}"""), "Group");
        (group.GetAtt("GroupId"), group.GetAtt("VpcId")).ShouldBe((group.Id, vpc));

        var ingress = await types.CreateAsync(Prefix + "SecurityGroupIngress",
            $$"""{"GroupId":"{{group.Id}}","IpProtocol":"tcp","FromPort":443,"ToPort":443,"SourceSecurityGroupId":"{{group.Id}}","Description":"own"}""", "Ingress");
        ingress.Id.ShouldStartWith("sgr-");
        var egress = await types.CreateAsync(Prefix + "SecurityGroupEgress", $$"""{"GroupId":"{{group.Id}}","IpProtocol":"udp","FromPort":53,"ToPort":53,"CidrIp":"10.0.0.0/8"}""", "Egress");
        (await types.TryCreateAsync(Prefix + "SecurityGroupEgress", egress.Properties.ToJsonString(), "Twice")).ShouldBeOfType<ResourceProgress.Failed>().Code.ShouldBe("AlreadyExists");

        await types.TryUpdateAsync(group, Group("""{"IpProtocol":"tcp","FromPort":8080,"ToPort":8080,"CidrIp":"10.0.0.0/8"}"""));
        var rules = (await world.Client<IEc2>().DescribeSecurityGroupRulesAsync(new() { Filters = [new() { Name = "group-id", Values = [group.Id] }] }, world.Caller, default)).SecurityGroupRules;
        rules?.Where(r => r.IsEgress is false).Select(r => r.FromPort).Order().ShouldBe([443, 8080]);
        foreach (var resource in (DrivenResource[])[egress, ingress, group]) await types.DeleteAsync(resource);
    });

    [Fact]
    public void A_group_that_is_still_needed_is_deleted_once_it_is_not() => Run(async (world, types) =>
    {
        var subnet = await SubnetAsync(world);
        var group = await types.CreateAsync(Prefix + "SecurityGroup", $$"""{"GroupDescription":"d","VpcId":"{{subnet.VpcId}}"}""", "Group");
        var inter = await types.CreateAsync(Prefix + "NetworkInterface", $$"""{"SubnetId":"{{subnet.SubnetId}}","GroupSet":["{{group.Id}}"],"Description":"of a task"}""", "Interface");
        (inter.GetAtt("Id"), inter.GetAtt("VpcId")).ShouldBe((inter.Id, subnet.VpcId));
        var deleting = types.DeleteAsync(group);
        await world.RunFor(TimeSpan.FromSeconds(20));
        deleting.IsCompleted.ShouldBeFalse();
        await types.DeleteAsync(inter);
        await deleting;
    });

    [Fact]
    public void An_attachment_of_an_interface_fails_with_the_reason_that_a_machine_has_one() => Run(async (world, types) =>
    {
        var subnet = await SubnetAsync(world);
        var inter = await types.CreateAsync(Prefix + "NetworkInterface", $$"""{"SubnetId":"{{subnet.SubnetId}}"}""", "Interface");
        var instance = (await world.Client<IEc2>().RunInstancesAsync(new() { ImageId = "ami-0", InstanceType = "t3.micro", MinCount = 1, MaxCount = 1, SubnetId = subnet.SubnetId }, world.Caller, default)).Instances?[0].InstanceId ?? "";
        var end = (await types.TryCreateAsync(Prefix + "NetworkInterfaceAttachment", $$"""{"NetworkInterfaceId":"{{inter.Id}}","InstanceId":"{{instance}}","DeviceIndex":"1"}""")).ShouldBeOfType<ResourceProgress.Failed>();
        (end.Code, end.PhysicalResourceId).ShouldBe(("ServiceLimitExceeded", null));
        end.Message.ShouldStartWith("Interface count 3 exceeds the limit for t3.micro");
        await types.DeleteAsync(inter);
    });

    [Fact]
    public void Network_acls_have_a_life() => Run(async (world, types) =>
    {
        var subnet = await SubnetAsync(world);
        var acl = await types.CreateAsync(Prefix + "NetworkAcl", $$"""{"VpcId":"{{subnet.VpcId}}"}""", "Acl");
        string Entry(string action) => $$"""{"NetworkAclId":"{{acl.Id}}","RuleNumber":100,"Protocol":"6","RuleAction":"{{action}}","Egress":false,"CidrBlock":"0.0.0.0/0","PortRange":{"From":80,"To":80} }""";
        var entry = await types.CreateAsync(Prefix + "NetworkAclEntry", Entry("allow"), "Entry");
        entry = await types.UpdateAsync(entry, Entry("deny"));
        var association = await types.CreateAsync(Prefix + "SubnetNetworkAclAssociation", $$"""{"NetworkAclId":"{{acl.Id}}","SubnetId":"{{subnet.SubnetId}}"}""", "Association");
        association.GetAtt("AssociationId").ShouldBe(association.Id);
        foreach (var resource in (DrivenResource[])[association, entry, acl]) await types.DeleteAsync(resource);
    });

    [Fact]
    public void Other_data_of_a_launch_template_are_another_version() => Run(async (_, types) =>
    {
        var template = await types.CreateAsync(Prefix + "LaunchTemplate", """
            {"LaunchTemplateName":"agents","LaunchTemplateData":{"ImageId":"ami-12345678","InstanceType":"t3.small","UserData":"IyEvYmluL3No"},
             "TagSpecifications":[{"ResourceType":"launch-template","Tags":[{"Key":"a","Value":"1"}]}]}
            """);
        (template.GetAtt("LaunchTemplateId"), template.GetAtt("LatestVersionNumber")).ShouldBe((template.Id, "1"));
        template = await types.UpdateAsync(template, """
            {"LaunchTemplateName":"agents","LaunchTemplateData":{"ImageId":"ami-12345678","InstanceType":"t3.large"},
             "TagSpecifications":[{"ResourceType":"launch-template","Tags":[{"Key":"a","Value":"1"}]}]}
            """);
        (template.GetAtt("DefaultVersionNumber"), template.GetAtt("LatestVersionNumber")).ShouldBe(("1", "2"));
        await types.DeleteAsync(template);
    });

    [Fact]
    public void A_vpc_endpoint_follows_its_lists_and_keeps_its_id() => Run(async (world, types) =>
    {
        var subnet = await SubnetAsync(world);
        var tables = (await world.Client<IEc2>().DescribeRouteTablesAsync(new(), world.Caller, default)).RouteTables?[0].RouteTableId;
        var gateway = await types.CreateAsync(Prefix + "VPCEndpoint", $$"""{"VpcId":"{{subnet.VpcId}}","ServiceName":"com.amazonaws.us-east-1.s3","RouteTableIds":["{{tables}}"]}""", "Gateway");
        gateway.Id.ShouldStartWith("vpce-");
        gateway = await types.UpdateAsync(gateway, $$"""{"VpcId":"{{subnet.VpcId}}","ServiceName":"com.amazonaws.us-east-1.s3","PolicyDocument":{"Version":"2012-10-17","Statement":[]},"RouteTableIds":[]}""");
        (await types.ReadAsync(gateway))?.Properties["PolicyDocument"]?.ToJsonString().ShouldContain("2012-10-17");
        string Interface(string subnets) => $$"""{"VpcId":"{{subnet.VpcId}}","ServiceName":"com.amazonaws.us-east-1.logs","VpcEndpointType":"Interface","SubnetIds":[{{subnets}}],"Tags":[{"Key":"a","Value":"1"}]}""";
        var endpoint = await types.CreateAsync(Prefix + "VPCEndpoint", Interface($"\"{subnet.SubnetId}\""), "Interface");
        var id = endpoint.Id;
        endpoint.GetAtt("Id").ShouldBe(id);
        endpoint = await types.UpdateAsync(endpoint, Interface(""));
        endpoint.Id.ShouldBe(id);
        foreach (var resource in (DrivenResource[])[gateway, endpoint]) await types.DeleteAsync(resource);
    });

    [Fact]
    public void A_prefix_list_changes_its_entries_and_the_room_for_them() => Run(async (_, types) =>
    {
        string List(int most, string entries) => $$"""{"PrefixListName":"offices","AddressFamily":"IPv4","MaxEntries":{{most}},"Entries":[{{entries}}],"Tags":[{"Key":"a","Value":"1"}]}""";
        const string One = """{"Cidr":"10.0.0.0/8","Description":"one"}""", Two = """{"Cidr":"192.0.2.0/24"}""", Three = """{"Cidr":"198.51.100.0/24"}""";
        var list = await types.CreateAsync(Prefix + "PrefixList", List(2, $"{One},{Two}"), "List");
        (list.GetAtt("PrefixListId"), list.GetAtt("Version"), list.GetAtt("Arn")).ShouldBe((list.Id, "1", $"arn:aws:ec2:us-east-1:123456789012:prefix-list/{list.Id}"));
        var id = list.Id;
        list = await types.UpdateAsync(list, List(3, $"{One},{Two},{Three}"));
        list = await types.UpdateAsync(list, List(1, Three));
        list.Id.ShouldBe(id);
        (await types.ReadAsync(list))?.Properties["Entries"]?.ToJsonString().ShouldBe($"[{Three}]");
        await types.DeleteAsync(list);
    });

    [Fact]
    public void A_vpc_is_given_a_set_of_dhcp_options_and_loses_it_with_its_association() => Run(async (world, types) =>
    {
        var vpc = (await SubnetAsync(world)).VpcId ?? "";
        async Task<string?> SetAsync() => (await world.Client<IEc2>().DescribeVpcsAsync(new() { VpcIds = [vpc] }, world.Caller, default)).Vpcs?[0].DhcpOptionsId;
        var set = await types.CreateAsync(Prefix + "DHCPOptions", """{"DomainName":"corp.example","DomainNameServers":["10.0.0.2","AmazonProvidedDNS"],"NetbiosNodeType":2,"Tags":[{"Key":"a","Value":"1"}]}""", "Set");
        set.GetAtt("DhcpOptionsId").ShouldBe(set.Id);
        set = await types.UpdateAsync(set, """{"DomainName":"corp.example","DomainNameServers":["10.0.0.2","AmazonProvidedDNS"],"NetbiosNodeType":2,"Tags":[{"Key":"a","Value":"2"}]}""");
        var other = await types.CreateAsync(Prefix + "DHCPOptions", """{"NtpServers":["10.0.0.3"],"Tags":[{"Key":"a","Value":"1"}]}""", "Other");
        var association = await types.CreateAsync(Prefix + "VPCDHCPOptionsAssociation", $$"""{"VpcId":"{{vpc}}","DhcpOptionsId":"{{set.Id}}"}""", "Association");
        (association.Id, await SetAsync()).ShouldBe(($"{set.Id}|{vpc}", set.Id));
        association = await types.UpdateAsync(association, $$"""{"VpcId":"{{vpc}}","DhcpOptionsId":"{{other.Id}}"}""");
        (association.Id, await SetAsync()).ShouldBe(($"{other.Id}|{vpc}", other.Id));
        foreach (var resource in (DrivenResource[])[association, other, set]) await types.DeleteAsync(resource);
        (await SetAsync()).ShouldBe("default");
    });

    [Fact]
    public void The_private_half_of_a_key_pair_becomes_a_parameter_and_goes_with_it()
    {
        var (ssm, kept) = KeptParameters.Create();
        Run(LiveAsync, s => s.AddSingleton(ssm));

        async Task LiveAsync(World _, TypeDriver types)
        {
            var made = await types.CreateAsync(Prefix + "KeyPair", """{"KeyName":"door","KeyType":"ed25519","Tags":[{"Key":"a","Value":"1"}]}""", "Door");
            made.Id.ShouldBe("door");
            var (name, value) = kept.ShouldHaveSingleItem();
            name.ShouldBe($"/ec2/keypair/{made.GetAtt("KeyPairId")}");
            value.Type?.ToString().ShouldBe("SecureString");
            value.Value.ShouldStartWith("-----BEGIN OPENSSH PRIVATE KEY-----");
            made = await types.UpdateAsync(made, """{"KeyName":"door","KeyType":"ed25519","Tags":[{"Key":"a","Value":"2"}]}""");
            var imported = await types.CreateAsync(Prefix + "KeyPair", $$"""{"KeyName":"gate","PublicKeyMaterial":"ssh-rsa {{SshKeyTests.Rsa}} me"}""", "Gate");
            imported.GetAtt("KeyFingerprint").ShouldBe(SshKeyTests.RsaFingerprint);
            kept.Count.ShouldBe(1, "nobody has the private half of this one");
            foreach (var resource in (DrivenResource[])[made, imported]) await types.DeleteAsync(resource);
            kept.ShouldBeEmpty();
        }
    }

    private static async Task<Subnet> SubnetAsync(World world) =>
        (await world.Client<IEc2>().DescribeSubnetsAsync(new(), world.Caller, default)).Subnets?[0] ?? throw new InvalidOperationException();

    private static void Run(Func<World, TypeDriver, Task> test, Action<IServiceCollection>? more = null) => World.Run(1, world => test(world, TypeDriver.In(world)), services =>
    {
        services.AddSingleton(new PageTokens("a secret of the test"u8)).AddEc2();
        more?.Invoke(services);
    });
}
