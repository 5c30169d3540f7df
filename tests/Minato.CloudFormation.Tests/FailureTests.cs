using Minato.CloudFormation.Planning;
using Minato.CloudFormation.Templates;
using Minato.Contracts.CloudFormation;

namespace Minato.CloudFormation.Tests;

public sealed class FailureTests
{
    private const string Three = """
        Resources:
          A: { Type: Test::Cloud::Thing, Properties: { Name: a } }
          B: { Type: Test::Cloud::Thing, Properties: { Name: b, Other: !Ref A } }
          C: { Type: Test::Cloud::Thing, Properties: { Name: c, Other: !Ref A } }
        """;

    private static string Thing(string value, string name = "a") => $$"""
        Resources:
          A: { Type: Test::Cloud::Thing, Properties: { Name: {{name}}, Value: {{value}} } }
        """;

    [Fact]
    public void A_failed_creation_rolls_back_and_says_what_failed() => CfnWorld.Run(async w =>
    {
        w.Cloud.Failing["create B"] = 1;
        await w.CreateAsync(Three);
        await w.ReachAsync(StackStatus.RollbackComplete);
        w.Cloud.Things.ShouldBeEmpty();
        var told = await w.TellAsync();
        told.ShouldContain(t => t.StartsWith("B CREATE_FAILED Resource handler returned message: \"no\" (RequestToken:", StringComparison.Ordinal));
        told.ShouldContain("C CREATE_FAILED Resource creation cancelled");
        told.ShouldContain("demo ROLLBACK_IN_PROGRESS The following resource(s) failed to create: [B, C]. Rollback requested by user.");
        told[^1].ShouldBe("demo ROLLBACK_COMPLETE");
        (await w.RefusedAsync(() => w.UpdateAsync(Three))).ShouldBe($"Stack:{(await w.StackAsync()).StackId} is in ROLLBACK_COMPLETE state and can not be updated.");
        await w.DeleteAsync();
    });

    [Fact]
    public void What_did_not_stabilize_is_deleted_too() => CfnWorld.Run(async w =>
    {
        w.Cloud.Failing["stabilize B"] = 1;
        await w.CreateAsync(Three);
        await w.ReachAsync(StackStatus.RollbackComplete);
        w.Cloud.Things.ShouldBeEmpty();
    });

    [Fact]
    public void OnFailure_DELETE_leaves_no_stack() => CfnWorld.Run(async w =>
    {
        w.Cloud.Failing["create B"] = 1;
        var id = await w.CreateAsync(Three, with: r => r with { OnFailure = OnFailure.Delete });
        await w.ReachAsync(StackStatus.DeleteComplete, id);
        (await w.TellAsync(id)).ShouldContain("demo DELETE_IN_PROGRESS The following resource(s) failed to create: [B, C]. Delete requested by user.");
    });

    [Fact]
    public void OnFailure_DO_NOTHING_keeps_what_was_made_and_an_update_goes_on() => CfnWorld.Run(async w =>
    {
        w.Cloud.Failing["create B"] = 1;
        await w.CreateAsync(Three, with: r => r with { DisableRollback = true });
        var stack = await w.ReachAsync(StackStatus.CreateFailed);
        stack.StackStatusReason.ShouldBe("The following resource(s) failed to create: [B]. ");
        w.Cloud.Things.Count.ShouldBe(2);
        await w.UpdateAsync(Three);
        await w.ReachAsync(StackStatus.UpdateComplete);
        w.Cloud.Things.Count.ShouldBe(3);
    });

    [Fact]
    public void RollbackStack_undoes_what_a_failed_creation_left() => CfnWorld.Run(async w =>
    {
        w.Cloud.Failing["stabilize B"] = 1;
        await w.CreateAsync(Three, with: r => r with { DisableRollback = true });
        await w.ReachAsync(StackStatus.CreateFailed);
        await w.Cfn.RollbackStackAsync(new() { StackName = "demo" }, w.Caller, default);
        await w.ReachAsync(StackStatus.RollbackComplete);
        w.Cloud.Things.ShouldBeEmpty();
    });

