using Microsoft.Extensions.DependencyInjection;
using Minato.Acm;
using Minato.ApplicationAutoScaling;
using Minato.AutoScaling;
using Minato.Aws;
using Minato.Aws.Templates;
using Minato.CloudFormation;
using Minato.CloudMap;
using Minato.CloudTrail;
using Minato.CloudWatch;
using Minato.Contracts.CloudFormation;
using Minato.Ec2;
using Minato.Ecr;
using Minato.Ecs;
using Minato.Elb;
using Minato.Engines.Yaml;
using Minato.EventBridge;
using Minato.Iam;
using Minato.Kms;
using Minato.Logs;
using Minato.Organizations;
using Minato.Platform;
using Minato.Route53;
using Minato.S3;
using Minato.SecretsManager;
using Minato.Sns;
using Minato.Ssm;
using Minato.Sts;
using Minato.Testing;
using IEcs = Minato.Contracts.Ecs.IEcs;

namespace Minato.Server.Tests;

/// <summary>
/// Goal: whatever resource of whatever room fails, and whenever the process dies, a stack ends in a right status and leaves nothing behind.
/// Method: random templates over the types of all rooms, handlers that fail before or after their work, kills.
/// </summary>
public sealed class StackWorldTests
{
    private static readonly StackStatus[] s_ends =
    [
        StackStatus.CreateComplete, StackStatus.RollbackComplete, StackStatus.RollbackFailed, StackStatus.UpdateComplete, StackStatus.UpdateRollbackComplete,
        StackStatus.UpdateRollbackFailed, StackStatus.DeleteComplete, StackStatus.DeleteFailed,
    ];

    [Fact]
    public void A_stack_of_everything_is_made_changed_replaced_and_deleted_without_a_trace() => Run(1, w => EverythingAsync(w, _ => Task.CompletedTask));

    [Fact]
    public void A_stack_of_everything_has_not_drifted_when_it_was_made_or_changed() => Run(2, w => EverythingAsync(w, w.IsAsToldAsync));

    private static async Task EverythingAsync(Yard w, Func<string, Task> look)
    {
        var id = await w.CreateAsync(StackBlocks.Everything(1, "a"));
        await w.ReachAsync(id, StackStatus.CreateComplete);
        await look(id);
        foreach (var (v, name) in ((int, string)[])[(2, "a"), (2, "b")])
        {
            await w.UpdateAsync(id, StackBlocks.Everything(v, name));
            await w.ReachAsync(id, StackStatus.UpdateComplete);
            await look(id);
        }
        await w.DeleteAsync(id);
        await w.ReachAsync(id, StackStatus.DeleteComplete);
        await w.NothingIsLeftAsync(id);
        w.Ledger.Made.Keys.Select(k => k.Type).Distinct().Order().ShouldBe(StackBlocks.Types.Order());
    }

    [Theory, Seeds(1, 24)]
    public void Stacks_of_all_rooms_end_well_whatever_fails(ulong seed) => Run(seed, w => StoryAsync(w, kills: false, looks: false));

    [Theory, Seeds(201, 224)]
    public void Stacks_of_all_rooms_are_as_they_say_whatever_failed(ulong seed) => Run(seed, w => StoryAsync(w, kills: false, looks: true));

    [Theory, Seeds(101, 112)]
    public void Stacks_of_all_rooms_end_well_whenever_the_process_dies(ulong seed) => Run(seed, w => StoryAsync(w, kills: true, looks: false));

    private static async Task StoryAsync(Yard w, bool kills, bool looks)
    {
        var chance = w.World.Chance;
        w.Ledger.OneOf = 15;
        var id = await w.CreateAsync(StackBlocks.Random(chance));
        await w.EndAsync(id, kills);
        for (var step = 0; step < 3 && await w.StatusAsync(id) is not (StackStatus.RollbackComplete or StackStatus.RollbackFailed); step++)
        {
            if (!await w.TryUpdateAsync(id, StackBlocks.Random(chance))) continue;
            await w.EndAsync(id, kills);
            var isSkipped = false;
            for (var attempt = 0; await w.StatusAsync(id) is StackStatus.UpdateRollbackFailed; attempt++)
            {
                isSkipped |= attempt == 1;
                if (attempt >= 3) w.Ledger.OneOf = 0;
                await w.ContinueAsync(id, skips: attempt == 1);
                await w.EndAsync(id, kills);
            }
            if (looks && !isSkipped) await w.IsAsToldAsync(id);
            w.Ledger.OneOf = 15;
        }
        for (var attempt = 0; await w.StatusAsync(id) is not StackStatus.DeleteComplete; attempt++)
        {
            if (attempt >= 2) w.Ledger.OneOf = 0;
            attempt.ShouldBeLessThan(5, string.Join('\n', await w.TellAsync(id)));
            await w.DeleteAsync(id);
            await w.EndAsync(id, kills);
        }
        w.Ledger.OneOf = 0;
        await w.NothingIsLeftAsync(id);
    }

    private static void Run(ulong seed, Func<Yard, Task> test) => World.Run(seed, async world =>
    {
        await world.Client<IEcs>().CreateClusterAsync(new(), world.Caller, default); // The instances of groups join it.
        await test(new(world));
    }, (world, services) =>
    {
        services.AddSingleton(new PageTokens("a secret of the test"u8)).AddSingleton<ISealer>(p => new AesSealer(new byte[AesSealer.KeyLength], p.GetRequiredService<Ids>()))
            .AddSingleton(new EcsOptions()).AddYaml()
            .AddIam(world.Caller.AccountId, "AKIAROOT", "secret").AddSts().AddOrganizations().AddEc2().AddLogs().AddEcr().AddAcm().AddElb().AddAutoScaling().AddEcs().AddKms()
            .AddSecretsManager().AddSsm().AddCloudFormation().AddCloudWatch().AddEventBridge().AddSns().AddCloudTrail().AddApplicationAutoScaling().AddS3().AddRoute53().AddCloudMap();
        FaultyType.Wrap(services, world.Outside(w => new StackLedger(w.Chance)));
    });

