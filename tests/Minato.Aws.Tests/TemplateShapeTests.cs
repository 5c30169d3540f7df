using System.Text.Json.Nodes;
using Minato.Aws.Shapes;
using Minato.Aws.Templates;
using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Contracts.Iam;
using Minato.Contracts.Ssm;

namespace Minato.Aws.Tests;

/// <summary>Properties of templates as requests, and shapes as properties.</summary>
public sealed class TemplateShapeTests
{
    private static readonly Dictionary<string, string> s_same = [];

    public static TheoryData<string, string> Requests => new()
    {
        // What a template says, and what the service is asked.
        { """{"ClusterName":"a"}""", """{"clusterName":"a"}""" },
        { """{"ClusterName":7}""", """{"clusterName":"7"}""" },
        { """{"ClusterName":true}""", """{"clusterName":"true"}""" },
        { """{"ClusterName":null}""", "{}" },
        { """{"OfAnotherRequest":1,"ClusterName":"a"}""", """{"clusterName":"a"}""" },
        { """{"CapacityProviders":["A",null,"B"]}""", """{"capacityProviders":["A","B"]}""" },
        { """{"DefaultCapacityProviderStrategy":[{"CapacityProvider":"A","Weight":"2","Base":1.0}]}""", """{"defaultCapacityProviderStrategy":[{"capacityProvider":"A","weight":2,"base":1}]}""" },
        { """{"Configuration":{"ExecuteCommandConfiguration":{"Logging":"NONE","LogConfiguration":{"CloudWatchEncryptionEnabled":"True"}}}}""",
          """{"configuration":{"executeCommandConfiguration":{"logging":"NONE","logConfiguration":{"cloudWatchEncryptionEnabled":true}}}}""" },
    };

    public static TheoryData<string, string> Faults => new()
    {
        { """{"CapacityProviders":"A"}""", "#/CapacityProviders: expected type: JSONArray, found: String" },
        { """{"ClusterName":["a"]}""", "#/ClusterName: expected type: String, found: JSONArray" },
        { """{"Configuration":7}""", "#/Configuration: expected type: JSONObject, found: Integer" },
        { """{"DefaultCapacityProviderStrategy":[{"CapacityProvider":"A"},{"Weight":"many"}]}""", "#/DefaultCapacityProviderStrategy/1/Weight: expected type: Integer, found: String" },
        { """{"DefaultCapacityProviderStrategy":[{"Weight":1.5}]}""", "#/DefaultCapacityProviderStrategy/0/Weight: expected type: Integer, found: Integer" },
        { """{"Configuration":{"ExecuteCommandConfiguration":{"LogConfiguration":{"S3EncryptionEnabled":"perhaps"}}}}""",
          "#/Configuration/ExecuteCommandConfiguration/LogConfiguration/S3EncryptionEnabled: expected type: Boolean, found: String" },
        { """{"Configuration":{"ExecuteCommandConfiguration":{"Loging":"NONE"}}}""", "#/Configuration/ExecuteCommandConfiguration: extraneous key [Loging] is not permitted" },
    };

    [Theory, MemberData(nameof(Requests))]
    public void A_request_is_read_from_properties(string template, string request) =>
        ShapeJson.Read<CreateClusterRequest>(System.Text.Encoding.UTF8.GetBytes(request)).ShouldBe(Read<CreateClusterRequest>(template), new ByJson<CreateClusterRequest>());

    [Theory, MemberData(nameof(Faults))]
    public void What_is_not_of_its_kind_is_told_with_its_place(string template, string message) =>
        Should.Throw<TemplateValueException>(() => Read<CreateClusterRequest>(template)).Message.ShouldBe(message);

    [Fact]
    public void An_object_where_a_text_is_wanted_is_its_json() => Read<CreateRoleRequest>("""{"RoleName":"r","AssumeRolePolicyDocument":{"Version":"2012-10-17","Id":"<é>"}}""")
        .AssumeRolePolicyDocument.ShouldBe("""{"Version":"2012-10-17","Id":"<é>"}""");

    [Fact]
    public void Keys_of_maps_stay_as_they_are() => Read<ContainerDefinition>("""{"DockerLabels":{"My.Label":"x"},"LogConfiguration":{"LogDriver":"awslogs","Options":{"awslogs-Group":1}}}""")
        .ShouldSatisfyAllConditions(c => c.DockerLabels?["My.Label"].ShouldBe("x"), c => c.LogConfiguration?.Options?["awslogs-Group"].ShouldBe("1"));

    [Fact]
    public void Members_by_other_names_are_found_at_any_depth()
    {
        var spelled = new Dictionary<string, string> { ["FilesystemId"] = "fileSystemId" };
        var volume = TemplateShape.Read<Volume>(Parse("""{"Name":"v","EFSVolumeConfiguration":{"FilesystemId":"fs-1"}}"""), Violations.Ignored, spelled);
        volume.EfsVolumeConfiguration?.FileSystemId.ShouldBe("fs-1");
        TemplateShape.Write(volume, spelled)["EfsVolumeConfiguration"]?["FilesystemId"]?.ToString().ShouldBe("fs-1");
    }

    [Fact]
    public void Shapes_become_properties_with_capitals() => JsonNode.DeepEquals(
        TemplateShape.Write(new Rule { Priority = "1", IsDefault = false, Conditions = [new() { Field = "path-pattern", Values = ["/a"] }] }, s_same),
        Parse("""{"Priority":"1","Conditions":[{"Field":"path-pattern","Values":["/a"]}],"IsDefault":false}""")).ShouldBeTrue();

    [Fact]
    public void What_the_model_forbids_is_collected()
    {
        var violations = new Violations();
        TemplateShape.Read<PutParameterRequest>(Parse("""{"Name":"","Type":"Nothing","Value":"v"}"""), violations, s_same);
        violations.ToString().ShouldStartWith("2 validation errors detected: ");
    }

    [Fact]
    public void A_schema_has_the_members_of_its_request_without_tokens_and_dry_runs()
    {
        var schema = TemplateShape.SchemaOf<Contracts.Ec2.CreateRouteTableRequest>();
        (string.Join(' ', schema.Properties), string.Join(' ', schema.Required), schema.Tags).ShouldBe(("Tags VpcId", "VpcId", "Tags"));
    }

    private static T Read<T>(string template)
        where T : IShape<T> => TemplateShape.Read<T>(Parse(template), Violations.Ignored, s_same);

    private static JsonObject Parse(string json) => JsonNode.Parse(json) as JsonObject ?? throw new InvalidOperationException();

    private sealed class ByJson<T> : IEqualityComparer<T>
        where T : IShape
    {
        public bool Equals(T? x, T? y) => x is not null && y is not null && ShapeJson.Write(x).Span.SequenceEqual(ShapeJson.Write(y).Span);
        public int GetHashCode(T obj) => 0;
    }
}
