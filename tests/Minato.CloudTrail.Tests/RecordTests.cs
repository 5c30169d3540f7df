using System.Text.Json;
using Minato.CloudTrail.Recording;
using Minato.Contracts.Cloudtrail;
using Minato.Contracts.Ecs;
using Minato.Contracts.Iam;
using Minato.Contracts.SecretsManager;

namespace Minato.CloudTrail.Tests;

public sealed class RecordTests
{
    [Fact]
    public void A_call_is_told_in_the_shape_of_CloudTrail() => AuditWorld.Run(async w =>
    {
        w.Called(EcsService.Model, "CreateCluster", new CreateClusterRequest { ClusterName = "demo" },
            new CreateClusterResponse { Cluster = new() { ClusterArn = "arn:aws:ecs:us-east-1:123456789012:cluster/demo" } });
        var json = await w.OnlyAsync();
        json.GetProperty("eventVersion").GetString().ShouldBe("1.11");
        json.GetProperty("eventSource").GetString().ShouldBe("ecs.amazonaws.com");
        json.GetProperty("eventName").GetString().ShouldBe("CreateCluster");
        json.GetProperty("awsRegion").GetString().ShouldBe("us-east-1");
        json.GetProperty("sourceIPAddress").GetString().ShouldBe("192.0.2.7");
        json.GetProperty("userAgent").GetString().ShouldBe("aws-cli/2.9");
        json.GetProperty("requestParameters").GetProperty("clusterName").GetString().ShouldBe("demo");
        json.GetProperty("responseElements").GetProperty("cluster").GetProperty("clusterArn").GetString().ShouldNotBeNull().ShouldEndWith("cluster/demo");
        json.GetProperty("readOnly").GetBoolean().ShouldBeFalse();
        json.GetProperty("eventType").GetString().ShouldBe("AwsApiCall");
        json.GetProperty("managementEvent").GetBoolean().ShouldBeTrue();
        json.GetProperty("recipientAccountId").GetString().ShouldBe("123456789012");
        json.GetProperty("eventCategory").GetString().ShouldBe("Management");
        json.GetProperty("requestID").GetString().ShouldBe("simulated");
        json.TryGetProperty("errorCode", out _).ShouldBeFalse();
        var identity = json.GetProperty("userIdentity");
        (identity.GetProperty("type").GetString(), identity.GetProperty("arn").GetString()).ShouldBe(("Root", "arn:aws:iam::123456789012:root"));
    });

    [Fact]
    public void A_refused_call_is_recorded_with_its_error_and_without_an_answer() => AuditWorld.Run(async w =>
    {
        w.Called(EcsService.Model, "CreateCluster", new CreateClusterRequest(), error: "AccessDeniedException");
        var json = await w.OnlyAsync();
        (json.GetProperty("errorCode").GetString(), json.GetProperty("errorMessage").GetString()).ShouldBe(("AccessDeniedException", "Because."));
        json.GetProperty("responseElements").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
    });

    [Fact]
    public void Secrets_are_in_no_record() => AuditWorld.Run(async w =>
    {
        w.Called(SecretsManagerService.Model, "CreateSecret", new CreateSecretRequest { Name = "db", SecretString = "hush" });
        w.Called(SecretsManagerService.Model, "GetSecretValue", new GetSecretValueRequest { SecretId = "db" }, new GetSecretValueResponse { SecretString = "hush" });
        w.Called(IamService.Model, "CreateAccessKey", new CreateAccessKeyRequest { UserName = "ann" }, new CreateAccessKeyResponse
        {
            AccessKey = new() { UserName = "ann", AccessKeyId = "AKIA1", SecretAccessKey = "hush", Status = Minato.Contracts.Iam.StatusType.Active },
        });
        var found = await w.LookupAsync();
        found.Count.ShouldBe(3);
        found.ShouldAllBe(e => !(e.CloudTrailEvent ?? "").Contains("hush", StringComparison.Ordinal));
        found.Count(e => (e.CloudTrailEvent ?? "").Contains("HIDDEN_DUE_TO_SECURITY_REASONS", StringComparison.Ordinal)).ShouldBe(2);
    });

    [Fact]
    public void A_session_of_a_role_names_its_role() => AuditWorld.Run(async w =>
    {
        w.Called(EcsService.Model, "ListClusters", caller: w.Caller with
        {
            PrincipalArn = "arn:aws:sts::123456789012:assumed-role/deploy/job-7", PrincipalId = "AROA1:job-7", AccessKeyId = "ASIA1",
            Session = new() { IssuedAt = w.World.Time.GetUtcNow(), RoleArn = "arn:aws:iam::123456789012:role/ci/deploy", RoleId = "AROA1" },
        });
        var identity = (await w.OnlyAsync()).GetProperty("userIdentity");
        identity.GetProperty("type").GetString().ShouldBe("AssumedRole");
        identity.GetProperty("accessKeyId").GetString().ShouldBe("ASIA1");
        var issuer = identity.GetProperty("sessionContext").GetProperty("sessionIssuer");
        (issuer.GetProperty("arn").GetString(), issuer.GetProperty("userName").GetString()).ShouldBe(("arn:aws:iam::123456789012:role/ci/deploy", "deploy"));
        identity.GetProperty("sessionContext").GetProperty("attributes").GetProperty("mfaAuthenticated").GetString().ShouldBe("false");
        (await w.LookupAsync(LookupAttributeKey.Username, "job-7")).Count.ShouldBe(1);
    });

