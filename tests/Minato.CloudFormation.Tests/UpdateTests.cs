using Minato.Contracts.CloudFormation;

namespace Minato.CloudFormation.Tests;

public sealed class UpdateTests
{
    private const string Base = """
        Parameters:
          Size: { Type: Number, Default: 1 }
          Secret: { Type: String, Default: none, NoEcho: true }
        Resources:
          A: { Type: Test::Cloud::Thing, Properties: { Name: a, Value: !Ref Size, Secret: !Ref Secret } }
          B: { Type: Test::Cloud::Thing, Properties: { Name: b, Value: !Ref A } }
        """;

    [Fact]
    public void Nothing_changed_is_refused() => CfnWorld.Run(async w =>
    {
        await w.MadeAsync(Base);
        (await w.RefusedAsync(() => w.UpdateAsync(Base))).ShouldBe("No updates are to be performed.");
        (await w.RefusedAsync(() => w.UpdateAsync(Base.Replace("Default: 1", "Default: 01", StringComparison.Ordinal), with: r => r with { Parameters = [CfnWorld.P("Size", null, previous: true)] })))
            .ShouldBe("No updates are to be performed.");
        (await w.RefusedAsync(() => w.UpdateAsync(Base, "nobody"))).ShouldBe("Stack [nobody] does not exist");
        (await w.RefusedAsync(() => w.Cfn.UpdateStackAsync(new() { StackName = "demo" }, w.Caller, default))).ShouldBe("Either Template URL or Template Body must be specified.");
    });

    [Fact]
    public void Only_what_differs_is_touched() => CfnWorld.Run(async w =>
    {
        await w.MadeAsync(Base);
        w.Cloud.Calls.Clear();
        await w.Cfn.UpdateStackAsync(new() { StackName = "demo", UsePreviousTemplate = true, Parameters = [CfnWorld.P("Size", "2")] }, w.Caller, default);
        var stack = await w.ReachAsync(StackStatus.UpdateComplete);
        w.Cloud.Calls.Select(c => c.LogicalId).Distinct().ShouldBe(["A"]);
        w.PropertiesOf("A")["Value"]?.ToString().ShouldBe("2");
        stack.Parameters?.Select(p => p.ParameterValue).ShouldBe(["2", "****"]);
        (await w.TellAsync()).TakeLast(5).ShouldBe([
            "demo UPDATE_IN_PROGRESS User Initiated", "A UPDATE_IN_PROGRESS", "A UPDATE_COMPLETE",
            "demo UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "demo UPDATE_COMPLETE",
        ]);
    });

    [Fact]
    public void A_replacement_is_made_first_and_the_old_one_goes_in_the_cleanup() => CfnWorld.Run(async w =>
    {
        await w.MadeAsync(Base);
        await w.UpdateAsync(Base.Replace("Name: a", "Name: z", StringComparison.Ordinal));
        await w.ReachAsync(StackStatus.UpdateComplete);
        (await w.TellAsync()).SkipWhile(t => !t.StartsWith("demo UPDATE_IN_PROGRESS", StringComparison.Ordinal)).ShouldBe([
            "demo UPDATE_IN_PROGRESS User Initiated",
            "A UPDATE_IN_PROGRESS Requested update requires the creation of a new physical resource; hence creating one.",
            "A UPDATE_IN_PROGRESS Resource creation Initiated", "A UPDATE_COMPLETE",
            "B UPDATE_IN_PROGRESS", "B UPDATE_COMPLETE",
            "demo UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "A DELETE_IN_PROGRESS", "A DELETE_COMPLETE", "demo UPDATE_COMPLETE",
        ]);
        w.Cloud.Things.Keys.Order().ShouldBe(["demo-A-3", "demo-B-2"]);
        w.PropertiesOf("B")["Value"]?.ToString().ShouldBe("demo-A-3");
    });

    [Fact]
    public void What_a_template_no_longer_has_goes_unless_it_is_retained() => CfnWorld.Run(async w =>
    {
        await w.MadeAsync(Base + "\n  C: { Type: Test::Cloud::Thing, DeletionPolicy: Retain }\n  D: { Type: Test::Cloud::Thing, DependsOn: C }\n");
        await w.UpdateAsync(Base);
        await w.ReachAsync(StackStatus.UpdateComplete);
        w.Cloud.Things.Values.Select(t => t.LogicalId).Order().ShouldBe(["A", "B", "C"]);
        (await w.TellAsync()).ShouldContain("C DELETE_SKIPPED");
        (await w.Cfn.ListStackResourcesAsync(new() { StackName = "demo" }, w.Caller, default)).StackResourceSummaries?.Select(r => r.LogicalResourceId).ShouldBe(["A", "B"]);
    });

