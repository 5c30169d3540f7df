namespace Minato.Aws.Authorization;

/// <summary>Load balancers, certificates, names and networks.</summary>
internal static class TrafficActions
{
    // AWS: both APIs are one to policies; a load balancer of the old one has no kind in its ARN.
    public static ActionTable Elb() => new("elasticloadbalancing", "arn:aws:elasticloadbalancing:{region}:{account}:", """
        * : DescribeAccountLimits DescribeSSLPolicies DescribeLoadBalancers DescribeTargetGroups DescribeListeners DescribeRules DescribeTrustStores DescribeLoadBalancerPolicyTypes
        * : DescribeLoadBalancerAttributes DescribeTargetGroupAttributes DescribeListenerAttributes DescribeListenerCertificates DescribeTargetHealth DescribeTags DescribeInstanceHealth
        * : DescribeLoadBalancerPolicies DescribeCapacityReservation DescribeTrustStoreAssociations DescribeTrustStoreRevocations
        {LoadBalancerArn} : CreateListener DeleteLoadBalancer ModifyLoadBalancerAttributes SetIpAddressType SetSecurityGroups SetSubnets ModifyCapacityReservation ModifyIpPools
        loadbalancer/{Name} : CreateLoadBalancer
        targetgroup/{Name}/* : CreateTargetGroup
        truststore/{Name}/* : CreateTrustStore
        {ListenerArn} : CreateRule DeleteListener ModifyListener ModifyListenerAttributes AddListenerCertificates RemoveListenerCertificates
        {RuleArn} : DeleteRule ModifyRule
        {RulePriorities.RuleArn} : SetRulePriorities
        {TargetGroupArn} : DeleteTargetGroup ModifyTargetGroup ModifyTargetGroupAttributes RegisterTargets DeregisterTargets
        {TrustStoreArn} : DeleteTrustStore ModifyTrustStore AddTrustStoreRevocations RemoveTrustStoreRevocations DeleteSharedTrustStoreAssociation GetTrustStoreCaCertificatesBundle GetTrustStoreRevocationContent
        {ResourceArn} : GetResourcePolicy
        {ResourceArns} : AddTags RemoveTags
        """);

    public static ActionTable ClassicElb() => new("elasticloadbalancing", "arn:aws:elasticloadbalancing:{region}:{account}:", """
        * : DescribeAccountLimits DescribeLoadBalancers DescribeLoadBalancerPolicyTypes DescribeLoadBalancerAttributes DescribeTags DescribeInstanceHealth DescribeLoadBalancerPolicies
        loadbalancer/{LoadBalancerNames} : AddTags RemoveTags
        loadbalancer/{LoadBalancerName} : ApplySecurityGroupsToLoadBalancer AttachLoadBalancerToSubnets ConfigureHealthCheck CreateAppCookieStickinessPolicy CreateLBCookieStickinessPolicy
        loadbalancer/{LoadBalancerName} : CreateLoadBalancer CreateLoadBalancerListeners CreateLoadBalancerPolicy DeleteLoadBalancer DeleteLoadBalancerListeners DeleteLoadBalancerPolicy
        loadbalancer/{LoadBalancerName} : DeregisterInstancesFromLoadBalancer DetachLoadBalancerFromSubnets DisableAvailabilityZonesForLoadBalancer EnableAvailabilityZonesForLoadBalancer
        loadbalancer/{LoadBalancerName} : ModifyLoadBalancerAttributes RegisterInstancesWithLoadBalancer SetLoadBalancerListenerSSLCertificate SetLoadBalancerPoliciesForBackendServer SetLoadBalancerPoliciesOfListener
        """);

    public static ActionTable Acm() => new("acm", "arn:aws:acm:{region}:{account}:", """
        * : ListCertificates GetAccountConfiguration PutAccountConfiguration RequestCertificate
        {CertificateArn|*} : ImportCertificate
        {CertificateArn} : AddTagsToCertificate DeleteCertificate DescribeCertificate ExportCertificate GetCertificate ListTagsForCertificate RemoveTagsFromCertificate
        {CertificateArn} : RenewCertificate ResendValidationEmail RevokeCertificate UpdateCertificateOptions
        """);

