using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Minato.Contracts.CloudFormation;
using Minato.Contracts.S3;
using Minato.Contracts.Ssm;
using Minato.Contracts.SecretsManager;
using Minato.Engines.Functions;

namespace Minato.CloudFormation.Tests;

public sealed class OwnTypeTests
{
    private const string Function = "arn:aws:lambda:us-east-1:123456789012:function:maker";

    private static async Task<string> PutTemplateAsync(CfnWorld w, string text)
    {
        await w.World.Client<IS3>().CreateBucketAsync(new() { Bucket = "templates" }, w.Caller, default);
        await w.World.Client<IS3>().PutObjectAsync(new() { Bucket = "templates", Key = "a/child.yaml", Body = new MemoryStream(Encoding.UTF8.GetBytes(text)) }, w.Caller, default);
        return "http://127.0.0.1:4566/templates/a/child.yaml";
    }

    private const string Child = "Parameters: { Value: { Type: String } }\nResources:\n  C: { Type: Test::Cloud::Thing, Properties: { Value: !Ref Value } }\nOutputs: { Id: { Value: !Ref C } }\n";

    private static string Parent(string url, string value) => $$"""
        Resources:
          Nested: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: '{{url}}', Parameters: { Value: {{value}} } } }
          After: { Type: Test::Cloud::Thing, Properties: { Name: after, Value: !GetAtt Nested.Outputs.Id } }
        """;

    [Fact]
    public void A_nested_stack_is_made_updated_and_deleted_with_its_parent() => CfnWorld.Run(async w =>
    {
        var url = await PutTemplateAsync(w, Child);
        var parent = await w.MadeAsync(Parent(url, "one"));
        var child = (await w.Cfn.DescribeStackResourceAsync(new() { StackName = "demo", LogicalResourceId = "Nested" }, w.Caller, default)).StackResourceDetail?.PhysicalResourceId ?? "";
        var stack = await w.StackAsync(child);
        stack.StackName.ShouldMatch("^demo-Nested-[A-Z0-9]{12}$");
        (stack.ParentId, stack.RootId, stack.StackStatus).ShouldBe((parent.StackId, parent.StackId, StackStatus.CreateComplete));
        w.PropertiesOf("After")["Value"]?.ToString().ShouldBe($"{stack.StackName}-C-1");
        await w.UpdateAsync(Parent(url, "two"));
        await w.ReachAsync(StackStatus.UpdateComplete);
        w.PropertiesOf("C")["Value"]?.ToString().ShouldBe("two");
        await w.DeleteAsync();
        await w.ReachAsync(StackStatus.DeleteComplete, parent.StackId ?? "");
        (await w.StackAsync(child)).StackStatus.ShouldBe(StackStatus.DeleteComplete);
        w.Cloud.Things.ShouldBeEmpty();
    });

    [Fact]
    public void What_fails_in_a_nested_stack_fails_its_parent() => CfnWorld.Run(async w =>
    {
        var url = await PutTemplateAsync(w, Child);
        w.Cloud.Failing["create C"] = 1;
        await w.CreateAsync(Parent(url, "one"));
        await w.ReachAsync(StackStatus.RollbackComplete);
        (await w.TellAsync()).ShouldContain(t => t.Contains("was not successfully created: The following resource(s) failed to create: [C].", StringComparison.Ordinal));
        w.Cloud.Things.ShouldBeEmpty();
    });

    [Fact]
    public void A_wait_condition_waits_for_signals_to_its_handle() => CfnWorld.Run(async w =>
    {
        await w.CreateAsync("""
            Resources:
              Handle: { Type: AWS::CloudFormation::WaitConditionHandle }
              Wait: { Type: AWS::CloudFormation::WaitCondition, Properties: { Handle: !Ref Handle, Count: 2, Timeout: 600 } }
              After: { Type: Test::Cloud::Thing, Properties: { Value: !GetAtt Wait.Data } }
            """);
        await w.World.RunFor(TimeSpan.FromMinutes(1));
        var url = new Uri((await w.Cfn.DescribeStackResourceAsync(new() { StackName = "demo", LogicalResourceId = "Handle" }, w.Caller, default)).StackResourceDetail?.PhysicalResourceId ?? "");
        var endpoint = w.World.Services.GetRequiredService<CloudFormationEndpoint>();
        (await endpoint.PutAsync(url.AbsolutePath, """{"Status":"SUCCESS","UniqueId":"1","Data":"d1","Reason":"r"}"""u8.ToArray(), default)).ShouldBe(200);
        (await endpoint.PutAsync(url.AbsolutePath, """{"Status":"SUCCESS","UniqueId":"1","Data":"again"}"""u8.ToArray(), default)).ShouldBe(200);
        await w.World.RunFor(TimeSpan.FromSeconds(5));
        (await w.StackAsync()).StackStatus.ShouldBe(StackStatus.CreateInProgress);
        (await endpoint.PutAsync(url.AbsolutePath, """{"Status":"SUCCESS","UniqueId":"2","Data":"d2"}"""u8.ToArray(), default)).ShouldBe(200);
        (await endpoint.PutAsync(url.AbsolutePath + "x", "{}"u8.ToArray(), default)).ShouldBe(403);
        await w.World.Eventually(async () => (await w.StackAsync()).StackStatus is StackStatus.CreateComplete, TimeSpan.FromSeconds(10));
        w.PropertiesOf("After")["Value"]?.ToString().ShouldBe("""{"1":"d1","2":"d2"}""");
    });