    [Fact]
    public void A_failed_deletion_may_retain_what_it_cannot_delete() => CfnWorld.Run(async w =>
    {
        var id = (await w.MadeAsync(Three)).StackId ?? "";
        w.Cloud.Failing["delete B"] = 1;
        await w.DeleteAsync();
        var failed = await w.ReachAsync(StackStatus.DeleteFailed);
        failed.StackStatusReason.ShouldBe("The following resource(s) failed to delete: [B]. ");
        w.Cloud.Things.Count.ShouldBe(2); // C is gone, A is needed by B.
        w.Cloud.Failing["delete B"] = 1;
        await w.Cfn.DeleteStackAsync(new() { StackName = "demo", RetainResources = ["B", "A"] }, w.Caller, default);
        await w.ReachAsync(StackStatus.DeleteComplete, id);
        (await w.TellAsync(id)).ShouldContain("B DELETE_SKIPPED");
    });

    [Fact]
    public void A_failed_update_goes_back_to_what_was() => CfnWorld.Run(async w =>
    {
        const string two = """
            Resources:
              A: { Type: Test::Cloud::Thing, Properties: { Name: a, Value: VALUE } }
              B: { Type: Test::Cloud::Thing, DependsOn: A, Properties: { Name: b, Value: VALUE } }
            """;
        await w.MadeAsync(two.Replace("VALUE", "1", StringComparison.Ordinal));
        w.Cloud.Failing["update B"] = 1;
        await w.UpdateAsync(two.Replace("VALUE", "2", StringComparison.Ordinal) + "\n  C: { Type: Test::Cloud::Thing, Properties: { Name: c } }\n");
        await w.ReachAsync(StackStatus.UpdateRollbackComplete);
        w.PropertiesOf("A")["Value"]?.ToString().ShouldBe("1");
        w.PropertiesOf("B")["Value"]?.ToString().ShouldBe("1");
        w.Cloud.Things.Count.ShouldBe(2);
        var told = await w.TellAsync();
        told.ShouldContain("demo UPDATE_ROLLBACK_IN_PROGRESS The following resource(s) failed to update: [B]. ".TrimEnd());
        told[^1].ShouldBe("demo UPDATE_ROLLBACK_COMPLETE");
        told.ShouldContain("demo UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS");
        (await w.Cfn.GetTemplateAsync(new() { StackName = "demo" }, w.Caller, default)).TemplateBody.ShouldBe(two.Replace("VALUE", "1", StringComparison.Ordinal));
        (await w.RefusedAsync(() => w.UpdateAsync(two.Replace("VALUE", "1", StringComparison.Ordinal)))).ShouldBe("No updates are to be performed.");
    });

    [Theory]
    [InlineData("""{"a":1,"b":1,"c":1}""", """{"a":2,"b":1,"d":2}""", """{"a":1,"b":1,"c":1}""", """{"a":2,"b":1,"d":2}""")] // Back to what it was: everything that was tried is to be undone.
    [InlineData("""{"a":1,"b":1}""", """{"a":2,"b":2}""", """{"a":2,"b":3}""", """{"a":1,"b":2}""")] // Forward: what is wanted again may not have come true.
    public void What_an_update_failed_to_change_may_be_either(string had, string tried, string wanted, string previous) =>
        Differences.Doubtful(Values.Object(had), Values.Object(tried), Values.Object(wanted)).ToJsonString().ShouldBe(previous);

    [Fact]
    public void Who_takes_an_update_back_is_told_what_was_tried() => CfnWorld.Run(async w =>
    {
        await w.MadeAsync(Thing("1"));
        w.Cloud.Failing["update A"] = 1;
        await w.UpdateAsync(Thing("2"));
        await w.ReachAsync(StackStatus.UpdateRollbackComplete);
        w.Cloud.Updates.Select(u => (u.Before["Value"]?.ToString(), u.After["Value"]?.ToString())).ShouldBe([("1", "2"), ("2", "1"), ("2", "1")]);
    });

    [Fact]
    public void A_replacement_that_fails_leaves_the_old_one() => CfnWorld.Run(async w =>
    {
        await w.MadeAsync(Thing("1"));
        w.Cloud.Failing["stabilize A"] = 1;
        await w.UpdateAsync(Thing("1", "other"));
        await w.ReachAsync(StackStatus.UpdateRollbackComplete);
        w.Cloud.Things.Keys.ShouldBe(["demo-A-1"]);
        var resource = (await w.Cfn.DescribeStackResourceAsync(new() { StackName = "demo", LogicalResourceId = "A" }, w.Caller, default)).StackResourceDetail;
        (resource?.PhysicalResourceId, resource?.ResourceStatus).ShouldBe(("demo-A-1", ResourceStatus.UpdateComplete));
    });

