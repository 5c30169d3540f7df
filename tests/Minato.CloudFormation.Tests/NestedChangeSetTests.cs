using System.Text;
using Minato.Contracts.CloudFormation;
using Minato.Contracts.S3;

namespace Minato.CloudFormation.Tests;

public sealed class NestedChangeSetTests
{
    private const string Child = """
        Parameters: { Value: { Type: String } }
        Resources:
          C: { Type: Test::Cloud::Thing, Properties: { Name: c, Value: !Ref Value } }
        """;

    private static string Parent(string value, string name = "before") => $$"""
        Resources:
          Before: { Type: Test::Cloud::Thing, Properties: { Name: {{name}} } }
          Nested: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: 'https://s3.us-east-1.amazonaws.com/templates/child.yaml', Parameters: { Value: {{value}} } } }
        """;

    private static async Task PutAsync(CfnWorld w)
    {
        await w.World.Client<IS3>().CreateBucketAsync(new() { Bucket = "templates" }, w.Caller, default);
        await w.World.Client<IS3>().PutObjectAsync(new() { Bucket = "templates", Key = "child.yaml", Body = new MemoryStream(Encoding.UTF8.GetBytes(Child)) }, w.Caller, default);
    }

    private static async Task<DescribeChangeSetResponse> SetAsync(CfnWorld w, string template, ChangeSetType type = ChangeSetType.Update)
    {
        var made = await w.Cfn.CreateChangeSetAsync(
            new() { StackName = "demo", ChangeSetName = "next", TemplateBody = template, ChangeSetType = type, IncludeNestedStacks = true, Capabilities = [Capability.CapabilityAutoExpand] }, w.Caller, default);
        return await w.Cfn.DescribeChangeSetAsync(new() { ChangeSetName = made.Id ?? "" }, w.Caller, default);
    }

    [Fact]
    public void What_a_nested_stack_would_change_is_in_a_set_of_its_own() => CfnWorld.Run(async w =>
    {
        await PutAsync(w);
        await w.MadeAsync(Parent("one"));
        var root = await SetAsync(w, Parent("two"));
        var change = root.Changes.ShouldNotBeNull().ShouldHaveSingleItem().ResourceChange.ShouldNotBeNull();
        var child = await w.Cfn.DescribeChangeSetAsync(new() { ChangeSetName = change.ChangeSetId.ShouldNotBeNull() }, w.Caller, default);
        (child.StackId, child.ParentChangeSetId, child.RootChangeSetId).ShouldBe((change.PhysicalResourceId, root.ChangeSetId, root.ChangeSetId));
        child.ChangeSetName.ShouldNotBeNull().ShouldMatch("^next-Nested-[A-Z0-9]{12}$");
        child.Changes.ShouldNotBeNull().ShouldHaveSingleItem().ResourceChange?.LogicalResourceId.ShouldBe("C");
        await w.RefusedAsync(() => w.Cfn.ExecuteChangeSetAsync(new() { ChangeSetName = child.ChangeSetId ?? "" }, w.Caller, default));
        await w.Cfn.ExecuteChangeSetAsync(new() { ChangeSetName = root.ChangeSetId ?? "" }, w.Caller, default);
        await w.ReachAsync(StackStatus.UpdateComplete);
        w.PropertiesOf("C")["Value"]?.ToString().ShouldBe("two");
        await w.RefusedAsync(() => w.Cfn.DescribeChangeSetAsync(new() { ChangeSetName = child.ChangeSetId ?? "" }, w.Caller, default), "ChangeSetNotFound");
    });

    [Fact]
    public void A_nested_stack_that_stays_as_it_is_is_no_change() => CfnWorld.Run(async w =>
    {
        await PutAsync(w);
        await w.MadeAsync(Parent("one"));
        var none = await SetAsync(w, Parent("one"));
        (none.Status, none.ExecutionStatus).ShouldBe((ChangeSetStatus.Failed, ExecutionStatus.Unavailable));
        none.StatusReason.ShouldNotBeNull().ShouldStartWith("The submitted information didn't contain changes.");
        await w.Cfn.DeleteChangeSetAsync(new() { ChangeSetName = none.ChangeSetId ?? "" }, w.Caller, default);
        var other = await SetAsync(w, Parent("one", "other"));
        other.Changes.ShouldNotBeNull().ShouldHaveSingleItem().ResourceChange?.LogicalResourceId.ShouldBe("Before");
    });

