using Minato.Aws.Authorization;
using Minato.Aws.Dispatch;
using Minato.Aws.Tests.Given;
using Minato.Contracts;
using Minato.Contracts.Ecs;
using S3 = Minato.Contracts.S3;

namespace Minato.Aws.Tests.Authorization;

/// <summary>Which actions on which resources a call is.</summary>
public sealed class ActionTableTests
{
    public static TheoryData<string> Services => new(AwsServices.All.Select(s => s.ServiceId));

    [Theory, MemberData(nameof(Services))]
    public void Every_operation_has_its_line(string service)
    {
        var model = AwsServices.All.First(s => s.ServiceId == service);
        model.Operations.Where(o => !ActionTables.Knows(model, o) && !ActionTables.IsNeverDenied(model, o)).Select(o => o.Name).ShouldBeEmpty();
    }

    // Whatever is asked, and however little of it there is: nobody without a policy gets through.
    [Theory, MemberData(nameof(Services))]
    public void A_user_without_policies_is_denied_everywhere_except_where_AWS_denies_nobody(string service)
    {
        var model = AwsServices.All.First(s => s.ServiceId == service);
        var asked = new Asked();
        var authorizer = new Authorizer(asked, [asked], TimeProvider.System);
        var random = new Random(7);
        foreach (var operation in model.Operations)
        {
            for (var i = 0; i < 8; i++)
            {
                var decided = authorizer.Decide(Asked.Ann, model, operation, RandomReader.Fill(operation, random, full: i % 2 == 1));
                if (ActionTables.IsNeverDenied(model, operation)) decided.ShouldBeEmpty();
                else decided.ShouldHaveSingleItem($"{service} {operation.Name}").IsAllowed.ShouldBeFalse();
            }
        }
    }

    [Theory]
    [InlineData("arn:aws:ecs:eu-west-1:123456789012:service/default/web", null, "web")]
    [InlineData("arn:aws:ecs:eu-west-1:123456789012:service/prod/web", "prod", "web")]
    [InlineData("arn:aws:ecs:eu-west-1:123456789012:service/prod/web", "arn:aws:ecs:eu-west-1:123456789012:cluster/prod", "web")]
    [InlineData("arn:aws:ecs:eu-west-1:123456789012:service/other/web", "prod", "arn:aws:ecs:eu-west-1:123456789012:service/other/web")]
    public void A_service_is_named_by_its_whole_ARN(string arn, string? cluster, string service) =>
        new Asked().Decide("ecs", new DeleteServiceRequest { Cluster = cluster, Service = service })[0].Resource.ShouldBe(arn);

    [Fact]
    public void Every_resource_of_a_list_must_be_allowed()
    {
        var asked = Asked.With("""{"Effect":"Allow","Action":"ecs:DescribeTasks","Resource":"arn:aws:ecs:*:*:task/prod/a*"}""");
        asked.Allows("ecs", new DescribeTasksRequest { Cluster = "prod", Tasks = ["a1", "a2"] }).ShouldBeTrue();
        asked.Allows("ecs", new DescribeTasksRequest { Cluster = "prod", Tasks = ["a1", "b1"] }).ShouldBeFalse();
    }

    [Fact]
    public void A_role_that_is_given_away_needs_iam_PassRole_for_the_service_that_gets_it()
    {
        var request = new RegisterTaskDefinitionRequest { Family = "web", ContainerDefinitions = [], TaskRoleArn = "arn:aws:iam::123456789012:role/web", ExecutionRoleArn = "run" };
        const string register = """{"Effect":"Allow","Action":"ecs:RegisterTaskDefinition","Resource":"*"}""";
        var refused = Asked.With(register).Decide("ecs", request)[^1];
        (refused.Action, refused.Resource, refused.IsAllowed).ShouldBe(("iam:PassRole", "arn:aws:iam::123456789012:role/web", false));
        Asked.With(register, Pass("ecs-tasks.amazonaws.com")).Allows("ecs", request).ShouldBeTrue();
        Asked.With(register, Pass("ec2.amazonaws.com")).Allows("ecs", request).ShouldBeFalse();
        Asked.With(register).Allows("ecs", request with { TaskRoleArn = null, ExecutionRoleArn = null }).ShouldBeTrue();

        static string Pass(string service) =>
            $$$"""{"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::123456789012:role/*","Condition":{"StringEquals":{"iam:PassedToService":"{{{service}}}"}} }""";
    }

    [Theory]
    [InlineData("s3:GetObject", null), InlineData("s3:GetObjectVersion", "v1")]
    public void S3_names_actions_otherwise_than_operations(string action, string? version) =>
        new Asked().Decide("s3", new S3.GetObjectRequest { Bucket = "things", Key = "a/b", VersionId = version })[0].ShouldSatisfyAllConditions(
            a => a.Action.ShouldBe(action), a => a.Resource.ShouldBe("arn:aws:s3:::things/a/b"));

    [Fact]
    public void A_copy_reads_its_source_and_writes_its_target() =>
        Asked.With("""{"Effect":"Allow","Action":"s3:PutObject","Resource":"*"}""")
            .Decide("s3", new S3.CopyObjectRequest { Bucket = "to", Key = "b", CopySource = "/from/a%20b?versionId=3" }).Select(a => (a.Action, a.Resource, a.IsAllowed))
            .ShouldBe([("s3:PutObject", "arn:aws:s3:::to/b", true), ("s3:GetObject", "arn:aws:s3:::from/a b", false)]);

    [Theory]
    [InlineData("db/password", "arn:aws:ssm:eu-west-1:123456789012:parameter/db/password")]
    [InlineData("/db/password:3", "arn:aws:ssm:eu-west-1:123456789012:parameter/db/password")]
    public void A_parameter_is_named_without_its_first_slash_and_version(string name, string arn) =>
        new Asked().Decide("ssm", new Minato.Contracts.Ssm.GetParametersRequest { Names = [name] })[0].Resource.ShouldBe(arn);

    [Fact]
    public void The_log_group_of_an_action_ends_with_its_stream() =>
        new Asked().Decide("logs", new Minato.Contracts.CloudWatchLogs.PutLogEventsRequest { LogGroupName = "/ecs/web", LogStreamName = "a/b", LogEvents = [] })[0]
            .Resource.ShouldBe("arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/web:log-stream:a/b");
}
