using Minato.Aws;

namespace Minato.Ec2.Api;

/// <summary>EC2's errors are not in its model: codes and texts as the service gives them.</summary>
internal static class Ec2Errors
{
    public static AwsException VpcNotFound(string id) => new("InvalidVpcID.NotFound", $"The vpc ID '{id}' does not exist");
    public static AwsException SubnetNotFound(string id) => new("InvalidSubnetID.NotFound", $"The subnet ID '{id}' does not exist");
    public static AwsException GroupNotFound(string id) => new("InvalidGroup.NotFound", $"The security group '{id}' does not exist");
    public static AwsException InterfaceNotFound(string id) =>
        new("InvalidNetworkInterfaceID.NotFound", $"The networkInterface ID '{id}' does not exist");
    public static AwsException RouteTableNotFound(string id) => new("InvalidRouteTableID.NotFound", $"The routeTable ID '{id}' does not exist");
    public static AwsException InstanceNotFound(string id) => new("InvalidInstanceID.NotFound", $"The instance ID '{id}' does not exist");
    public static AwsException InstancesNotFound(IReadOnlyList<string> ids) => ids is [var only] ? InstanceNotFound(only)
        : new("InvalidInstanceID.NotFound", $"The instance IDs '{string.Join(", ", ids)}' do not exist");
    public static AwsException InstanceMalformed(string id) => new("InvalidInstanceID.Malformed", $"Invalid id: \"{id}\"");
    public static AwsException ImageNotFound(string id) => new("InvalidAMIID.NotFound", $"The image id '[{id}]' does not exist");
    public static AwsException RuleNotFound(string id) =>
        new("InvalidSecurityGroupRuleId.NotFound", $"The security group rule ID '{id}' does not exist");
    public static AwsException KeyPairNotFound(string name) => new("InvalidKeyPair.NotFound", $"The key pair '{name}' does not exist");
    public static AwsException DhcpOptionsNotFound(string id) => new("InvalidDhcpOptionID.NotFound", $"The dhcpOption ID '{id}' does not exist");
    public static AwsException FlowLogNotFound(string id) => new("InvalidFlowLogId.NotFound", $"The flow log ID '{id}' does not exist");
    public static AwsException PrefixListNotFound(string id) => new("InvalidPrefixListID.NotFound", $"The prefix list ID '{id}' does not exist");
    public static AwsException ResourceNotFound(string id) => new("InvalidID", $"The ID '{id}' is not valid");

    public static AwsException InternetGatewayNotFound(string id) =>
        new("InvalidInternetGatewayID.NotFound", $"The internetGateway ID '{id}' does not exist");

    /// <summary>What a route leads to, whatever kind it is of.</summary>
    public static AwsException GatewayNotFound(string id) => new("InvalidGatewayID.NotFound", $"The gateway ID '{id}' does not exist");
    public static AwsException NatGatewayNotFound(string id) => new("NatGatewayNotFound", $"The Nat Gateway {id} was not found");
    public static AwsException EndpointNotFound(string id) => new("InvalidVpcEndpointId.NotFound", $"The Vpc Endpoint Id '{id}' does not exist");
    public static AwsException EndpointServiceNotFound(string name) => new("InvalidServiceName", $"The Vpc Endpoint Service '{name}' does not exist");
    public static AwsException AllocationNotFound(string id) => new("InvalidAllocationID.NotFound", $"The allocation ID '{id}' does not exist");
    public static AwsException AddressNotFound(string address) => new("InvalidAddress.NotFound", $"Address '{address}' not found.");
    public static AwsException AssociationNotFound(string id) => new("InvalidAssociationID.NotFound", $"The association ID '{id}' does not exist");
    public static AwsException AttachmentNotFound(string id) => new("InvalidAttachmentID.NotFound", $"The attachment ID '{id}' does not exist");
    public static AwsException AclNotFound(string id) => new("InvalidNetworkAclID.NotFound", $"The networkAcl ID '{id}' does not exist");
    public static AwsException NoDefaultVpc() => new("VPCIdNotSpecified", "No default VPC for this user");
    public static AwsException DefaultVpcExists() =>
        new("DefaultVpcAlreadyExists", "A Default VPC already exists for this account in this region.");

    /// <param name="what">With its noun: <c>vpc 'vpc-…'</c>.</param>
    public static AwsException HasDependencies(string what) => new("DependencyViolation", $"The {what} has dependencies and cannot be deleted.");

    public static AwsException BadCidr(string cidr, string parameter = "cidrBlock") =>
        Invalid($"Value ({cidr}) for parameter {parameter} is invalid. This is not a valid CIDR block.");

    /// <summary>AWS would say that the range is not a possible one; here somebody has it.</summary>
    public static AwsException RangeTaken(string cidr, string collider) =>
        new("InvalidVpc.Range", $"The CIDR '{cidr}' is invalid: on this machine it collides with {collider}.");

    public static AwsException NoIpv6() => Unsupported("IPv6 is not supported here.");
    public static AwsException Unsupported(string message) => new("UnsupportedOperation", message);
    public static AwsException AlreadyAssigned(string message) => new("Resource.AlreadyAssociated", message);

    public static AwsException GroupNameNotFound(string name, string vpcId) =>
        new("InvalidGroup.NotFound", $"The security group '{name}' does not exist in default VPC '{vpcId}'");

    public static AwsException DuplicateGroup(string name, string vpcId) =>
        new("InvalidGroup.Duplicate", $"The security group '{name}' already exists for VPC '{vpcId}'");

    public static AwsException ReservedGroupName(string name) =>
        new("InvalidParameterValue", $"Cannot use reserved security group name: {name}");

    public static AwsException CannotDeleteDefault(string id) =>
        new("CannotDelete", $"the specified group: \"{id}\" name: \"default\" cannot be deleted by a user");

    public static AwsException HasDependents(string id) => new("DependencyViolation", $"resource {id} has a dependent object");

    public static AwsException NoFreeAddress() => new(
        "InsufficientFreeAddressesInSubnet", "The specified subnet does not have enough free addresses to satisfy the request.");

    public static AwsException AddressInUse(string address) => new("InvalidIPAddress.InUse", $"Address {address} is in use.");
    public static AwsException AddressOutside() => Invalid("Address does not fall within the subnet's address range");
    public static AwsException AddressReserved() => Invalid("Address is in subnet's reserved address range");
    public static AwsException Invalid(string message) => new("InvalidParameterValue", message);
    public static AwsException MissingParameter(string name) =>
        new("MissingParameter", $"The request must contain the parameter {name}");
    public static AwsException UnknownFilter(string name) => Invalid($"The filter '{name}' is invalid");
    public static AwsException BadToken() => new("InvalidNextToken", "The specified NextToken is not valid.");
    public static AwsException NoRangeLeft() => new("VpcLimitExceeded", "The maximum number of VPCs has been reached.");
    public static AwsException DryRun() => new("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412);
}
