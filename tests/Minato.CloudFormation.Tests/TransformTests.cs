using System.Text;
using Minato.Contracts.CloudFormation;
using Minato.Contracts.S3;

namespace Minato.CloudFormation.Tests;

public sealed class TransformTests
{
    private static async Task<string> PutAsync(CfnWorld w, string key, string text)
    {
        await w.World.Client<IS3>().CreateBucketAsync(new() { Bucket = $"parts-{key}" }, w.Caller, default);
        await w.World.Client<IS3>().PutObjectAsync(new() { Bucket = $"parts-{key}", Key = "part.yaml", Body = new MemoryStream(Encoding.UTF8.GetBytes(text)) }, w.Caller, default);
        return $"s3://parts-{key}/part.yaml";
    }

    private static CreateStackRequest Expanding(CreateStackRequest request) => request with { Capabilities = [Capability.CapabilityAutoExpand] };

    [Fact]
    public void AWS_Include_brings_sections_at_the_top() => CfnWorld.Run(async w =>
    {
        var part = await PutAsync(w, "top", "Resources:\n  B: { Type: Test::Cloud::Thing, Properties: { Name: b } }\nOutputs:\n  O: { Value: !Ref B }\n");
        var stack = await w.MadeAsync($$"""
            Transform: { Name: AWS::Include, Parameters: { Location: '{{part}}' } }
            Resources:
              A: { Type: Test::Cloud::Thing, Properties: { Name: a } }
            """, with: Expanding);
        w.Cloud.Things.Count.ShouldBe(2);
        stack.Outputs.ShouldNotBeNull().ShouldHaveSingleItem().OutputKey.ShouldBe("O");
        var template = await w.Cfn.GetTemplateAsync(new() { StackName = "demo", TemplateStage = TemplateStage.Processed }, w.Caller, default);
        template.TemplateBody.ShouldNotBeNull().ShouldContain("\"B\"");
    });

    [Fact]
    public void Fn_Transform_brings_members_where_it_stands() => CfnWorld.Run(async w =>
    {
        var part = await PutAsync(w, "inside", "Value: from elsewhere\n");
        await w.MadeAsync($$"""
            Resources:
              A:
                Type: Test::Cloud::Thing
                Properties:
                  Name: a
                  Fn::Transform: { Name: AWS::Include, Parameters: { Location: '{{part}}' } }
            """, with: Expanding);
        w.PropertiesOf("A")["Value"]?.ToString().ShouldBe("from elsewhere");
    });

    [Fact]
    public void A_transform_nobody_offers_is_refused() => CfnWorld.Run(async w => (await w.RefusedAsync(() => w.CreateAsync(
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  A: { Type: Test::Cloud::Thing }\n", with: Expanding))).ShouldBe("No transform named AWS::Serverless-2016-10-31 found."));
}
