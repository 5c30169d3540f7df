using Minato.Aws;
using Minato.Contracts.S3;
using Minato.S3.Planning;

namespace Minato.S3.Tests;

public sealed class AccessTests
{
    private const string LogDelivery = "logdelivery.elasticloadbalancing.amazonaws.com";

    [Theory]
    [InlineData("", "Policies must be valid JSON and the first byte must be '{'")]
    [InlineData("[]", "Policies must be valid JSON and the first byte must be '{'")]
    [InlineData("""{"Version":"2012-10-17"}""", "Missing required field Statement")]
    [InlineData("""{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::things/*"}]}""", "Missing required field Principal")]
    [InlineData("""{"Statement":[{"Effect":"Perhaps","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::things/*"}]}""", "Invalid effect: Perhaps")]
    [InlineData("""{"Statement":[{"Effect":"Allow","Principal":"*","Action":"ec2:*","Resource":"arn:aws:s3:::things/*"}]}""", "Policy has invalid action")]
    [InlineData("""{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::others/*"}]}""", "Policy has invalid resource")]
    [InlineData("""{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*","Nonsense":1}]}""", "Unknown field Nonsense")]
    public void A_policy_that_is_none_is_refused(string text, string message)
    {
        var refused = Should.Throw<AwsException>(() => BucketPolicy.Check(text, "arn:aws:s3:::things"));
        (refused.Code, refused.Message).ShouldBe(("MalformedPolicy", message));
    }

    // AWS: whoever locks everybody out can still be helped, by root.
    [Fact]
    public void Root_is_held_to_what_the_policy_denies_but_can_take_the_policy_away() => S3World.WithBucket(async s3 =>
    {
        await s3.PutAsync("k", "v");
        const string deny = """{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::things","arn:aws:s3:::things/*"]}]}""";
        await s3.S3.PutBucketPolicyAsync(new() { Bucket = "things", Policy = deny }, s3.Caller, default);
        (await s3.CodeAsync(() => s3.GetAsync("k"))).ShouldBe("AccessDenied");
        (await s3.S3.GetBucketPolicyAsync(new() { Bucket = "things" }, s3.Caller, default)).Policy.ShouldNotBeNull();
        await s3.S3.DeleteBucketPolicyAsync(new() { Bucket = "things" }, s3.Caller, default);
        (await s3.GetAsync("k")).ShouldBe("v");
    });

    [Fact]
    public void Another_account_needs_the_policys_word() => S3World.WithBucket(async s3 =>
    {
        await s3.PutAsync("a", "1");
        (await s3.CodeAsync(() => s3.GetAsync("a", caller: s3.Other))).ShouldBe("AccessDenied");
        await PolicyAsync(s3, """{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::210987654321:root"},"Action":"s3:Get*","Resource":"arn:aws:s3:::things/*"}""");
        (await s3.GetAsync("a", caller: s3.Other)).ShouldBe("1");
        (await s3.CodeAsync(() => s3.PutAsync("b", "1", caller: s3.Other))).ShouldBe("AccessDenied");
        await PolicyAsync(s3, """{"Effect":"Allow","Principal":{"AWS":"210987654321"},"Action":"s3:*","Resource":"arn:aws:s3:::things/*"},{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::things/a"}""");
        (await s3.CodeAsync(() => s3.GetAsync("a", caller: s3.Other))).ShouldBe("AccessDenied");
        await s3.PutAsync("b", "1", caller: s3.Other);
    });

