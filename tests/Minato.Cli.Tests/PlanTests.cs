using Minato.Cli.Planning;
using Minato.Cli.Rehearsing;
using Minato.Contracts.Ecs;
using Minato.Rehearsal;

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
    public void What_ifs_are_read_from_options()
    {
        WhatIfOptions.Park("3:m5.large").ShouldBe(new(3, "m5.large"));
        WhatIfOptions.ReadAlarm("errors@5m").ShouldBe(new("errors", TimeSpan.FromMinutes(5)));
        WhatIfOptions.ReadAlarm("90s").ShouldBe(new(null, TimeSpan.FromSeconds(90)));
        WhatIfOptions.ReadAlarm("p99@home@1h").ShouldBe(new("p99@home", TimeSpan.FromHours(1)));
        WhatIfOptions.ReadHook("post_scale_up=failed@2m").ShouldBe(new(DeploymentLifecycleHookStage.PostScaleUp, HookEnd.Failed, TimeSpan.FromMinutes(2)));
        WhatIfOptions.ReadHook("PRODUCTION_TRAFFIC_SHIFT=IN_PROGRESS").ShouldBe(new(DeploymentLifecycleHookStage.ProductionTrafficShift, HookEnd.InProgress, TimeSpan.Zero));
    }

    [Theory]
    [InlineData("three:m5.large"), InlineData("0:m5.large"), InlineData("3"), InlineData("3:"), InlineData("1001:m5.large")]
    public void Other_instances_are_refused(string text) => Should.Throw<UserException>(() => WhatIfOptions.Park(text)).Message.ShouldStartWith("--instances takes a number up to 1000");

    [Theory]
    [InlineData("POST_SCALE_UP", "--hook takes SUCCEEDED"), InlineData("POST_SCALE_UP=MAYBE", "--hook takes SUCCEEDED"), InlineData("LUNCH=FAILED", "--hook names a stage")]
    public void Other_hooks_are_refused(string text, string words) => Should.Throw<UserException>(() => WhatIfOptions.ReadHook(text)).Message.ShouldStartWith(words);

    [Theory]
    [InlineData(256, 512, 0, 6)]    // Two cores and 4 GiB less what is taken: eight by CPU, six by memory.
    [InlineData(256, 512, 8080, 1)] // The other instance has the port in use.
    [InlineData(4096, 512, 0, 0)]
    public void Room_is_what_remains_of_cpu_memory_and_ports(int cpu, int memory, int port, int fits)
    {
        var definition = new TaskDefinition
        {
            ContainerDefinitions = [new() { Name = "web", Cpu = cpu, Memory = memory, PortMappings = [new() { ContainerPort = 80, HostPort = port }] }],
        };
        new TaskRoom(definition).In([Instance(1024, 1024), Instance(1024, 2048, "22", "8080")]).ShouldBe(fits);
    }

    private static ContainerInstance Instance(int cpu, int memory, params string[] ports) => new()
    {
        RemainingResources =
        [
            new() { Name = "CPU", IntegerValue = cpu }, new() { Name = "MEMORY", IntegerValue = memory }, new() { Name = "PORTS", StringSetValue = [.. ports] },
        ],
    };

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
                  "alarms": [ { "AlarmName": "errors", "Period": 60, "StateValue": "OK", "StateUpdatedTimestamp": "2026-11-21T12:00:00+00:00" } ],
                  "containerInstances": [ { "containerInstanceArn": "arn:i", "status": "ACTIVE", "registeredAt": "2026-11-21T12:00:00+00:00" } ],
                  "tasks": [ { "taskArn": "arn:t", "containerInstanceArn": "arn:i", "startedAt": "2026-11-21T12:00:00+00:00" } ],
                  "deregistrationDelaySeconds": { "arn:1": 5 }, "zones": { "subnet-1": "eu-west-1a" }
                }
                """);
            var read = RehearsalFile.Read(path);
            (read.Service.ServiceName, read.Service.DesiredCount, read.After.Family, read.TargetGroups[0].HealthCheckPath).ShouldBe(("web", 3, "web", "/health"));
            RehearsalFile.Write(path, read);
            var again = RehearsalFile.Read(path);
            (again.DeregistrationDelays["arn:1"], again.Zones["subnet-1"], again.Before.ContainerDefinitions?[0].Image).ShouldBe((5, "eu-west-1a", "web:1"));
            (again.Alarms[0].Period, again.Instances[0].Status, again.Tasks[0].ContainerInstanceArn).ShouldBe((60, "ACTIVE", "arn:i"));
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