    [Fact]
    public void What_waits_writes_nothing_meanwhile() => CfnWorld.Run(async w =>
    {
        await w.CreateAsync("""
            Resources:
              Handle: { Type: AWS::CloudFormation::WaitConditionHandle }
              Wait: { Type: AWS::CloudFormation::WaitCondition, Properties: { Handle: !Ref Handle, Timeout: '3600' } }
            """);
        await w.World.RunFor(TimeSpan.FromMinutes(1));
        var version = w.World.Store.Current.Version;
        await w.World.RunFor(TimeSpan.FromMinutes(50));
        w.World.Store.Current.Version.ShouldBe(version);
    });

    [Fact]
    public void A_wait_condition_times_out() => CfnWorld.Run(async w =>
    {
        await w.CreateAsync("""
            Resources:
              Handle: { Type: AWS::CloudFormation::WaitConditionHandle }
              Wait: { Type: AWS::CloudFormation::WaitCondition, Properties: { Handle: !Ref Handle, Timeout: '60' } }
            """);
        await w.ReachAsync(StackStatus.RollbackComplete);
        (await w.TellAsync()).ShouldContain("Wait CREATE_FAILED WaitCondition timed out. Received 0 conditions when expecting 1");
    });

    [Fact]
    public void A_creation_policy_waits_for_SignalResource() => CfnWorld.Run(async w =>
    {
        const string text = "Resources:\n  A: { Type: Test::Cloud::Thing, CreationPolicy: { ResourceSignal: { Count: 1, Timeout: PT10M } } }\n";
        await w.CreateAsync(text);
        await w.World.RunFor(TimeSpan.FromMinutes(2));
        (await w.StackAsync()).StackStatus.ShouldBe(StackStatus.CreateInProgress);
        await w.Cfn.SignalResourceAsync(new() { StackName = "demo", LogicalResourceId = "A", UniqueId = "i-1", Status = ResourceSignalStatus.Success }, w.Caller, default);
        await w.ReachAsync(StackStatus.CreateComplete);
        (await w.TellAsync()).ShouldContain("A CREATE_IN_PROGRESS Received SUCCESS signal with UniqueId i-1");
        await w.CreateAsync(text, "late");
        await w.ReachAsync(StackStatus.RollbackComplete, "late");
        (await w.TellAsync("late")).ShouldContain("A CREATE_FAILED Failed to receive 1 resource signal(s) within the specified duration");
    });

    [Fact]
    public void A_creation_policy_may_forgive_some_failures() => CfnWorld.Run(async w =>
    {
        const string text = """
            Resources:
              A: { Type: Test::Cloud::Thing, CreationPolicy: { ResourceSignal: { Count: 4, Timeout: PT10M }, AutoScalingCreationPolicy: { MinSuccessfulInstancesPercent: 50 } } }
            """;
        foreach (var (stack, failures, end) in ((string, int, StackStatus)[])[("demo", 2, StackStatus.CreateComplete), ("bad", 3, StackStatus.RollbackComplete)])
        {
            await w.CreateAsync(text, stack);
            await w.World.RunFor(TimeSpan.FromSeconds(5));
            for (var i = 0; i < 4; i++)
            {
                if ((await w.StackAsync(stack)).StackStatus is not StackStatus.CreateInProgress) break;
                await w.Cfn.SignalResourceAsync(
                    new() { StackName = stack, LogicalResourceId = "A", UniqueId = $"i-{i}", Status = i < failures ? ResourceSignalStatus.Failure : ResourceSignalStatus.Success }, w.Caller, default);
                await w.World.RunFor(TimeSpan.FromSeconds(1));
            }
            await w.ReachAsync(end, stack);
        }
        (await w.TellAsync("bad")).ShouldContain("A CREATE_FAILED Received 3 FAILURE signal(s) out of 4.  Unable to satisfy 50% MinSuccessfulInstancesPercent requirement");
    });