    private sealed class Yard(World world)
    {
        public World World => world;
        public StackLedger Ledger => world.Outside(w => new StackLedger(w.Chance));

        private ICloudFormation Cfn => world.Client<ICloudFormation>();

        public async Task<string> CreateAsync(string template) =>
            (await Cfn.CreateStackAsync(new() { StackName = "yard", TemplateBody = template, Capabilities = [Capability.CapabilityNamedIam] }, world.Caller, default)).StackId ?? "";

        public Task UpdateAsync(string id, string template) =>
            Cfn.UpdateStackAsync(new() { StackName = id, TemplateBody = template, Capabilities = [Capability.CapabilityNamedIam] }, world.Caller, default);

        public async Task<bool> TryUpdateAsync(string id, string template)
        {
            try { await UpdateAsync(id, template); }
            catch (AwsException e) when (e.Message.StartsWith("No updates", StringComparison.Ordinal)) { return false; }
            return true;
        }

        public Task DeleteAsync(string id) => Cfn.DeleteStackAsync(new() { StackName = id }, world.Caller, default);

        public async Task ContinueAsync(string id, bool skips)
        {
            var failed = ((await Cfn.DescribeStackResourcesAsync(new() { StackName = id }, world.Caller, default)).StackResources ?? [])
                .Where(r => r.ResourceStatus is ResourceStatus.UpdateFailed).Select(r => r.LogicalResourceId ?? "").ToList();
            await Cfn.ContinueUpdateRollbackAsync(new() { StackName = id, ResourcesToSkip = skips ? [.. failed] : null }, world.Caller, default);
        }

        public async Task<StackStatus> StatusAsync(string id) => (await Cfn.DescribeStacksAsync(new() { StackName = id }, world.Caller, default)).Stacks?[0].StackStatus ?? throw new InvalidOperationException("No stack.");

        public async Task EndAsync(string id, bool kills)
        {
            if (kills) await world.Faults.RestartProcess(3, TimeSpan.FromSeconds(6));
            await world.Eventually(async () => !(await StatusAsync(id)).ToWire().EndsWith("IN_PROGRESS", StringComparison.Ordinal), TimeSpan.FromHours(4));
            s_ends.ShouldContain(await StatusAsync(id));
        }

        public async Task ReachAsync(string id, StackStatus status)
        {
            await EndAsync(id, kills: false);
            (await StatusAsync(id)).ShouldBe(status, string.Join('\n', await TellAsync(id)));
        }

        public async Task<List<string>> TellAsync(string id) => [.. (await EventsAsync(id)).Select(e => $"{e.LogicalResourceId} {e.ResourceStatus?.ToWire()} {e.PhysicalResourceId} {e.ResourceStatusReason}")];

        /// <summary>Every resource is as the stack says that it is, also after what failed was taken back.</summary>
        public async Task IsAsToldAsync(string id)
        {
            var detection = (await Cfn.DetectStackDriftAsync(new() { StackName = id }, world.Caller, default)).StackDriftDetectionId;
            await world.Eventually(async () => (await Cfn.DescribeStackDriftDetectionStatusAsync(new() { StackDriftDetectionId = detection }, world.Caller, default))
                .DetectionStatus is StackDriftDetectionStatus.DetectionComplete, TimeSpan.FromMinutes(5));
            var drifted = (await Cfn.DescribeStackResourceDriftsAsync(new() { StackName = id }, world.Caller, default)).StackResourceDrifts
                .Where(d => d.StackResourceDriftStatus is StackResourceDriftStatus.Modified or StackResourceDriftStatus.Deleted)
                .Select(d => $"{d.LogicalResourceId} {d.StackResourceDriftStatus} {string.Join(' ', (d.PropertyDifferences ?? []).Select(p => $"{p.PropertyPath}: {p.ExpectedValue} is {p.ActualValue}"))}").ToList();
            drifted.ShouldBeEmpty($"{string.Join('\n', drifted)}\n{string.Join('\n', await TellAsync(id))}");
        }

        /// <summary>What is there all the same is what a cleanup has told that it gave up.</summary>
        public async Task NothingIsLeftAsync(string id)
        {
            var givenUp = (await EventsAsync(id)).Where(e => e.ResourceStatus is ResourceStatus.DeleteFailed).Select(e => e.PhysicalResourceId).ToHashSet();
            foreach (var ((type, physicalId), request) in Ledger.Made.Where(m => !givenUp.Contains(m.Key.Id)))
            {
                var there = await world.Services.GetServices<IResourceType>().Single(t => t.TypeName == type).ReadAsync(request, default);
                there.ShouldBeNull($"{type} {physicalId} is there: {there?.Properties}\n{string.Join('\n', await TellAsync(id))}");
            }
        }

        private async Task<List<StackEvent>> EventsAsync(string id)
        {
            var events = new List<StackEvent>();
            string? token = null;
            do
            {
                var page = await Cfn.DescribeStackEventsAsync(new() { StackName = id, NextToken = token }, world.Caller, default);
                events.AddRange(page.StackEvents ?? []);
                token = page.NextToken;
            }
            while (token is not null);
            return events;
        }
    }
}
