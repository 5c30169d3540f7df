using Minato.Cli.Planning;
using Minato.Cli.Rehearsing;
using Minato.Contracts.Ecs;

namespace Minato.Cli.Tests;

/// <summary>Differences between revisions, and the files and times that rehearsals are described with.</summary>
public sealed class PlanTests
{
    [Fact]
    public void Only_what_differs_is_shown_by_the_name_of_what_it_belongs_to()
    {
        var before = Definition("web:1", 1, new() { Name = "MODE", Value = "a" }, new() { Name = "SAME", Value = "x" });
        var after = Definition("web:2", 2, new() { Name = "SAME", Value = "x" }, new() { Name = "MODE", Value = "b" });
        UpdatePlan.Compare(before, after).Select(d => (d.Path, d.Before, d.After)).ShouldBe(
        [
            ("containerDefinitions[web].image", "web:1", "web:2"), ("containerDefinitions[web].environment[MODE].value", "a", "b"),
        ], ignoreOrder: true);
        UpdatePlan.Compare(before, before with { Revision = 9, TaskDefinitionArn = "arn" }).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(3, 100, 200, "rolling: never under 3 healthy tasks, never above 6 in all")]
    [InlineData(3, 50, 150, "rolling: never under 2 healthy tasks, never above 4 in all")]
    public void The_course_names_the_bounds(int desired, int min, int max, string words) =>
        UpdatePlan.Course(new() { DesiredCount = desired, DeploymentConfiguration = new() { MinimumHealthyPercent = min, MaximumPercent = max } }).ShouldBe(words);

    [Theory]
    [InlineData("30s", 30), InlineData("3m", 180), InlineData("1h", 3600), InlineData("1.5", 1.5)]
    public void Times_have_units(string text, double seconds) => WhatIfOptions.Time(text, "--start-up").TotalSeconds.ShouldBe(seconds);

    [Theory]
    [InlineData("soon"), InlineData("-3s"), InlineData("")]
    public void Other_times_are_refused(string text) => Should.Throw<UserException>(() => WhatIfOptions.Time(text, "--start-up")).Message.ShouldStartWith("--start-up takes a time");

    [Fact]
    public void A_rehearsal_file_holds_what_was_read_and_takes_what_the_aws_cli_prints()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, """
                {
                  "service": { "serviceName": "web", "desiredCount": 3, "createdAt": "2026-11-21T12:00:00.123000+00:00", "launchType": "FARGATE" },
                  "taskDefinition": { "family": "web", "revision": 1, "registeredAt": "2026-11-21T12:00:00+00:00", "containerDefinitions": [ { "name": "web", "image": "web:1" } ] },
                  "targetGroups": [ { "TargetGroupArn": "arn:1", "HealthCheckPath": "/health", "Protocol": "HTTP" } ],
                  "deregistrationDelaySeconds": { "arn:1": 5 }, "zones": { "subnet-1": "eu-west-1a" }
                }
                """);
            var read = RehearsalFile.Read(path);
            (read.Service.ServiceName, read.Service.DesiredCount, read.After.Family, read.TargetGroups[0].HealthCheckPath).ShouldBe(("web", 3, "web", "/health"));
            RehearsalFile.Write(path, read);
            var again = RehearsalFile.Read(path);
            (again.DeregistrationDelays["arn:1"], again.Zones["subnet-1"], again.Before.ContainerDefinitions?[0].Image).ShouldBe((5, "eu-west-1a", "web:1"));
            File.WriteAllText(path, "{}");
            Should.Throw<UserException>(() => RehearsalFile.Read(path)).Message.ShouldContain("It has no \"service\".");
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static TaskDefinition Definition(string image, int revision, params Contracts.Ecs.KeyValuePair[] environment) => new()
    {
        Family = "web", Revision = revision, ContainerDefinitions = [new() { Name = "web", Image = image, Environment = [.. environment] }],
    };
}
