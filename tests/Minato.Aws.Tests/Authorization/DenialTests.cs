using Minato.Aws.Authorization;
using Minato.Aws.Policies;
using Minato.Aws.Protocols;
using Minato.Contracts.Ecs;
using Minato.Contracts.Sts;
using Ec2 = Minato.Contracts.Ec2;
using S3 = Minato.Contracts.S3;

namespace Minato.Aws.Tests.Authorization;

/// <summary>How a refusal is worded, by the kind of policy that decided and by the service.</summary>
public sealed class DenialTests
{
    private const string Start = "User: arn:aws:iam::123456789012:user/team/ann is not authorized to perform: ecs:DeleteCluster on resource: arn:aws:ecs:eu-west-1:123456789012:cluster/prod ";
    private const string All = """{"Effect":"Allow","Action":"*","Resource":"*"}""";
    private const string None = """{"Effect":"Allow","Action":"s3:*","Resource":"*"}""";
    private const string Deny = """{"Effect":"Deny","Action":"ecs:*","Resource":"*"}""";
    private static readonly DeleteClusterRequest s_request = new() { Cluster = "prod" };

    [Theory]
    [InlineData("identity", false, "because no identity-based policy allows the ecs:DeleteCluster action")]
    [InlineData("identity", true, "with an explicit deny in an identity-based policy")]
    [InlineData("boundary", false, "because no permissions boundary allows the ecs:DeleteCluster action")]
    [InlineData("boundary", true, "with an explicit deny in a permissions boundary")]
    [InlineData("session", false, "because no session policy allows the ecs:DeleteCluster action")]
    [InlineData("session", true, "with an explicit deny in a session policy")]
    [InlineData("control", false, "because no service control policy allows the ecs:DeleteCluster action")]
    [InlineData("control", true, "with an explicit deny in a service control policy")]
    [InlineData("resource", true, "with an explicit deny in a resource-based policy")]
    public void The_kind_of_policy_that_decided_is_told(string kind, bool explicitly, string end)
    {
        var decided = Asked.Policy(explicitly ? $"{All},{Deny}" : None);
        var asked = Asked.With(kind is "identity" ? explicitly ? $"{All},{Deny}" : None : All);
        asked.Policies = kind switch
        {
            "boundary" => asked.Policies with { Boundary = decided },
            "session" => asked.Policies with { Session = [decided] },
            "control" => asked.Policies with { ServiceControl = [[decided]] },
            _ => asked.Policies,
        };
        if (kind is "resource") asked.Resource = Cluster("Deny", "*");
        var refused = asked.Refusal("ecs", s_request, ErrorStyle.Json);
        (refused.Code, refused.HttpStatus, refused.Message).ShouldBe(("AccessDeniedException", 400, Start + end));
    }

    [Fact]
    public void A_resource_that_must_allow_and_does_not_is_told()
    {
        var asked = Asked.With(All);
        asked.Resource = Cluster("Allow", "arn:aws:iam::999999999999:root") with { PolicyMustAllow = true };
        asked.Refusal("ecs", s_request, ErrorStyle.Json).Message.ShouldBe(Start + "because no resource-based policy allows the ecs:DeleteCluster action");
    }

    [Theory]
    [InlineData("monitoring", "Query", "AccessDenied", 403), InlineData("sns", "Query", "AuthorizationError", 403), InlineData("route53", "RestXml", "AccessDenied", 403)]
    [InlineData("ecs", "Json", "AccessDeniedException", 400), InlineData("ecs", "RestJson", "AccessDeniedException", 403), InlineData("s3", "S3", "AccessDenied", 403)]
    [InlineData("ec2", "Ec2", "UnauthorizedOperation", 403)]
    public void Each_family_of_services_has_its_code(string service, string style, string code, int status)
    {
        var refused = Denial.Of(Enum.Parse<ErrorStyle>(style), Asked.Model(service), Asked.Ann, new("x:Y", "*", new(DecisionKind.ImplicitDeny, DecidingPolicy.Identity, [])), null);
        (refused.Code, refused.HttpStatus).ShouldBe((code, status));
    }

    [Fact]
    public void S3_quotes_the_resource() =>
        new Asked().Refusal("s3", new S3.GetObjectRequest { Bucket = "things", Key = "a" }, ErrorStyle.S3).Message.ShouldBe(
            "User: arn:aws:iam::123456789012:user/team/ann is not authorized to perform: s3:GetObject on resource: \"arn:aws:s3:::things/a\" because no identity-based policy allows the s3:GetObject action");

    [Fact]
    public void An_action_without_resource_is_on_a_star_in_JSON_and_on_nothing_elsewhere()
    {
        new Asked().Refusal("ecs", new ListClustersRequest(), ErrorStyle.Json).Message.ShouldBe(
            "User: arn:aws:iam::123456789012:user/team/ann is not authorized to perform: ecs:ListClusters on resource: * because no identity-based policy allows the ecs:ListClusters action");
        new Asked().Refusal("ec2", new Ec2.DescribeVpcsRequest(), ErrorStyle.Ec2).Message.ShouldBe("You are not authorized to perform this operation. "
            + "User: arn:aws:iam::123456789012:user/team/ann is not authorized to perform: ec2:DescribeVpcs because no identity-based policy allows the ec2:DescribeVpcs action");
    }

    [Fact]
    public void EC2_encodes_what_it_was_asked_and_the_message_can_be_decoded()
    {
        var message = new Asked().Refusal("ec2", new Ec2.DeleteVpcRequest { VpcId = "vpc-1" }, ErrorStyle.Ec2).Message;
        const string before = "action Encoded authorization failure message: ";
        message.ShouldContain(before);
        var decoded = new PageTokens("secret"u8).Decode(Denial.Purpose, message[(message.IndexOf(before, StringComparison.Ordinal) + before.Length)..]).ShouldNotBeNull();
        decoded.ShouldStartWith("""{"allowed":false,"explicitDeny":false,"matchedStatements":{"items":[]},"failures":{"items":[]},"context":{"principal":{"id":"AIDAANN","name":"ann","arn":"arn:aws:iam::123456789012:user/team/ann"},"action":"ec2:DeleteVpc","resource":"arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-1","conditions":""");
    }

    [Fact]
    public void Who_may_not_assume_a_role_does_not_learn_why() =>
        new Asked().Refusal("sts", new AssumeRoleRequest { RoleArn = "arn:aws:iam::123456789012:role/x", RoleSessionName = "s" }, ErrorStyle.Query).Message.ShouldBe(
            "User: arn:aws:iam::123456789012:user/team/ann is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::123456789012:role/x");

    private static ResourceFacts Cluster(string effect, string principal) => new("arn:aws:ecs:eu-west-1:123456789012:cluster/prod")
    {
        Policy = PolicyParser.Parse($$"""{"Version":"2012-10-17","Statement":{"Effect":"{{effect}}","Principal":{"AWS":"{{principal}}"},"Action":"ecs:*","Resource":"*"} }""", PolicyKind.Resource),
    };
}
