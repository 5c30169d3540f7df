using System.Text;
using Minato.Aws;
using Minato.Contracts.CloudFormation;
using Minato.Testing;

namespace Minato.CloudFormation.Tests;

/// <summary>
/// Goal: whatever fails, and whenever the process dies, a stack ends in a right status and nothing is left behind. Method: random
/// templates, one operation after the other, handlers that fail by chance, kills at random moments.
/// </summary>
public sealed class WorldTests
{
    private static readonly StackStatus[] s_ends =
    [
        StackStatus.CreateComplete, StackStatus.RollbackComplete, StackStatus.RollbackFailed, StackStatus.UpdateComplete, StackStatus.UpdateRollbackComplete,
        StackStatus.UpdateRollbackFailed, StackStatus.DeleteComplete, StackStatus.DeleteFailed,
    ];

    [Theory, Seeds(1, 40)]
    public void Stacks_end_well_whatever_fails(ulong seed) => CfnWorld.Run(w => StoryAsync(w, kills: false), seed);

    [Theory, Seeds(1, 25)]
    public void Stacks_end_well_whenever_the_process_dies(ulong seed) => CfnWorld.Run(w => StoryAsync(w, kills: true), seed);

    private static async Task StoryAsync(CfnWorld w, bool kills)
    {
        var chance = w.World.Chance;
        w.Cloud.Takes = _ => TimeSpan.FromMilliseconds(chance.Next(3000));
        w.Cloud.Fails = (_, _) => chance.Next(12) == 0;
        var id = "";
        for (var step = 0; step < 5; step++)
        {
            try
            {
                id = step == 0 ? await w.CreateAsync(Template(w)) : await w.UpdateAsync(Template(w), id);
            }
            catch (AwsException e) when (e.Message.StartsWith("No updates", StringComparison.Ordinal))
            {
                continue;
            }
            await EndAsync(w, id, kills);
            var status = (await w.StackAsync(id)).StackStatus;
            if (status is StackStatus.UpdateRollbackFailed)
            {
                w.Cloud.Fails = (_, _) => false;
                await w.Cfn.ContinueUpdateRollbackAsync(new() { StackName = id }, w.Caller, default);
                await EndAsync(w, id, kills);
                (await w.StackAsync(id)).StackStatus.ShouldBe(StackStatus.UpdateRollbackComplete);
                w.Cloud.Fails = (_, _) => chance.Next(12) == 0;
            }
            if (status is StackStatus.RollbackComplete or StackStatus.RollbackFailed) break;
            await NothingIsLostAsync(w, id);
        }
        w.Cloud.Fails = (_, _) => false;
        await w.DeleteAsync(id);
        await EndAsync(w, id, kills);
        (await w.StackAsync(id)).StackStatus.ShouldBe(StackStatus.DeleteComplete, string.Join('\n', await w.TellAsync(id)));
        var told = await w.EventsAsync(id);
        // What a cleanup gave up is nobody's any more; everything else is gone.
        var givenUp = told.Where(e => e.ResourceStatus is ResourceStatus.DeleteFailed).Select(e => e.PhysicalResourceId).ToHashSet();
        w.Cloud.Things.Keys.Where(k => !givenUp.Contains(k)).ShouldBeEmpty(string.Join('\n', await w.TellAsync(id)));
        told.Select(e => e.EventId).Distinct().Count().ShouldBe(told.Count);
        EachTransitionOnce(told);
        // A creation with one token made one thing.
        w.Cloud.Things.Values.GroupBy(t => t.Token).ShouldAllBe(g => g.Count() == 1);
    }

    private static async Task EndAsync(CfnWorld w, string id, bool kills)
    {
        if (kills) await w.World.Faults.RestartProcess(3, TimeSpan.FromSeconds(6));
        var end = await w.EndAsync(id);
        s_ends.ShouldContain(end.StackStatus);
    }

    // Every thing in the cloud is one that the stack knows, or one that it gave up.
    private static async Task NothingIsLostAsync(CfnWorld w, string id)
    {
        var told = await w.EventsAsync(id);
        var known = (await w.Cfn.ListStackResourcesAsync(new() { StackName = id }, w.Caller, default)).StackResourceSummaries?.Select(r => r.PhysicalResourceId).ToHashSet() ?? [];
        var givenUp = told.Where(e => e.ResourceStatus is ResourceStatus.DeleteFailed).Select(e => e.PhysicalResourceId).ToHashSet();
        w.Cloud.Things.Keys.Where(k => !known.Contains(k) && !givenUp.Contains(k)).ShouldBeEmpty(string.Join('\n', await w.TellAsync(id)));
    }

    // No status of a resource is told twice in a row for the same physical resource, but for the two beginnings of a creation.
    private static void EachTransitionOnce(List<StackEvent> told)
    {
        foreach (var resource in told.GroupBy(e => (e.LogicalResourceId, e.PhysicalResourceId)))
        {
            var statuses = resource.Where(e => e.ResourceStatusReason is not "Resource creation Initiated").ToList();
            for (var i = 1; i < statuses.Count; i++)
            {
                if (statuses[i].ResourceStatus == statuses[i - 1].ResourceStatus && statuses[i].ResourceStatus?.ToWire().EndsWith("COMPLETE", StringComparison.Ordinal) is true
                    && statuses[i].ResourceStatus is not ResourceStatus.UpdateComplete)
                    throw new InvalidOperationException($"{resource.Key} was told to be {statuses[i].ResourceStatus} twice.");
            }
        }
    }

    private static string Template(CfnWorld w)
    {
        var chance = w.World.Chance;
        var text = new StringBuilder("Resources:\n");
        var count = 1 + chance.Next(8);
        for (var i = 0; i < 8; i++)
        {
            if (i >= count && chance.Next(3) > 0) continue;
            text.Append($"  R{i}: {{ Type: Test::Cloud::Thing, Properties: {{ Name: n{chance.Next(2)}, Value: {chance.Next(3)}");
            // It refers to one that surely is there, before it in the order of names.
            if (i > 0 && chance.Next(2) == 0) text.Append($", Other: !Ref R{chance.Next(Math.Min(i, count))}");
            text.Append(" } }\n");
        }
        return text.ToString();
    }
}