    [Fact]
    public void A_function_makes_a_custom_resource_and_answers_to_the_address_it_got() => CfnWorld.Run(async w =>
    {
        var asked = new List<JsonObject>();
        w.World.Functions.Put(Function, payload =>
        {
            asked.Add((JsonObject)(JsonNode.Parse(payload) ?? new JsonObject()));
            return new FunctionOutcome.Returned("null");
        });
        const string text = "Resources:\n  Mine: { Type: Custom::Mine, Properties: { ServiceToken: '" + Function + "', Number: 5, Flag: true } }\n  After: { Type: Test::Cloud::Thing, Properties: { Value: !GetAtt Mine.Answer } }\n";
        var id = await w.CreateAsync(text);
        await w.World.Eventually(() => asked.Count == 1, TimeSpan.FromSeconds(5));
        (asked[0]["RequestType"]?.ToString(), asked[0]["ResourceType"]?.ToString(), asked[0]["PhysicalResourceId"]).ShouldBe(("Create", "Custom::Mine", null));
        asked[0]["ResourceProperties"]?.ToJsonString().ShouldBe($$"""{"ServiceToken":"{{Function}}","Number":"5","Flag":"true"}""");
        await AnswerAsync(w, asked[0], """{"Status":"SUCCESS","PhysicalResourceId":"made-1","Data":{"Answer":"42"}}""");
        await w.ReachAsync(StackStatus.CreateComplete);
        w.PropertiesOf("After")["Value"]?.ToString().ShouldBe("42");
        await w.DeleteAsync();
        await w.World.Eventually(() => asked.Count == 2, TimeSpan.FromSeconds(10));
        (asked[1]["RequestType"]?.ToString(), asked[1]["PhysicalResourceId"]?.ToString()).ShouldBe(("Delete", "made-1"));
        await AnswerAsync(w, asked[1], """{"Status":"SUCCESS","PhysicalResourceId":"made-1"}""");
        await w.ReachAsync(StackStatus.DeleteComplete, id);
    });

    [Fact]
    public void A_custom_resource_that_fails_or_says_nothing_fails() => CfnWorld.Run(async w =>
    {
        JsonObject? asked = null;
        w.World.Functions.Put(Function, payload =>
        {
            asked = (JsonObject?)JsonNode.Parse(payload);
            return new FunctionOutcome.Returned("null");
        });
        const string text = "Resources:\n  Mine: { Type: Custom::Mine, Properties: { ServiceToken: '" + Function + "' } }\n";
        await w.CreateAsync(text);
        await w.World.Eventually(() => asked is not null, TimeSpan.FromSeconds(5));
        await AnswerAsync(w, asked ?? [], """{"Status":"FAILED","Reason":"not today"}""");
        await w.ReachAsync(StackStatus.RollbackComplete);
        (await w.TellAsync()).ShouldContain(t => t.Contains("Received response status [FAILED] from custom resource. Message returned: not today (RequestId:", StringComparison.Ordinal));
        await w.CreateAsync(text, "silent");
        await w.ReachAsync(StackStatus.RollbackComplete, "silent");
        (await w.TellAsync("silent")).ShouldContain(t => t.Contains("CloudFormation did not receive a response from your Custom Resource.", StringComparison.Ordinal));
        await w.CreateAsync(text.Replace("maker", "nobody", StringComparison.Ordinal), "unknown");
        await w.ReachAsync(StackStatus.RollbackComplete, "unknown");
    });