    [Fact]
    public void A_replaced_resource_comes_back_when_something_else_fails() => CfnWorld.Run(async w =>
    {
        const string two = """
            Resources:
              A: { Type: Test::Cloud::Thing, Properties: { Name: VALUE } }
              B: { Type: Test::Cloud::Thing, Properties: { Name: b, Value: !Ref A } }
            """;
        await w.MadeAsync(two.Replace("VALUE", "a", StringComparison.Ordinal));
        w.Cloud.Failing["update B"] = 1;
        await w.UpdateAsync(two.Replace("VALUE", "z", StringComparison.Ordinal));
        await w.ReachAsync(StackStatus.UpdateRollbackComplete);
        w.Cloud.Things.Keys.Order().ShouldBe(["demo-A-1", "demo-B-2"]);
        w.PropertiesOf("B")["Value"]?.ToString().ShouldBe("demo-A-1");
    });

    [Fact]
    public void A_rollback_that_fails_is_continued_with_or_without_the_resource() => CfnWorld.Run(async w =>
    {
        await w.MadeAsync(Thing("1"));
        w.Cloud.Failing["update A"] = 3;
        await w.UpdateAsync(Thing("2"));
        var failed = await w.ReachAsync(StackStatus.UpdateRollbackFailed);
        failed.StackStatusReason.ShouldBe("The following resource(s) failed to update: [A]. ");
        (await w.RefusedAsync(() => w.UpdateAsync(Thing("3")))).ShouldEndWith("is in UPDATE_ROLLBACK_FAILED state and can not be updated.");
        await w.Cfn.ContinueUpdateRollbackAsync(new() { StackName = "demo" }, w.Caller, default);
        await w.ReachAsync(StackStatus.UpdateRollbackFailed);
        await w.Cfn.ContinueUpdateRollbackAsync(new() { StackName = "demo", ResourcesToSkip = ["A"] }, w.Caller, default);
        await w.ReachAsync(StackStatus.UpdateRollbackComplete);
    });

    [Fact]
    public void An_update_is_cancelled() => CfnWorld.Run(async w =>
    {
        await w.MadeAsync(Thing("1"));
        w.Cloud.Takes = _ => TimeSpan.FromMinutes(5);
        await w.UpdateAsync(Thing("2"));
        await w.World.RunFor(TimeSpan.FromSeconds(5));
        await w.Cfn.CancelUpdateStackAsync(new() { StackName = "demo" }, w.Caller, default);
        await w.ReachAsync(StackStatus.UpdateRollbackComplete);
        w.PropertiesOf("A")["Value"]?.ToString().ShouldBe("1");
        (await w.TellAsync()).ShouldContain("A UPDATE_FAILED Resource update cancelled");
        (await w.RefusedAsync(() => w.Cfn.CancelUpdateStackAsync(new() { StackName = "demo" }, w.Caller, default))).ShouldBe("CancelUpdateStack cannot be called from current stack status");
    });

    [Fact]
    public void A_creation_that_takes_too_long_rolls_back() => CfnWorld.Run(async w =>
    {
        w.Cloud.Takes = _ => TimeSpan.FromMinutes(30);
        await w.CreateAsync(Three, with: r => r with { TimeoutInMinutes = 10 });
        await w.ReachAsync(StackStatus.RollbackComplete);
        w.Cloud.Things.ShouldBeEmpty();
    });

    [Fact]
    public void Retained_resources_stay() => CfnWorld.Run(async w =>
    {
        const string kept = """
            Resources:
              A: { Type: Test::Cloud::Thing, DeletionPolicy: Retain, Properties: { Name: a } }
              B: { Type: Test::Cloud::Thing, DeletionPolicy: RetainExceptOnCreate, Properties: { Name: b } }
            """;
        w.Cloud.Failing["stabilize B"] = 1;
        await w.CreateAsync(kept);
        await w.ReachAsync(StackStatus.RollbackComplete);
        w.Cloud.Things.Values.Select(t => t.LogicalId).ShouldBe(["A"]);
        await w.DeleteAsync();
        var id = (await w.MadeAsync(kept, "other")).StackId ?? "";
        await w.DeleteAsync("other");
        await w.ReachAsync(StackStatus.DeleteComplete, id);
        w.Cloud.Things.Count.ShouldBe(3);
        (await w.TellAsync(id)).ShouldContain("B DELETE_SKIPPED");
    });
}