    [Fact]
    public void A_stranger_gets_in_where_the_bucket_is_opened_to_all() => S3World.WithBucket(async s3 =>
    {
        const string open = """{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::things/*"}""";
        await s3.PutAsync("a", "1");
        (await s3.CodeAsync(() => s3.GetAsync("a", caller: s3.Stranger))).ShouldBe("AccessDenied");
        (await s3.CodeAsync(() => PolicyAsync(s3, open))).ShouldBe("AccessDenied", "a new bucket keeps the public out");
        await s3.S3.DeletePublicAccessBlockAsync(new() { Bucket = "things" }, s3.Caller, default);
        await PolicyAsync(s3, open);
        (await s3.GetAsync("a", caller: s3.Stranger)).ShouldBe("1");
        (await s3.S3.GetBucketPolicyStatusAsync(new() { Bucket = "things" }, s3.Caller, default)).PolicyStatus?.IsPublic.ShouldBe(true);
        (await s3.CodeAsync(() => s3.S3.ListBucketsAsync(new(), s3.Stranger, default))).ShouldBe("AccessDenied");
        (await s3.CodeAsync(() => s3.CreateAsync("mine", s3.Stranger))).ShouldBe("AccessDenied");
        await s3.S3.PutPublicAccessBlockAsync(new() { Bucket = "things", PublicAccessBlockConfiguration = new() { RestrictPublicBuckets = true } }, s3.Caller, default);
        (await s3.CodeAsync(() => s3.GetAsync("a", caller: s3.Stranger))).ShouldBe("AccessDenied");
    });

    // What a load balancer's access logs need.
    [Theory]
    [InlineData("""{"Service":"logdelivery.elasticloadbalancing.amazonaws.com"}""", true), InlineData("""{"AWS":"arn:aws:iam::127311923021:root"}""", true)]
    [InlineData("""{"Service":"delivery.logs.amazonaws.com"}""", false), InlineData("""{"AWS":"arn:aws:iam::111111111111:root"}""", false)]
    public void A_service_delivers_where_the_policy_lets_it(string principal, bool allowed) => S3World.WithBucket(async s3 =>
    {
        var service = Caller.ForService(Minato.Testing.World.AccountId, "us-east-1", LogDelivery);
        (await s3.CodeAsync(() => s3.PutAsync("AWSLogs/x", "1", caller: service))).ShouldBe("AccessDenied");
        await PolicyAsync(s3, $$$"""{"Effect":"Allow","Principal":{{{principal}}},"Action":"s3:PutObject","Resource":"arn:aws:s3:::things/AWSLogs/*","Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"} } }""");
        if (allowed) await s3.PutAsync("AWSLogs/x", "1", caller: service);
        else (await s3.CodeAsync(() => s3.PutAsync("AWSLogs/x", "1", caller: service))).ShouldBe("AccessDenied");
        (await s3.CodeAsync(() => s3.PutAsync("elsewhere", "1", caller: service))).ShouldBe("AccessDenied");
    });

    [Fact]
    public void A_condition_that_does_not_hold_lets_nobody_in() => S3World.WithBucket(async s3 =>
    {
        var service = Caller.ForService(Minato.Testing.World.AccountId, "us-east-1", LogDelivery);
        await PolicyAsync(s3, """{"Effect":"Allow","Principal":{"Service":"logdelivery.elasticloadbalancing.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::things/*","Condition":{"StringEquals":{"aws:SourceAccount":"999999999999"}}}""");
        (await s3.CodeAsync(() => s3.PutAsync("x", "1", caller: service))).ShouldBe("AccessDenied");
    });

    // An operator that nobody evaluates must not turn a refusal into nothing.
    [Theory]
    [InlineData("""{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}}""", "192.0.2.7", false)]
    [InlineData("""{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}}""", "10.1.2.3", true)]
    [InlineData("""{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}""", "192.0.2.7", false)]
    [InlineData("""{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}""", "10.1.2.3", true)]
    [InlineData("""{"DateGreaterThan":{"aws:CurrentTime":"1999-01-01T00:00:00Z"}}""", "10.1.2.3", false)]
    [InlineData("""{"NumericGreaterThan":{"aws:EpochTime":"1"}}""", "10.1.2.3", false)]
    [InlineData("""{"ForAnyValue:StringLike":{"aws:PrincipalArn":"*"}}""", "10.1.2.3", false)]
    public void A_deny_holds_by_whatever_operator_it_is_narrowed(string condition, string address, bool allowed) => S3World.WithBucket(async s3 =>
    {
        await s3.PutAsync("a", "1");
        await PolicyAsync(s3, $$"""{"Effect":"Allow","Principal":{"AWS":"210987654321"},"Action":"s3:*","Resource":"arn:aws:s3:::things/*"},{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::things/*","Condition":{{condition}}}""");
        var other = s3.Other with { SourceIp = address };
        if (allowed) (await s3.GetAsync("a", caller: other)).ShouldBe("1");
        else (await s3.CodeAsync(() => s3.GetAsync("a", caller: other))).ShouldBe("AccessDenied");
    });