    [Fact]
    public void Values_come_from_the_parameter_store_and_from_secrets() => CfnWorld.Run(async w =>
    {
        await w.World.Client<ISsm>().PutParameterAsync(new() { Name = "/a/version", Type = ParameterType.String, Value = "21" }, w.Caller, default);
        await w.World.Client<ISecretsManager>().CreateSecretAsync(new() { Name = "db", SecretString = """{"password":"pw-1"}""" }, w.Caller, default);
        const string text = """
            Parameters: { Version: { Type: AWS::SSM::Parameter::Value<String>, Default: /a/version } }
            Resources:
              A: { Type: Test::Cloud::Thing, Properties: { Name: !Ref Version, Value: '{{resolve:ssm:/a/version}}', Secret: 'is {{resolve:secretsmanager:db:SecretString:password}}' } }
            """;
        var stack = await w.MadeAsync(text);
        stack.Parameters?[0].ShouldBe(new() { ParameterKey = "Version", ParameterValue = "/a/version", ResolvedValue = "21" });
        var made = w.PropertiesOf("A");
        (made["Name"]?.ToString(), made["Value"]?.ToString(), made["Secret"]?.ToString()).ShouldBe(("21", "21", "is pw-1"));
        (await w.EventsAsync()).ShouldAllBe(e => e.ResourceProperties == null || !e.ResourceProperties.Contains("pw-1", StringComparison.Ordinal));
        (await w.RefusedAsync(() => w.CreateAsync(text, "other", r => r with { Parameters = [CfnWorld.P("Version", "/none")] })))
            .ShouldBe("Unable to fetch parameters [/none] from parameter store for this account.");
        await w.CreateAsync(text.Replace(":db:", ":nothing:", StringComparison.Ordinal), "missing");
        await w.ReachAsync(StackStatus.RollbackComplete, "missing");
    });

    [Fact]
    public void Drift_is_found() => CfnWorld.Run(async w =>
    {
        await w.MadeAsync("Resources:\n  A: { Type: Test::Cloud::Thing, Properties: { Value: 1 } }\n  B: { Type: Test::Cloud::Thing }\n");
        w.PropertiesOf("A")["Value"] = 2;
        w.Cloud.Things.Remove(w.Cloud.Things.Values.Single(t => t.LogicalId == "B").Id);
        var id = (await w.Cfn.DetectStackDriftAsync(new() { StackName = "demo" }, w.Caller, default)).StackDriftDetectionId;
        await w.World.Eventually(async () => (await LookAsync()).DetectionStatus is StackDriftDetectionStatus.DetectionComplete, TimeSpan.FromSeconds(5));
        var found = await LookAsync();
        (found.StackDriftStatus, found.DriftedStackResourceCount).ShouldBe((StackDriftStatus.Drifted, 2));
        var drifts = (await w.Cfn.DescribeStackResourceDriftsAsync(new() { StackName = "demo" }, w.Caller, default)).StackResourceDrifts;
        drifts.Select(d => d.StackResourceDriftStatus).ShouldBe([StackResourceDriftStatus.Modified, StackResourceDriftStatus.Deleted]);
        drifts[0].PropertyDifferences?[0].ShouldBe(new() { PropertyPath = "/Value", ExpectedValue = "1", ActualValue = "2", DifferenceType = DifferenceType.NotEqual });
        (await w.StackAsync()).DriftInformation?.StackDriftStatus.ShouldBe(StackDriftStatus.Drifted);

        Task<DescribeStackDriftDetectionStatusResponse> LookAsync() =>
            w.Cfn.DescribeStackDriftDetectionStatusAsync(new() { StackDriftDetectionId = id }, w.Caller, default);
    });

    [Fact]
    public void What_a_service_adds_or_orders_is_no_drift_and_neither_is_what_it_does_not_tell() => CfnWorld.Run(async w =>
    {
        await w.MadeAsync("Resources:\n  A: { Type: Test::Cloud::Thing, Properties: { Value: { a: 1 }, List: [{ k: x }, { k: y }], Secret: once } }\n");
        var thing = w.PropertiesOf("A");
        (thing["Value"], thing["List"]) = (new JsonObject { ["a"] = "1", ["b"] = 2 }, new JsonArray(new JsonObject { ["k"] = "y", ["more"] = true }, new JsonObject { ["k"] = "x" }));
        thing.Remove("Secret");
        var drift = (await w.Cfn.DetectStackResourceDriftAsync(new() { StackName = "demo", LogicalResourceId = "A" }, w.Caller, default)).StackResourceDrift;
        drift?.StackResourceDriftStatus.ShouldBe(StackResourceDriftStatus.InSync);
        (thing["List"] as JsonArray)?.Add("third");
        drift = (await w.Cfn.DetectStackResourceDriftAsync(new() { StackName = "demo", LogicalResourceId = "A" }, w.Caller, default)).StackResourceDrift;
        drift?.PropertyDifferences.ShouldNotBeNull().ShouldHaveSingleItem().PropertyPath.ShouldBe("/List");
    });

    private static async Task AnswerAsync(CfnWorld w, JsonObject asked, string answer)
    {
        var url = new Uri(asked["ResponseURL"]?.ToString() ?? "");
        (await w.World.Services.GetRequiredService<CloudFormationEndpoint>().PutAsync(url.AbsolutePath, Encoding.UTF8.GetBytes(answer), default)).ShouldBe(200);
    }
}