    public static ActionTable Route53() => new("route53", "arn:aws:route53:::", """
        * : CreateHealthCheck CreateHostedZone GetAccountLimit GetCheckerIpRanges GetHealthCheckCount GetHostedZoneCount ListHealthChecks ListHostedZones ListHostedZonesByName ListReusableDelegationSets
        * : CreateCidrCollection CreateReusableDelegationSet ListCidrCollections TestDNSAnswer
        cidrcollection/{Id} : ChangeCidrCollection DeleteCidrCollection
        cidrcollection/{CollectionId} : ListCidrBlocks ListCidrLocations
        arn:aws:ec2:{region}:{account}:vpc/{VPCId} : ListHostedZonesByVPC
        hostedzone/{HostedZoneId/} : AssociateVPCWithHostedZone ChangeResourceRecordSets DisassociateVPCFromHostedZone GetDNSSEC GetHostedZoneLimit ListResourceRecordSets
        hostedzone/{Id/} : DeleteHostedZone GetHostedZone UpdateHostedZoneComment
        healthcheck/{HealthCheckId} : DeleteHealthCheck GetHealthCheck GetHealthCheckLastFailureReason GetHealthCheckStatus UpdateHealthCheck
        change/{Id/} : GetChange
        delegationset/{Id/} : DeleteReusableDelegationSet GetReusableDelegationSet
        delegationset/{DelegationSetId/} : GetReusableDelegationSetLimit
        {ResourceType}/{ResourceId/} : ChangeTagsForResource ListTagsForResource
        {ResourceType}/{ResourceIds/} : ListTagsForResources
        """);

    public static ActionTable CloudMap() => new("servicediscovery", "arn:aws:servicediscovery:{region}:{account}:", """
        * : CreateHttpNamespace CreatePrivateDnsNamespace CreatePublicDnsNamespace GetOperation ListNamespaces ListOperations ListServices
        * ? servicediscovery:NamespaceName={NamespaceName} servicediscovery:ServiceName={ServiceName} : DiscoverInstances DiscoverInstancesRevision
        namespace/{NamespaceId|*} : CreateService
        namespace/{Id} : DeleteNamespace GetNamespace UpdateHttpNamespace UpdatePrivateDnsNamespace UpdatePublicDnsNamespace
        service/{Id} : DeleteService GetService UpdateService
        service/{ServiceId} ? servicediscovery:ServiceArn=:service/{ServiceId} : DeleteServiceAttributes DeregisterInstance GetInstance GetInstancesHealthStatus GetServiceAttributes ListInstances RegisterInstance
        service/{ServiceId} ? servicediscovery:ServiceArn=:service/{ServiceId} : UpdateInstanceCustomHealthStatus UpdateServiceAttributes
        {ResourceARN} : TagResource UntagResource ListTagsForResource
        """);