    [Theory]
    [InlineData("arn:aws:iam::210987654321:role/reader", true)]
    [InlineData("arn:aws:iam::210987654321:role/some/path/reader", true)]
    [InlineData("arn:aws:iam::111111111111:role/reader", false)]
    [InlineData("arn:aws:iam::111111111111:role/some/path/reader", false)]
    [InlineData("arn:aws:iam::210987654321:role/other", false)]
    [InlineData("arn:aws:iam::210987654321:user/reader", false)]
    public void A_session_is_who_its_role_is_in_its_own_account(string principal, bool allowed) => S3World.WithBucket(async s3 =>
    {
        await s3.PutAsync("a", "1");
        await PolicyAsync(s3, $$$"""{"Effect":"Allow","Principal":{"AWS":"{{{principal}}}"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::things/*"}""");
        var session = s3.Other with { PrincipalArn = "arn:aws:sts::210987654321:assumed-role/reader/task" };
        if (allowed) (await s3.GetAsync("a", caller: session)).ShouldBe("1");
        else (await s3.CodeAsync(() => s3.GetAsync("a", caller: session))).ShouldBe("AccessDenied");
    });

    [Fact]
    public void An_operator_that_is_none_is_refused_when_the_policy_is_put() =>
        Should.Throw<AwsException>(() => BucketPolicy.Check(
            """{"Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::things/*","Condition":{"IpAdress":{"aws:SourceIp":"10.0.0.0/8"}}}]}""", "arn:aws:s3:::things"))
            .Code.ShouldBe("MalformedPolicy");

    [Fact]
    public void Lists_are_refused_until_ownership_lets_them() => S3World.WithBucket(async s3 =>
    {
        Task PutAsync() => s3.S3.PutBucketAclAsync(new() { Bucket = "things", ACL = BucketCannedACL.PublicRead }, s3.Caller, default);
        (await s3.CodeAsync(PutAsync)).ShouldBe("AccessControlListNotSupported");
        await s3.S3.PutBucketOwnershipControlsAsync(new() { Bucket = "things", OwnershipControls = new() { Rules = [new() { ObjectOwnership = ObjectOwnership.ObjectWriter }] } }, s3.Caller, default);
        (await s3.CodeAsync(PutAsync)).ShouldBe("AccessDenied");
        await s3.S3.DeletePublicAccessBlockAsync(new() { Bucket = "things" }, s3.Caller, default);
        await PutAsync();
        (await s3.S3.ListObjectsV2Async(new() { Bucket = "things" }, s3.Stranger, default)).KeyCount.ShouldBe(0);
        (await s3.S3.GetBucketAclAsync(new() { Bucket = "things" }, s3.Caller, default)).Grants?.Length.ShouldBe(2);
        (await s3.CodeAsync(() => s3.S3.PutBucketOwnershipControlsAsync(new() { Bucket = "things", OwnershipControls = new() { Rules = [new() { ObjectOwnership = ObjectOwnership.BucketOwnerEnforced }] } }, s3.Caller, default)))
            .ShouldBe("InvalidBucketAclWithObjectOwnership");
    });

    [Fact]
    public void A_bucket_of_another_owner_than_expected_is_refused() => S3World.WithBucket(async s3 =>
        (await s3.CodeAsync(() => s3.S3.HeadBucketAsync(new() { Bucket = "things", ExpectedBucketOwner = "111111111111" }, s3.Caller, default))).ShouldBe("AccessDenied"));

    private static Task PolicyAsync(S3World s3, string statements) =>
        s3.S3.PutBucketPolicyAsync(new() { Bucket = "things", Policy = $$"""{"Version":"2012-10-17","Statement":[{{statements}}]}""" }, s3.Caller, default);
}
