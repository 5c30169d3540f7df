using Minato.Aws.Templates;

namespace Minato.Aws.Tests;

public sealed class PhysicalNameTests
{
    [Theory]
    [InlineData("shop", "Web", 255, null, "^shop-Web-[A-Z0-9]{12}$")]
    [InlineData("EC2ContainerService", "EcsElasticLoadBalancer", 32, null, "^EC2Contai-EcsElasti-[A-Z0-9]{12}$")]
    [InlineData("a", "EcsElasticLoadBalancer", 32, null, "^a-EcsElasticLoadBal-[A-Z0-9]{12}$")]
    [InlineData("EC2ContainerService-default", "Lb", 32, null, "^EC2ContainerServ-Lb-[A-Z0-9]{12}$")]
    [InlineData("shop", "Secret", 512, "", "^Secret-[A-Z0-9]{12}$")]
    [InlineData("shop", "Value", 1011, "CFN", "^CFN-Value-[A-Z0-9]{12}$")]
    public void Stack_and_logical_id_share_what_the_limit_leaves(string stack, string logical, int longest, string? prefix, string pattern)
    {
        var name = PhysicalName.Of(Request(stack, logical, "token"), longest, prefix);
        name.ShouldMatch(pattern);
        name.Length.ShouldBeLessThanOrEqualTo(longest);
    }

    [Fact]
    public void The_same_operation_gives_the_same_name_and_the_next_one_another()
    {
        var first = PhysicalName.Of(Request("shop", "Web", "one"), 255);
        PhysicalName.Of(Request("shop", "Web", "one"), 255).ShouldBe(first);
        PhysicalName.Of(Request("shop", "Web", "two"), 255).ShouldNotBe(first);
    }

    [Fact]
    public void A_token_is_what_every_service_takes() => PhysicalName.Token("anything at all").ShouldMatch("^[0-9a-f]{32}$");

    private static ResourceRequest Request(string stack, string logical, string token) => new()
    {
        Caller = new() { AccountId = "1", Region = "us-east-1", PrincipalArn = "arn:aws:iam::1:root" }, StackId = "s", StackName = stack, LogicalResourceId = logical, ClientToken = token,
    };
}