    public static ActionTable Ec2() => new("ec2", "arn:aws:ec2:{region}:{account}:", """
        * : DescribeAccountAttributes DescribeAddresses DescribeAddressesAttribute DescribeAvailabilityZones DescribeDhcpOptions DescribeFlowLogs DescribeInstanceTypes DescribeInstances
        * : DescribeInternetGateways DescribeLaunchTemplateVersions DescribeLaunchTemplates DescribeManagedPrefixLists DescribeNatGateways DescribeNetworkAcls DescribeNetworkInterfaces
        * : DescribePrefixLists DescribeRegions DescribeRouteTables DescribeSecurityGroupRules DescribeSecurityGroups DescribeSubnets DescribeTags DescribeVpcEndpointServices DescribeVpcEndpoints DescribeVpcs
        * : DescribeImages DescribeInstanceStatus CreateDefaultSubnet CreateDefaultVpc DescribeVpcAttribute DescribeKeyPairs DescribeInstanceTypeOfferings DescribeVpcClassicLink
        * : DescribeVpcClassicLinkDnsSupport DescribeEgressOnlyInternetGateways DescribeVpcPeeringConnections DescribeVpnGateways
        key-pair/{KeyName} : CreateKeyPair ImportKeyPair
        key-pair/{KeyName|*} : DeleteKeyPair
        dhcp-options/* : CreateDhcpOptions
        dhcp-options/{DhcpOptionsId} : DeleteDhcpOptions
        dhcp-options/{DhcpOptionsId} vpc/{VpcId} : AssociateDhcpOptions
        egress-only-internet-gateway/* vpc/{VpcId} : CreateEgressOnlyInternetGateway
        egress-only-internet-gateway/{EgressOnlyInternetGatewayId} : DeleteEgressOnlyInternetGateway
        vpc-flow-log/* : CreateFlowLogs
        vpc-flow-log/{FlowLogIds} : DeleteFlowLogs
        elastic-ip/* : AllocateAddress
        elastic-ip/{AllocationId|*} : ReleaseAddress
        elastic-ip/{AllocationId|*} network-interface/{NetworkInterfaceId} instance/{InstanceId} : AssociateAddress
        elastic-ip/* : DisassociateAddress
        route-table/{RouteTableId} subnet/{SubnetId} internet-gateway/{GatewayId} : AssociateRouteTable
        route-table/* subnet/* : DisassociateRouteTable
        route-table/{RouteTableId} : ReplaceRouteTableAssociation CreateRoute DeleteRoute ReplaceRoute DeleteRouteTable
        route-table/* vpc/{VpcId} : CreateRouteTable
        vpc/* : CreateVpc DisassociateVpcCidrBlock
        vpc/{VpcId} : AssociateVpcCidrBlock DeleteVpc ModifyVpcAttribute
        internet-gateway/{InternetGatewayId} vpc/{VpcId} : AttachInternetGateway DetachInternetGateway
        internet-gateway/* : CreateInternetGateway
        internet-gateway/{InternetGatewayId} : DeleteInternetGateway
        network-interface/{NetworkInterfaceId} instance/{InstanceId} : AttachNetworkInterface
        network-interface/* instance/* : DetachNetworkInterface
        network-interface/* subnet/{SubnetId} security-group/{Groups} : CreateNetworkInterface
        network-interface/{NetworkInterfaceId} security-group/{Groups} : ModifyNetworkInterfaceAttribute
        network-interface/{NetworkInterfaceId} : DeleteNetworkInterface
        security-group/* vpc/{VpcId|*} : CreateSecurityGroup
        security-group/{GroupId|*} : AuthorizeSecurityGroupEgress AuthorizeSecurityGroupIngress RevokeSecurityGroupEgress RevokeSecurityGroupIngress DeleteSecurityGroup
        security-group/{GroupId|*} : UpdateSecurityGroupRuleDescriptionsEgress UpdateSecurityGroupRuleDescriptionsIngress
        security-group/{GroupId} security-group-rule/{SecurityGroupRules.SecurityGroupRuleId} : ModifySecurityGroupRules
        launch-template/* : CreateLaunchTemplate
        launch-template/{LaunchTemplateId|*} : CreateLaunchTemplateVersion DeleteLaunchTemplate DeleteLaunchTemplateVersions ModifyLaunchTemplate
        natgateway/* subnet/{SubnetId|*} elastic-ip/{AllocationId|*} : CreateNatGateway
        natgateway/{NatGatewayId} : DeleteNatGateway
        network-acl/* vpc/{VpcId} : CreateNetworkAcl
        network-acl/{NetworkAclId} : CreateNetworkAclEntry DeleteNetworkAcl DeleteNetworkAclEntry ReplaceNetworkAclEntry ReplaceNetworkAclAssociation
        subnet/* vpc/{VpcId} : CreateSubnet
        subnet/{SubnetId} : DeleteSubnet ModifySubnetAttribute
        vpc-endpoint/* vpc/{VpcId} subnet/{SubnetIds} route-table/{RouteTableIds} security-group/{SecurityGroupIds} : CreateVpcEndpoint
        vpc-endpoint/{VpcEndpointId} : ModifyVpcEndpoint
        vpc-endpoint/{VpcEndpointIds} : DeleteVpcEndpoints
        prefix-list/* : CreateManagedPrefixList
        prefix-list/{PrefixListId} : GetManagedPrefixListEntries ModifyManagedPrefixList DeleteManagedPrefixList
        {Resources} : CreateTags DeleteTags
        arn:aws:ec2:{region}::image/{ImageId|*} instance/* network-interface/* volume/* subnet/{SubnetId|*} security-group/{SecurityGroupIds|*} key-pair/{KeyName} ? ec2:InstanceType={InstanceType|m1.small} : RunInstances
        arn:aws:iam::{account}:role/* ? iam:PassedToService=ec2.amazonaws.com if IamInstanceProfile : RunInstances=iam:PassRole
        instance/{InstanceIds} : TerminateInstances StartInstances StopInstances RebootInstances
        instance/{InstanceId} : ModifyInstanceAttribute ModifyInstanceMetadataOptions DescribeInstanceAttribute GetConsoleOutput
        instance/{InstanceId} arn:aws:ec2:{region}::image/* : CreateImage
        arn:aws:ec2:{region}::image/* : RegisterImage
        arn:aws:ec2:{region}::image/{ImageId} : DeregisterImage
        """);
}