    [Fact]
    public void With_the_language_extensions_a_deletion_policy_is_a_function() => CfnWorld.Run(async w =>
    {
        const string text = """
            Parameters: { Policy: { Type: String, Default: Retain } }
            Conditions: { Keeps: !Equals [!Ref Policy, Retain] }
            Resources:
              A: { Type: Test::Cloud::Thing, DeletionPolicy: !Ref Policy, UpdateReplacePolicy: !If [Keeps, Retain, Delete] }
              B: { Type: Test::Cloud::Thing }
            """;
        (await w.RefusedAsync(() => w.CreateAsync(text))).ShouldBe("Template format error: Every DeletionPolicy member must be a string.");
        const string extended = "Transform: AWS::LanguageExtensions\n" + text;
        CreateStackRequest Given(CreateStackRequest request, string policy) => request with { Capabilities = [Capability.CapabilityAutoExpand], Parameters = [CfnWorld.P("Policy", policy)] };
        (await w.RefusedAsync(() => w.CreateAsync(extended, with: r => Given(r, "Never")))).ShouldBe("Template error: Unrecognized DeletionPolicy Never for resource A");
        var id = (await w.MadeAsync(extended, with: r => Given(r, "Retain"))).StackId ?? "";
        await w.DeleteAsync();
        await w.ReachAsync(StackStatus.DeleteComplete, id);
        w.Cloud.Things.Values.ShouldHaveSingleItem().LogicalId.ShouldBe("A");
    });

    [Fact]
    public void A_cleanup_that_fails_does_not_fail_the_update() => CfnWorld.Run(async w =>
    {
        await w.MadeAsync(Base + "\n  C: { Type: Test::Cloud::Thing }\n");
        w.Cloud.Failing["delete C"] = 5;
        await w.UpdateAsync(Base);
        var stack = await w.ReachAsync(StackStatus.UpdateComplete);
        stack.StackStatusReason.ShouldBe("Update successful. One or more resources could not be deleted.");
        (await w.TellAsync()).Count(t => t.StartsWith("C DELETE_FAILED", StringComparison.Ordinal)).ShouldBe(3);
    });

    [Fact]
    public void A_secret_is_in_no_event_and_no_answer_but_reaches_the_resource() => CfnWorld.Run(async w =>
    {
        await w.MadeAsync(Base, with: r => r with { Parameters = [CfnWorld.P("Secret", "hidden-word")] });
        w.PropertiesOf("A")["Secret"]?.ToString().ShouldBe("hidden-word");
        (await w.EventsAsync()).ShouldAllBe(e => e.ResourceProperties == null || !e.ResourceProperties.Contains("hidden-word", StringComparison.Ordinal));
        (await w.StackAsync()).Parameters?.Single(p => p.ParameterKey == "Secret").ParameterValue.ShouldBe("****");
        foreach (var record in w.World.Store.Current.All(State.CloudFormationTables.Stacks))
            System.Text.Json.JsonSerializer.Serialize(record, State.CloudFormationJson.Default.StackState).ShouldNotContain("hidden-word");
        foreach (var record in w.World.Store.Current.All(State.CloudFormationTables.Resources))
            System.Text.Json.JsonSerializer.Serialize(record, State.CloudFormationJson.Default.ResourceState).ShouldNotContain("hidden-word");
    });

    [Fact]
    public void A_stack_policy_stops_what_it_forbids() => CfnWorld.Run(async w =>
    {
        await w.MadeAsync(Base, with: r => r with
        {
            StackPolicyBody = """{"Statement":[{"Effect":"Allow","Principal":"*","Action":"Update:*","Resource":"*"},{"Effect":"Deny","Principal":"*","Action":"Update:Replace","Resource":"LogicalResourceId/A"}]}""",
        });
        await w.UpdateAsync(Base.Replace("Default: 1", "Default: 2", StringComparison.Ordinal));
        await w.ReachAsync(StackStatus.UpdateComplete);
        await w.UpdateAsync(Base.Replace("Name: a", "Name: z", StringComparison.Ordinal));
        await w.ReachAsync(StackStatus.UpdateRollbackComplete);
        (await w.TellAsync()).ShouldContain("A UPDATE_FAILED Action denied by stack policy: Statement [#2] denies [Update:Replace] for resource [LogicalResourceId/A]");
        (await w.RefusedAsync(() => w.Cfn.SetStackPolicyAsync(new() { StackName = "demo", StackPolicyBody = "{}" }, w.Caller, default))).ShouldStartWith("Error validating stack policy");
    });

