using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.Contracts.Ecs;
using Minato.Testing.Templates;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Services;

/// <summary>The resource types of ECS, called as CloudFormation calls them.</summary>
public sealed class ResourceTypeTests
{
    private const string Cluster = "AWS::ECS::Cluster";
    private const string Definition = "AWS::ECS::TaskDefinition";
    private const string Service = "AWS::ECS::Service";

    [Fact]
    public void A_cluster_has_a_life_and_its_ref_is_its_name() => Run(async (world, driver) =>
    {
        var cluster = await driver.CreateAsync(Cluster, """
            {"ClusterName":"blue","ClusterSettings":[{"Name":"containerInsights","Value":"enabled"}],"CapacityProviders":["FARGATE"],"Tags":[{"Key":"team","Value":"a"}]}
            """);
        cluster.Id.ShouldBe("blue");
        cluster.GetAtt("Arn").ShouldBe("arn:aws:ecs:us-east-1:123456789012:cluster/blue");
        var changed = await driver.UpdateAsync(cluster, """
            {"ClusterName":"blue","ClusterSettings":[{"Name":"containerInsights","Value":"disabled"}],"CapacityProviders":["FARGATE","FARGATE_SPOT"],
             "DefaultCapacityProviderStrategy":[{"CapacityProvider":"FARGATE","Weight":"1"}],"Tags":[{"Key":"team","Value":"b"}]}
            """);
        await driver.DeleteAsync(changed);
    });

    [Fact]
    public void A_cluster_without_a_name_gets_one_of_stack_and_logical_id() => Run(async (world, driver) =>
        (await driver.CreateAsync(Cluster, "{}", "Blue")).Id.ShouldMatch("^shop-Blue-[A-Z0-9]{12}$"));

    [Fact]
    public void A_name_that_is_taken_is_refused_and_what_bears_it_is_left() => Run(async (world, driver) =>
    {
        var end = (ResourceProgress.Failed)await driver.TryCreateAsync(Cluster, """{"ClusterName":"default"}""");
        end.Code.ShouldBe("AlreadyExists");
        end.Message.ShouldBe("Resource of type 'AWS::ECS::Cluster' with identifier 'default' already exists.");
        end.PhysicalResourceId.ShouldBeNull(); // A rollback deletes by it.
    });

    [Fact]
    public void Associations_of_capacity_providers_have_a_life() => Run(async (world, driver) =>
    {
        var associations = await driver.CreateAsync("AWS::ECS::ClusterCapacityProviderAssociations", """
            {"Cluster":"default","CapacityProviders":["FARGATE"],"DefaultCapacityProviderStrategy":[{"CapacityProvider":"FARGATE","Weight":1}]}
            """);
        associations.Id.ShouldBe("default");
        await driver.DeleteAsync(associations);
    });

    [Fact]
    public void A_task_definition_has_a_life_and_its_ref_has_the_revision() => Run(async (world, driver) =>
    {
        var definition = await driver.CreateAsync(Definition, """
            {"Family":"app","NetworkMode":"awsvpc","RequiresCompatibilities":["FARGATE"],"Cpu":256,"Memory":"512","ExecutionRoleArn":"arn:aws:iam::123456789012:role/run",
             "Volumes":[{"Name":"data","EFSVolumeConfiguration":{"FilesystemId":"fs-12345678","TransitEncryption":"ENABLED","AuthorizationConfig":{"IAM":"ENABLED"}}}],
             "ContainerDefinitions":[{"Name":"web","Image":"web:1","Essential":"true","PortMappings":[{"ContainerPort":"80","Protocol":"tcp"}],
               "Environment":[{"Name":"A","Value":"1"}],"DockerLabels":{"My.Label":"x"},"MountPoints":[{"SourceVolume":"data","ContainerPath":"/data"}],
               "LogConfiguration":{"LogDriver":"awslogs","Options":{"awslogs-group":"g","awslogs-region":"us-east-1","awslogs-stream-prefix":"p"}}}],
             "Tags":[{"Key":"a","Value":"b"}]}
            """);
        definition.Id.ShouldBe("arn:aws:ecs:us-east-1:123456789012:task-definition/app:1");
        definition.GetAtt("TaskDefinitionArn").ShouldBe(definition.Id);
        await driver.DeleteAsync(definition);
    });

    [Fact]
    public void Every_property_of_a_task_definition_but_its_tags_makes_another_revision() => Run((world, driver) =>
    {
        var schema = driver.Of(Definition).Schema;
        schema.Properties.Except(schema.CreateOnly).ShouldBe(["Tags"]);
        return Task.CompletedTask;
    });

    [Fact]
    public void A_replacement_of_a_task_definition_is_another_revision_and_not_the_one_it_replaces() => Run(async (world, driver) =>
    {
        var first = await driver.CreateAsync(Definition, """{"Family":"app","ContainerDefinitions":[{"Name":"web","Image":"web:1","Memory":64}]}""");
        var second = await driver.CreateAsync(Definition, """{"Family":"app","ContainerDefinitions":[{"Name":"web","Image":"web:2","Memory":64}]}""");
        second.Id.ShouldBe(first.Id[..^1] + "2");
    });

