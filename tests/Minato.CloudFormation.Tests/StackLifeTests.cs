using Minato.Contracts.CloudFormation;

namespace Minato.CloudFormation.Tests;

public sealed class StackLifeTests
{
    private const string Two = """
        AWSTemplateFormatVersion: 2010-09-09
        Description: two things
        Resources:
          B:
            Type: Test::Cloud::Thing
            Properties: { Name: b, Other: !GetAtt A.Arn, Value: !Ref A }
          A:
            Type: Test::Cloud::Thing
            Properties: { Name: a, Value: 5 }
        Outputs:
          Arn: { Value: !GetAtt B.Arn, Description: of b }
        """;

    [Fact]
    public void A_stack_is_made_in_the_order_of_its_references_and_goes_in_reverse() => CfnWorld.Run(async w =>
    {
        var id = await w.CreateAsync(Two);
        id.ShouldMatch("^arn:aws:cloudformation:us-east-1:[0-9]{12}:stack/demo/[0-9a-f-]{36}$");
        (await w.StackAsync()).StackStatus.ShouldBe(StackStatus.CreateInProgress);
        var stack = await w.ReachAsync(StackStatus.CreateComplete);
        stack.Outputs?[0].ShouldBe(new() { OutputKey = "Arn", OutputValue = "arn:test:demo-B-2", Description = "of b" });
        w.PropertiesOf("B")["Value"]?.GetValue<string>().ShouldBe("demo-A-1");
        (await w.TellAsync()).ShouldBe([
            "demo CREATE_IN_PROGRESS User Initiated",
            "A CREATE_IN_PROGRESS", "A CREATE_IN_PROGRESS Resource creation Initiated", "A CREATE_COMPLETE",
            "B CREATE_IN_PROGRESS", "B CREATE_IN_PROGRESS Resource creation Initiated", "B CREATE_COMPLETE",
            "demo CREATE_COMPLETE",
        ]);
        await w.DeleteAsync();
        await w.ReachAsync(StackStatus.DeleteComplete, id);
        w.Cloud.Things.ShouldBeEmpty();
        w.Cloud.Calls.Where(c => c.Operation == "delete").Select(c => c.LogicalId).ShouldBe(["B", "A"]);
        (await w.RefusedAsync(() => w.StackAsync())).ShouldBe("Stack with id demo does not exist");
        (await w.StackAsync(id)).DeletionTime.ShouldNotBeNull();
    });

    [Fact]
    public void Events_carry_properties_and_the_physical_id_from_when_it_is_known() => CfnWorld.Run(async w =>
    {
        await w.MadeAsync(Two);
        var events = (await w.EventsAsync()).Where(e => e.LogicalResourceId == "A").ToList();
        events.Select(e => e.PhysicalResourceId).ShouldBe(["", "demo-A-1", "demo-A-1"]);
        events[0].ResourceProperties.ShouldBe("""{"Name":"a","Value":5}""");
        events.Select(e => e.EventId).Distinct().Count().ShouldBe(3);
    });

    [Fact]
    public void A_deleted_stack_is_kept_for_ninety_days() => CfnWorld.Run(async w =>
    {
        var id = (await w.MadeAsync(Two)).StackId ?? "";
        await w.DeleteAsync();
        await w.ReachAsync(StackStatus.DeleteComplete, id);
        await w.DeleteAsync(id); // Once more is fine.
        (await w.Cfn.ListStacksAsync(new(), w.Caller, default)).StackSummaries?.Length.ShouldBe(1);
        (await w.Cfn.DescribeStacksAsync(new(), w.Caller, default)).Stacks?.Length.ShouldBe(0);
    });

    [Fact]
    public void A_name_is_taken_while_its_stack_lives() => CfnWorld.Run(async w =>
    {
        await w.MadeAsync(Two, with: r => r with { ClientRequestToken = "t1" });
        (await w.RefusedAsync(() => w.CreateAsync(Two), "AlreadyExistsException")).ShouldBe("Stack [demo] already exists");
        var again = await w.CreateAsync(Two, with: r => r with { ClientRequestToken = "t1" });
        again.ShouldBe((await w.StackAsync()).StackId);
    });

    [Fact]
    public void A_protected_stack_is_not_deleted() => CfnWorld.Run(async w =>
    {
        await w.MadeAsync(Two, with: r => r with { EnableTerminationProtection = true });
        (await w.RefusedAsync(() => w.DeleteAsync())).ShouldBe("Stack [demo] cannot be deleted while TerminationProtection is enabled");
        await w.Cfn.UpdateTerminationProtectionAsync(new() { StackName = "demo", EnableTerminationProtection = false }, w.Caller, default);
        await w.DeleteAsync();
    });

    [Fact]
    public void What_does_not_depend_on_each_other_is_made_at_once() => CfnWorld.Run(async w =>
    {
        var resources = string.Concat(Enumerable.Range(0, 50).Select(i => $"  R{i}: {{ Type: Test::Cloud::Thing, Properties: {{ Name: n{i} }} }}\n"));
        var start = w.World.Time.Elapsed;
        await w.MadeAsync("Resources:\n" + resources);
        (w.World.Time.Elapsed - start).ShouldBeLessThan(TimeSpan.FromSeconds(3));
        w.Cloud.Things.Count.ShouldBe(50);
    });

    [Fact]
    public void Deletion_may_come_into_the_middle_of_a_creation() => CfnWorld.Run(async w =>
    {
        w.Cloud.Takes = _ => TimeSpan.FromMinutes(1);
        var id = await w.CreateAsync(Two);
        await w.World.RunFor(TimeSpan.FromSeconds(2));
        await w.DeleteAsync();
        await w.ReachAsync(StackStatus.DeleteComplete, id);
        w.Cloud.Things.ShouldBeEmpty();
    });

    [Fact]
    public void Tags_of_a_stack_reach_its_resources() => CfnWorld.Run(async w =>
    {
        var stack = await w.MadeAsync(Two, with: r => r with { Tags = [new() { Key = "team", Value = "a" }] });
        var tags = w.Cloud.Things.Values.First().Tags;
        tags["team"].ShouldBe("a");
        tags["aws:cloudformation:stack-name"].ShouldBe("demo");
        tags["aws:cloudformation:stack-id"].ShouldBe(stack.StackId);
        tags["aws:cloudformation:logical-id"].ShouldBe("A");
        await w.UpdateAsync(Two, with: r => r with { Tags = [new() { Key = "team", Value = "b" }] });
        await w.ReachAsync(StackStatus.UpdateComplete);
        w.Cloud.Calls.Count(c => c.Operation == "update").ShouldBe(4); // Twice each: begun and done.
    });
}