    [Fact]
    public void Exports_are_imported_and_held() => CfnWorld.Run(async w =>
    {
        const string producer = "Resources:\n  A: { Type: Test::Cloud::Thing, Properties: { Name: a } }\nOutputs:\n  O: { Value: !Ref A, Export: { Name: shared } }\n";
        await w.MadeAsync(producer, "producer");
        await w.MadeAsync("Resources:\n  B: { Type: Test::Cloud::Thing, Properties: { Value: !ImportValue shared } }\n", "consumer");
        w.PropertiesOf("B")["Value"]?.ToString().ShouldBe("producer-A-1");
        (await w.Cfn.ListExportsAsync(new(), w.Caller, default)).Exports?.Single().Name.ShouldBe("shared");
        (await w.Cfn.ListImportsAsync(new() { ExportName = "shared" }, w.Caller, default)).Imports?.ShouldBe(["consumer"]);
        await w.DeleteAsync("producer");
        (await w.ReachAsync(StackStatus.DeleteFailed, "producer")).StackStatusReason.ShouldBe("Export shared cannot be deleted as it is in use by consumer");
        var id = (await w.StackAsync("consumer")).StackId ?? "";
        await w.DeleteAsync("consumer");
        await w.ReachAsync(StackStatus.DeleteComplete, id);
        (await w.RefusedAsync(() => w.Cfn.ListImportsAsync(new() { ExportName = "shared" }, w.Caller, default))).ShouldBe("Export 'shared' is not imported by any stack.");
        var other = (await w.StackAsync("producer")).StackId ?? "";
        await w.DeleteAsync("producer");
        await w.ReachAsync(StackStatus.DeleteComplete, other);
    });

    [Fact]
    public void An_export_belongs_to_one_stack_and_does_not_change_under_its_users() => CfnWorld.Run(async w =>
    {
        const string producer = "Resources:\n  A: { Type: Test::Cloud::Thing, Properties: { Name: a } }\nOutputs:\n  O: { Value: !Ref A, Export: { Name: shared } }\n";
        await w.MadeAsync(producer, "producer");
        await w.CreateAsync(producer, "second");
        await w.ReachAsync(StackStatus.RollbackComplete, "second");
        (await w.TellAsync("second")).ShouldContain("second ROLLBACK_IN_PROGRESS Export with name shared is already exported by stack producer Rollback requested by user.");
        await w.MadeAsync("Resources:\n  B: { Type: Test::Cloud::Thing, Properties: { Value: !ImportValue shared } }\n", "consumer");
        await w.UpdateAsync(producer.Replace("Name: a }", "Name: z }", StringComparison.Ordinal), "producer");
        await w.ReachAsync(StackStatus.UpdateRollbackComplete, "producer");
        (await w.TellAsync("producer")).ShouldContain("producer UPDATE_ROLLBACK_IN_PROGRESS Export shared cannot be updated as it is in use by consumer");
    });

    [Fact]
    public void Capabilities_are_demanded() => CfnWorld.Run(async w =>
    {
        const string unnamed = "Resources: { R: { Type: AWS::IAM::Role } }";
        (await w.RefusedAsync(() => w.CreateAsync(unnamed), "InsufficientCapabilitiesException")).ShouldBe("Requires capabilities : [CAPABILITY_IAM]");
        (await w.RefusedAsync(() => w.CreateAsync("Transform: AWS::LanguageExtensions\n" + unnamed), "InsufficientCapabilitiesException")).ShouldBe("Requires capabilities : [CAPABILITY_AUTO_EXPAND]");
        await w.MadeAsync(unnamed, with: r => r with { Capabilities = [Capability.CapabilityIam] });
        var summary = await w.Cfn.GetTemplateSummaryAsync(new() { TemplateBody = unnamed }, w.Caller, default);
        (summary.Capabilities?[0], summary.CapabilitiesReason).ShouldBe((Capability.CapabilityIam, "The following resource(s) require capabilities: [AWS::IAM::Role]"));
    });

    [Fact]
    public void A_body_beyond_its_bound_is_refused() => CfnWorld.Run(async w =>
        (await w.RefusedAsync(() => w.CreateAsync("Description: " + new string('x', 51_200)))).ShouldEndWith("at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to 51200"));
}
