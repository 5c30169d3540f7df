using Minato.Cli.Deploying;
using Minato.Cli.Output;
using Minato.Contracts.Ecs;

namespace Minato.Cli.Tests;

/// <summary>What deploy brings, and how it says why that failed.</summary>
public sealed class DeployTests
{
    private const string TargetGroup = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef";

    [Fact]
    public void A_named_container_gets_the_image_and_the_others_keep_theirs() =>
        Images(TaskDefinitionRevision.WithImages(Two, ["side=proxy:2"])).ShouldBe(["web:1", "proxy:2"]);

    [Fact]
    public void One_container_needs_no_name() =>
        Images(TaskDefinitionRevision.WithImages(Two with { ContainerDefinitions = [new() { Name = "web", Image = "web:1" }] }, ["web:2"])).ShouldBe(["web:2"]);

    [Theory]
    [InlineData("web:2", "say which container gets web:2: --image NAME=web:2, with one of web, side.")]
    [InlineData("db=x", "web:7 has no container db, but web, side.")]
    public void An_image_for_nobody_is_refused(string image, string words) =>
        Should.Throw<UserException>(() => TaskDefinitionRevision.WithImages(Two, [image])).Message.ShouldBe(words);

    [Fact]
    public void A_failed_probe_is_told_in_the_load_balancers_words()
    {
        var task = new Contracts.Ecs.Task { TaskArn = "arn:aws:ecs:eu-west-1:123456789012:task/c/1234", StoppedReason = $"Task failed ELB health checks in (target-group {TargetGroup})" };
        string[] events = [$"(service web) (task 1234) (port 80) is unhealthy in (target-group {TargetGroup}) due to (reason Health checks failed with these codes: [500])"];
        Brief.Of(FailureReasons.Words(task, events)).ShouldBe("Task failed ELB health checks in (target-group web): Health checks failed with these codes: [500]");
    }

    [Fact]
    public void A_container_that_exited_is_told_with_its_code()
    {
        var task = new Contracts.Ecs.Task
        {
            StoppedReason = "Essential container in task exited", Containers = [new() { Name = "web", ExitCode = 3 }, new() { Name = "side", ExitCode = 0 }],
        };
        FailureReasons.Words(task, []).ShouldBe("Essential container in task exited (web exited with code 3)");
    }

    private static TaskDefinition Two => new()
    {
        Family = "web", Revision = 7, ContainerDefinitions = [new() { Name = "web", Image = "web:1" }, new() { Name = "side", Image = "proxy:1" }],
    };

    private static string?[] Images(TaskDefinition definition) => [.. (definition.ContainerDefinitions ?? []).Select(c => c.Image)];
}
