using Minato.Contracts.CloudFormation;

namespace Minato.CloudFormation.Tests;

public sealed class ChangeSetTests
{
    private const string One = """
        Parameters: { Name: { Type: String, Default: a } }
        Resources:
          A: { Type: Test::Cloud::Thing, Properties: { Name: !Ref Name, Value: 1 } }
          B: { Type: Test::Cloud::Thing, Properties: { Name: !GetAtt A.Arn } }
        """;

    private static Task<CreateChangeSetResponse> MakeAsync(CfnWorld w, ChangeSetType type, string body = One, string name = "set", Func<CreateChangeSetRequest, CreateChangeSetRequest>? with = null)
    {
        var request = new CreateChangeSetRequest { StackName = "demo", ChangeSetName = name, TemplateBody = body, ChangeSetType = type };
        return w.Cfn.CreateChangeSetAsync(with?.Invoke(request) ?? request, w.Caller, default);
    }

    private static Task<DescribeChangeSetResponse> LookAsync(CfnWorld w, string name = "set", bool values = false) =>
        w.Cfn.DescribeChangeSetAsync(new() { StackName = "demo", ChangeSetName = name, IncludePropertyValues = values }, w.Caller, default);

    [Fact]
    public void A_new_stack_is_reviewed_and_then_made() => CfnWorld.Run(async w =>
    {
        var made = await MakeAsync(w, ChangeSetType.Create);
        (await w.StackAsync()).StackStatus.ShouldBe(StackStatus.ReviewInProgress);
        (await w.Cfn.GetTemplateAsync(new() { StackName = "demo" }, w.Caller, default)).TemplateBody.ShouldBe("");
        (await w.RefusedAsync(() => w.Cfn.GetTemplateSummaryAsync(new() { StackName = "demo" }, w.Caller, default))).ShouldBe("GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks.");
        var set = await LookAsync(w);
        (set.Status, set.ExecutionStatus, set.ChangeSetId).ShouldBe((ChangeSetStatus.CreateComplete, ExecutionStatus.Available, made.Id));
        set.Changes?.Select(c => (c.ResourceChange?.Action, c.ResourceChange?.LogicalResourceId)).ShouldBe([(ChangeAction.Add, "A"), (ChangeAction.Add, "B")]);
        await w.Cfn.ExecuteChangeSetAsync(new() { StackName = "demo", ChangeSetName = "set", ClientRequestToken = "exec1" }, w.Caller, default);
        var stack = await w.ReachAsync(StackStatus.CreateComplete);
        (stack.StackId, stack.ChangeSetId).ShouldBe((made.StackId, made.Id));
        (await w.TellAsync())[..2].ShouldBe(["demo REVIEW_IN_PROGRESS User Initiated", "demo CREATE_IN_PROGRESS User Initiated"]);
        (await w.RefusedAsync(() => LookAsync(w), "ChangeSetNotFound")).ShouldBe("ChangeSet [set] does not exist");
        (await w.RefusedAsync(() => MakeAsync(w, ChangeSetType.Create))).ShouldBe("Stack [demo] already exists and cannot be created again with the changeSet [set].");
    });

    [Fact]
    public void What_is_replaced_and_why_is_told() => CfnWorld.Run(async w =>
    {
        await w.MadeAsync(One);
        await MakeAsync(w, ChangeSetType.Update, with: r => r with { Parameters = [CfnWorld.P("Name", "z")] });
        var changes = (await LookAsync(w, values: true)).Changes ?? [];
        var a = changes[0].ResourceChange.ShouldNotBeNull();
        (a.Action, a.Replacement, a.PolicyAction, a.PhysicalResourceId).ShouldBe((ChangeAction.Modify, Replacement.True, PolicyAction.ReplaceAndDelete, "demo-A-1"));
        a.Details?.Select(d => (d.ChangeSource, d.Evaluation, d.CausingEntity)).ShouldBe([
            (ChangeSource.ParameterReference, EvaluationType.Static, "Name"), (ChangeSource.DirectModification, EvaluationType.Dynamic, null),
        ]);
        a.Details?[0].Target.ShouldBe(new()
        {
            Attribute = ResourceAttribute.Properties, Name = "Name", RequiresRecreation = RequiresRecreation.Always, Path = "/Properties/Name", BeforeValue = "a", AfterValue = "z",
            AttributeChangeType = AttributeChangeType.Modify,
        });
        a.AfterContext.ShouldBe("""{"Properties":{"Name":"z","Value":1}}""");
        var b = changes[1].ResourceChange.ShouldNotBeNull();
        b.Replacement.ShouldBe(Replacement.Conditional);
        (b.Details?[0].ChangeSource, b.Details?[0].CausingEntity, b.Details?[0].Target?.RequiresRecreation).ShouldBe((ChangeSource.ResourceAttribute, "A.Arn", RequiresRecreation.Conditionally));
        var plain = (await LookAsync(w)).Changes?[0].ResourceChange;
        plain?.AfterContext.ShouldBeNull();
        plain?.Details?[0].Target?.AfterValue.ShouldBeNull();
    });