    [Fact]
    public void A_new_stack_shows_what_the_stacks_inside_of_it_would_be() => CfnWorld.Run(async w =>
    {
        await PutAsync(w);
        var root = await SetAsync(w, Parent("one"), ChangeSetType.Create);
        var change = root.Changes.ShouldNotBeNull().Single(c => c.ResourceChange?.LogicalResourceId == "Nested").ResourceChange.ShouldNotBeNull();
        var child = await w.Cfn.DescribeChangeSetAsync(new() { ChangeSetName = change.ChangeSetId.ShouldNotBeNull() }, w.Caller, default);
        child.Changes.ShouldNotBeNull().ShouldHaveSingleItem().ResourceChange?.Action.ShouldBe(ChangeAction.Add);
        var nested = await w.StackAsync(child.StackId ?? "");
        (nested.StackStatus, nested.ParentId, nested.RootId).ShouldBe((StackStatus.ReviewInProgress, root.StackId, root.StackId));
        nested.StackName.ShouldMatch("^demo-Nested-[A-Z0-9]{12}$");
        await w.Cfn.DeleteChangeSetAsync(new() { ChangeSetName = root.ChangeSetId ?? "" }, w.Caller, default);
        await w.RefusedAsync(() => w.Cfn.DescribeChangeSetAsync(new() { ChangeSetName = child.ChangeSetId ?? "" }, w.Caller, default), "ChangeSetNotFound");
        (await w.StackAsync(nested.StackId ?? "")).StackStatus.ShouldBe(StackStatus.DeleteComplete);
    });

    [Fact]
    public void A_nested_stack_under_review_becomes_the_stack_that_is_made() => CfnWorld.Run(async w =>
    {
        await PutAsync(w);
        var root = await SetAsync(w, Parent("one"), ChangeSetType.Create);
        var inside = (await w.Cfn.ListStacksAsync(new(), w.Caller, default)).StackSummaries.ShouldNotBeNull().Single(s => s.ParentId is not null);
        await w.Cfn.ExecuteChangeSetAsync(new() { ChangeSetName = root.ChangeSetId ?? "" }, w.Caller, default);
        await w.ReachAsync(StackStatus.CreateComplete);
        var nested = (await w.Cfn.DescribeStackResourceAsync(new() { StackName = "demo", LogicalResourceId = "Nested" }, w.Caller, default)).StackResourceDetail;
        nested?.PhysicalResourceId.ShouldBe(inside.StackId);
        (await w.TellAsync(inside.StackId ?? ""))[..2].ShouldBe([$"{inside.StackName} REVIEW_IN_PROGRESS User Initiated", $"{inside.StackName} CREATE_IN_PROGRESS User Initiated"]);
        (await w.StackAsync(inside.StackId ?? "")).StackStatus.ShouldBe(StackStatus.CreateComplete);
        w.PropertiesOf("C")["Value"]?.ToString().ShouldBe("one");
    });

    [Fact]
    public void Nested_stacks_under_review_go_with_their_parent_and_serve_the_next_change_set() => CfnWorld.Run(async w =>
    {
        await PutAsync(w);
        var parent = (await w.MadeAsync("Resources:\n  Before: { Type: Test::Cloud::Thing, Properties: { Name: before } }\n")).StackId ?? "";
        var first = await SetAsync(w, Parent("one"));
        var inside = (await w.Cfn.ListStacksAsync(new(), w.Caller, default)).StackSummaries.ShouldNotBeNull().Single(s => s.ParentId is not null);
        var other = await w.Cfn.CreateChangeSetAsync(
            new() { StackName = "demo", ChangeSetName = "other", TemplateBody = Parent("two"), IncludeNestedStacks = true, Capabilities = [Capability.CapabilityAutoExpand] }, w.Caller, default);
        await w.Cfn.DeleteChangeSetAsync(new() { ChangeSetName = first.ChangeSetId ?? "" }, w.Caller, default);
        (await w.StackAsync(inside.StackId ?? "")).StackStatus.ShouldBe(StackStatus.ReviewInProgress); // The other set shows it.
        await w.DeleteAsync();
        await w.ReachAsync(StackStatus.DeleteComplete, parent);
        (await w.StackAsync(inside.StackId ?? "")).StackStatus.ShouldBe(StackStatus.DeleteComplete);
        other.Id.ShouldNotBe(first.ChangeSetId);
    });
}