    [Theory]
    [InlineData("arn:aws:iam::123456789012:user/ops/ann", "IAMUser", "ann"), InlineData("ecs.amazonaws.com", "AWSService", "ecs.amazonaws.com")]
    public void Each_kind_of_principal_has_its_type(string arn, string type, string name) => AuditWorld.Run(async w =>
    {
        w.Called(EcsService.Model, "ListClusters", caller: w.Caller with { PrincipalArn = arn });
        (await w.OnlyAsync()).GetProperty("userIdentity").GetProperty("type").GetString().ShouldBe(type);
        (await w.LookupAsync(LookupAttributeKey.Username, name)).Count.ShouldBe(1);
    });

    [Fact]
    public void A_service_that_calls_in_somebodys_name_is_named() => AuditWorld.Run(async w =>
    {
        w.Called(EcsService.Model, "ListClusters", caller: w.Caller with { InvokedBy = "cloudformation.amazonaws.com" });
        (await w.OnlyAsync()).GetProperty("userIdentity").GetProperty("invokedBy").GetString().ShouldBe("cloudformation.amazonaws.com");
    });

    [Fact]
    public void Parameters_beyond_100_KB_are_left_out_with_a_word() => AuditWorld.Run(async w =>
    {
        w.Called(EcsService.Model, "RegisterTaskDefinition", new RegisterTaskDefinitionRequest
        {
            Family = "web", ContainerDefinitions = [new() { Name = "a", Image = new('x', 110_000) }],
        });
        var parameters = (await w.OnlyAsync()).GetProperty("requestParameters");
        parameters.GetProperty("omitted").GetString().ShouldBe("true");
        parameters.GetProperty("originalSize").GetInt32().ShouldBeGreaterThan(110_000);
    });

    [Fact]
    public void When_more_waits_than_is_allowed_the_record_says_how_much_is_lost() => AuditWorld.Run(async w =>
    {
        for (var i = 0; i < CallRecorder.MostWaiting + 7; i++) w.Called(EcsService.Model, "ListClusters");
        w.World.Client<CallRecorder>().Lost.ShouldBe(7);
        var page = await w.Trail.LookupEventsAsync(
            new() { LookupAttributes = [new() { AttributeKey = LookupAttributeKey.EventName, AttributeValue = "EventsLost" }] }, w.Caller, default);
        page.Events.ShouldNotBeNull().ShouldHaveSingleItem().CloudTrailEvent.ShouldNotBeNull().ShouldContain("\"lostEvents\":7");
        w.World.Client<CallRecorder>().Lost.ShouldBe(0);
    });

    [Fact]
    public void While_the_log_cannot_be_written_no_more_waits_than_is_allowed_and_all_of_that_is_written_later()
    {
        var disk = new FullDisk { IsFull = true };
        AuditWorld.Run(1, async w =>
        {
            w.Called(EcsService.Model, "DescribeClusters");
            for (var i = 0; i < 3; i++)
            {
                for (var j = 0; j < CallRecorder.MostWaiting / 2; j++) w.Called(EcsService.Model, "ListClusters");
                await w.World.RunFor(TimeSpan.FromSeconds(1)); // It is tried, and fails.
            }

            disk.IsFull = false;
            (await w.LookupAsync(LookupAttributeKey.EventName, "EventsLost")).Sum(LostIn).ShouldBe((CallRecorder.MostWaiting / 2) + 1);
            (await w.LookupAsync(LookupAttributeKey.EventName, "DescribeClusters")).ShouldHaveSingleItem();
        }, disk);
    }

    private static long LostIn(Minato.Contracts.Cloudtrail.Event one) => JsonDocument.Parse(one.CloudTrailEvent ?? "").RootElement.GetProperty("serviceEventDetails").GetProperty("lostEvents").GetInt64();

    [Fact]
    public void What_was_written_survives_a_crash() => AuditWorld.Run(async w =>
    {
        w.Called(EcsService.Model, "CreateCluster");
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        await w.World.RestartAsync();
        (await w.LookupAsync()).Count.ShouldBe(1);
    });

    [Fact]
    public void A_broken_block_is_not_taken_for_events()
    {
        var pack = new EventPack();
        pack.Add(new() { Id = "1", Home = new("1", "r"), At = default, Name = "N", Source = "s", Json = "{}"u8.ToArray() }, null);
        var good = pack.ToBlocks().ShouldHaveSingleItem();
        EventBlock.ReadAll(good, new("1", "r")).ShouldHaveSingleItem().Name.ShouldBe("N");
        Should.Throw<InvalidDataException>(() => EventBlock.ReadAll(new byte[] { 9 }, new("1", "r")));
        Should.Throw<InvalidDataException>(() => EventBlock.ReadAll(ReadOnlyMemory<byte>.Empty, new("1", "r")));
    }
}