    [Fact]
    public void A_service_waits_for_its_deployment_and_drains_when_it_is_deleted() => Run(async (world, driver) =>
    {
        var service = await driver.CreateAsync(Service, await ServiceAsync(world, ServiceWorld.Good));
        service.Id.ShouldBe("arn:aws:ecs:us-east-1:123456789012:service/default/web");
        service.GetAtt("Name").ShouldBe("web");
        service.GetAtt("ServiceArn").ShouldBe(service.Id);
        (await DescribedAsync(world)).RunningCount.ShouldBe(2);

        var changed = await driver.UpdateAsync(service, await ServiceAsync(world, ServiceWorld.Better, desired: 3));
        (await DescribedAsync(world)).Deployments?.ShouldHaveSingleItem().RolloutState.ShouldBe(DeploymentRolloutState.Completed);
        (await DescribedAsync(world)).RunningCount.ShouldBe(3);

        await driver.DeleteAsync(changed);
        (await DescribedAsync(world)).Status.ShouldBe("INACTIVE");
    });

    [Fact]
    public void A_service_whose_circuit_breaker_is_triggered_fails_with_that_reason() => Run(async (world, driver) =>
    {
        var good = await ServiceAsync(world, ServiceWorld.Good);
        var service = await driver.CreateAsync(Service, good);
        var end = (ResourceProgress.Failed)await driver.TryUpdateAsync(service, await ServiceAsync(world, ServiceWorld.Missing));
        end.Code.ShouldBe("GeneralServiceException");
        end.Message.ShouldBe("Error occurred during operation 'ECS Deployment Circuit Breaker was triggered'.");
        end.PhysicalResourceId.ShouldBe(service.Id);
        // The stack rolls back, and ECS does so by itself already: the deployment that failed is not what is waited for.
        await driver.UpdateAsync(service, good);
        (await DescribedAsync(world)).Deployments?.ShouldHaveSingleItem().RolloutState.ShouldBe(DeploymentRolloutState.Completed);
    });

    [Fact]
    public void A_service_that_AWS_refuses_fails_in_the_words_of_its_service() => Run(async (world, driver) =>
    {
        var end = (ResourceProgress.Failed)await driver.TryCreateAsync(Service, """{"Cluster":"nowhere","TaskDefinition":"web"}""");
        end.Code.ShouldBe("NotFound");
        end.Message.ShouldBe("Cluster not found. (Service: Ecs, Status Code: 400, Request ID: simulated)");
    });

    [Fact]
    public void A_property_of_the_wrong_kind_is_refused_as_by_CloudFormation() => Run(async (world, driver) =>
    {
        var end = (ResourceProgress.Failed)await driver.TryCreateAsync(Service, """{"TaskDefinition":"web","NetworkConfiguration":{"AwsvpcConfiguration":{"Subnets":"subnet-1"}}}""");
        end.Code.ShouldBeEmpty(); // The frame around a handler's answer is not put around this.
        end.Message.ShouldBe("Properties validation failed for resource Thing with message:\n#/NetworkConfiguration/AwsvpcConfiguration/Subnets: expected type: JSONArray, found: String");
    });

    [Fact]
    public void Task_sets_have_a_life_and_one_of_them_is_primary() => Run(async (world, driver) =>
    {
        var service = await driver.CreateAsync(Service, """{"ServiceName":"web","DesiredCount":1,"DeploymentController":{"Type":"EXTERNAL"}}""");
        var subnets = string.Join(',', (await world.SubnetsAsync()).Select(s => $"\"{s}\""));
        var properties = $$"""
            {"Cluster":"default","Service":"{{service.Id}}","TaskDefinition":"{{await world.DefineAsync(ServiceWorld.Good)}}","LaunchType":"FARGATE",
             "NetworkConfiguration":{"AwsvpcConfiguration":{"Subnets":[{{subnets}}]} },"Scale":{"Unit":"PERCENT","Value":
            """;
        var set = await driver.CreateAsync("AWS::ECS::TaskSet", properties + "50}}");
        set.Id.ShouldBe($"default|{service.Id}|{set.GetAtt("Id")}");
        set = await driver.UpdateAsync(set, properties + "100}}");
        var primary = await driver.CreateAsync("AWS::ECS::PrimaryTaskSet", $$"""{"Cluster":"default","Service":"{{service.Id}}","TaskSetId":"{{set.GetAtt("Id")}}"}""");
        primary.Id.ShouldBe($"default|{service.Id}");
        await driver.DeleteAsync(set);
    });

    private static void Run(Func<ServiceWorld, TypeDriver, Task> test) =>
        ServiceWorld.Run(1, world => test(world, new(world.World.Client<IEnumerable<IResourceType>>(), world.World.Caller, world.World.Time)));

    private static async Task<string> ServiceAsync(ServiceWorld world, string image, int desired = 2) => new JsonObject
    {
        ["ServiceName"] = "web", ["Cluster"] = "default", ["TaskDefinition"] = await world.DefineAsync(image), ["DesiredCount"] = desired, ["LaunchType"] = "FARGATE",
        ["NetworkConfiguration"] = new JsonObject { ["AwsvpcConfiguration"] = new JsonObject { ["Subnets"] = new JsonArray([.. (await world.SubnetsAsync()).Select(s => (JsonNode)s)]) } },
        ["DeploymentConfiguration"] = new JsonObject { ["DeploymentCircuitBreaker"] = new JsonObject { ["Enable"] = true, ["Rollback"] = true } },
    }.ToJsonString();

    private static async Task<Contracts.Ecs.Service> DescribedAsync(ServiceWorld world) =>
        (await world.Ecs.DescribeServicesAsync(new() { Services = ["web"] }, world.World.Caller, default)).Services?[0] ?? throw new InvalidOperationException();
}