    [Fact]
    public void A_set_without_changes_is_FAILED_with_the_text_that_tools_look_for() => CfnWorld.Run(async w =>
    {
        await w.MadeAsync(One);
        await MakeAsync(w, ChangeSetType.Update);
        var set = await LookAsync(w);
        (set.Status, set.ExecutionStatus).ShouldBe((ChangeSetStatus.Failed, ExecutionStatus.Unavailable));
        set.StatusReason.ShouldBe("The submitted information didn't contain changes. Submit different information to create a change set.");
        await w.World.Throws<InvalidChangeSetStatusException>(() => w.Cfn.ExecuteChangeSetAsync(new() { StackName = "demo", ChangeSetName = "set" }, w.Caller, default));
        (await w.RefusedAsync(() => MakeAsync(w, ChangeSetType.Update), "AlreadyExistsException")).ShouldBe("ChangeSet set already exists");
        await w.Cfn.DeleteChangeSetAsync(new() { StackName = "demo", ChangeSetName = "set" }, w.Caller, default);
        await w.Cfn.DeleteChangeSetAsync(new() { StackName = "demo", ChangeSetName = "set" }, w.Caller, default);
        (await w.World.Throws<ChangeSetNotFoundException>(() => LookAsync(w))).HttpStatus.ShouldBe(404);
    });

    [Fact]
    public void Executing_one_makes_the_others_obsolete() => CfnWorld.Run(async w =>
    {
        await w.MadeAsync(One);
        await MakeAsync(w, ChangeSetType.Update, One.Replace("Value: 1", "Value: 2", StringComparison.Ordinal));
        await MakeAsync(w, ChangeSetType.Update, One.Replace("Value: 1", "Value: 3", StringComparison.Ordinal), "other");
        await w.Cfn.ExecuteChangeSetAsync(new() { StackName = "demo", ChangeSetName = "set" }, w.Caller, default);
        await w.ReachAsync(StackStatus.UpdateComplete);
        w.PropertiesOf("A")["Value"]?.ToString().ShouldBe("2");
        (await w.Cfn.ListChangeSetsAsync(new() { StackName = "demo" }, w.Caller, default)).Summaries?.Select(s => (s.ChangeSetName, s.ExecutionStatus)).ShouldBe([("other", ExecutionStatus.Obsolete)]);
    });

    [Fact]
    public void What_is_there_is_taken_in_by_an_import() => CfnWorld.Run(async w =>
    {
        await w.MadeAsync("Resources:\n  A: { Type: Test::Cloud::Thing, DeletionPolicy: Retain, Properties: { Name: a } }\n", "first");
        var id = (await w.StackAsync("first")).StackId ?? "";
        await w.DeleteAsync("first");
        await w.ReachAsync(StackStatus.DeleteComplete, id);
        await MakeAsync(w, ChangeSetType.Import, "Resources:\n  Taken: { Type: Test::Cloud::Thing, DeletionPolicy: Delete, Properties: { Name: a } }\n", with: r => r with
        {
            ResourcesToImport = [new() { ResourceType = "Test::Cloud::Thing", LogicalResourceId = "Taken", ResourceIdentifier = System.Collections.Immutable.ImmutableDictionary<string, string>.Empty.Add("Name", "first-A-1") }],
        });
        (await LookAsync(w)).Changes?[0].ResourceChange?.Action.ShouldBe(ChangeAction.Import);
        await w.Cfn.ExecuteChangeSetAsync(new() { StackName = "demo", ChangeSetName = "set" }, w.Caller, default);
        var stack = await w.ReachAsync(StackStatus.ImportComplete);
        (await w.TellAsync()).ShouldContain("Taken IMPORT_COMPLETE Resource import completed.");
        await w.DeleteAsync();
        await w.ReachAsync(StackStatus.DeleteComplete, stack.StackId ?? "");
        w.Cloud.Things.ShouldBeEmpty();
    });

    [Fact]
    public void A_stack_under_review_is_deleted_without_a_trace() => CfnWorld.Run(async w =>
    {
        var made = await MakeAsync(w, ChangeSetType.Create);
        await w.DeleteAsync();
        (await w.StackAsync(made.StackId ?? "")).StackStatus.ShouldBe(StackStatus.DeleteComplete);
        await MakeAsync(w, ChangeSetType.Create);
    });
}
