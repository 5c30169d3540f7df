using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.CloudWatch;
using Minato.Contracts.Ec2;
using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Ecs.Reconcile;
using Minato.Ecs.State;
using Minato.Platform;
using Task = System.Threading.Tasks.Task;

namespace Minato.Rehearsal;

/// <summary>One rehearsal: the service as it is comes up, the update is made, and what happens is written down.</summary>
internal sealed class Play(IServiceProvider services, SimHost machine, RehearsalInput input, WhatIf whatIf, SimTime time)
{
    public const string AccountId = "123456789012";
    private const string Cluster = "rehearsal";
    private const string DefaultRegion = "us-east-1";

    /// <summary>For the service as it is to come up, apart from what it bakes.</summary>
    private static readonly TimeSpan s_overture = TimeSpan.FromHours(1);

    private readonly IEcs _ecs = services.GetRequiredService<IEcs>();
    private readonly Store _store = services.GetRequiredService<Store>();
    private readonly Notes _notes = new(input, whatIf);
    private readonly bool _onInstances = Machines.AreUsed(input, whatIf);
    private Spectator? _spectator;

    public RehearsalResult Result { get; private set; } = new() { Verdict = "", Status = "" };

    private string Name => input.Service.ServiceName ?? "web";

    private Caller Caller { get; } = new()
    {
        AccountId = AccountId, PrincipalArn = $"arn:aws:iam::{AccountId}:root", RequestId = "rehearsal",
        Region = Arn.TryParse(input.Service.ServiceArn ?? "", out var arn) && arn.Region.Length > 0 ? arn.Region : DefaultRegion,
    };

    private ServiceKey Key => new(new ClusterKey(AccountRegion.Of(Caller), Cluster), Name);

    /// <summary>After every step of the world.</summary>
    public void Look() => _spectator?.Look();

    public async Task RunAsync()
    {
        _notes.Refuse();
        var ec2 = services.GetRequiredService<IEc2>();
        var scenery = new Scenery(ec2, services.GetRequiredService<IElasticLoadBalancingV2>(), input, _onInstances, Caller);
        await scenery.BuildAsync(CancellationToken.None);
        var alarms = new Alarms(services.GetRequiredService<ICloudWatch>(), input, whatIf, Caller);
        await alarms.BuildAsync(CancellationToken.None);
        await _ecs.CreateClusterAsync(new() { ClusterName = Cluster }, Caller, CancellationToken.None);
        var machines = new Machines(ec2, _ecs, input, whatIf, Caller);
        if (_onInstances) await machines.BuildAsync(Cluster, scenery.Zones, CancellationToken.None);
        await BeginAsync(scenery);

        var spectator = _spectator = new Spectator(_store, Key, time);
        var hooks = new Hooks(_ecs, _store, input, whatIf, time, Caller);
        hooks.Answer(services.GetRequiredService<SimFunctions>(), spectator.Note);
        var update = await UpdateAsync(scenery);
        var loss = LoseZoneAsync(scenery, machines);
        Task[] besides = [loss, alarms.GoOffAsync(time, spectator.Note, CancellationToken.None), hooks.AnswerPausesAsync(Key, CancellationToken.None)];
        await UntilAsync(() => spectator.IsOver(update) || besides.Any(b => b.IsFaulted), whatIf.Horizon);
        foreach (var broken in besides.Where(b => b.IsFaulted)) await broken;
        if (whatIf.LostZone is { } lost && lost.At < whatIf.Horizon) await loss; // What comes after the end still counts.
        await UntilAsync(() => spectator.IsSteady, whatIf.Horizon - (time.Elapsed - spectator.Begin));
        Result = await ResultAsync(spectator, update);
    }

    /// <summary>The service as it is, without what is for an update: its first deployment is not the one that is rehearsed.</summary>
    private async Task BeginAsync(Scenery scenery)
    {
        var asked = input.Service;
        var isDaemon = asked.SchedulingStrategy is SchedulingStrategy.Daemon;
        var configuration = asked.DeploymentConfiguration;
        await _ecs.CreateServiceAsync(
            new()
            {
                Cluster = Cluster, ServiceName = Name, TaskDefinition = await DefineAsync(input.Before, isNew: false),
                SchedulingStrategy = asked.SchedulingStrategy, DesiredCount = isDaemon ? null : asked.DesiredCount ?? 1,
                LaunchType = _onInstances ? LaunchType.Ec2 : LaunchType.Fargate, LoadBalancers = scenery.LoadBalancers.IsEmpty ? null : scenery.LoadBalancers,
                PlacementConstraints = _onInstances ? asked.PlacementConstraints : null,
                PlacementStrategy = _onInstances && !isDaemon ? asked.PlacementStrategy : null,
                NetworkConfiguration = _onInstances && input.Before.NetworkMode is not NetworkMode.Awsvpc ? null : new() { AwsvpcConfiguration = scenery.Network(asked.NetworkConfiguration?.AwsvpcConfiguration?.SecurityGroups) },
                DeploymentConfiguration = configuration is null ? null
                    : configuration with { Alarms = null, LifecycleHooks = null, BakeTimeInMinutes = configuration.BakeTimeInMinutes is null ? null : 0 },
                HealthCheckGracePeriodSeconds = scenery.LoadBalancers.IsEmpty ? null : asked.HealthCheckGracePeriodSeconds,
                AvailabilityZoneRebalancing = isDaemon ? null : asked.AvailabilityZoneRebalancing,
            },
            Caller, CancellationToken.None);
        var before = new Spectator(_store, Key, time);
        if (await UntilAsync(() => before.IsSteady, s_overture)) return;
        var room = whatIf.Capacity is { } capacity ? $"room for {capacity} tasks" : _onInstances ? "these container instances" : "room for all tasks";
        var groups = Groups.AreRehearsed(input) ? ", behind its security groups" : "";
        throw new RehearsalException($"{Name} does not even come up as it is, with {whatIf.StartUp.TotalSeconds:0.#} s to start and {room}{groups}.");
    }

    /// <returns>Id of the service deployment.</returns>
    private async Task<string> UpdateAsync(Scenery scenery)
    {
        var definition = await DefineAsync(input.After, isNew: true);
        var answer = await _ecs.UpdateServiceAsync(
            new()
            {
                Cluster = Cluster, Service = Name, TaskDefinition = definition, DeploymentConfiguration = input.Service.DeploymentConfiguration, ForceNewDeployment = true,
                NetworkConfiguration = input.SecurityGroupsAfter is { } groups ? new() { AwsvpcConfiguration = scenery.Network(groups) } : null,
            },
            Caller, CancellationToken.None);
        return answer.Service?.CurrentServiceDeployment?.Split('/')[^1] ?? "";
    }

    private async Task<string> DefineAsync(TaskDefinition definition, bool isNew)
    {
        var version = isNew ? "new" : "old";
        var targets = (input.Service.LoadBalancers ?? []).Select(b => b.ContainerName ?? "").ToHashSet(StringComparer.Ordinal);
        foreach (var image in Cast.Images(definition, version, whatIf, isNew, targets)) machine.AddImage(image);
        var answer = await _ecs.RegisterTaskDefinitionAsync(Cast.Definition(definition, input.Before.Family ?? "rehearsed", version, _onInstances), Caller, CancellationToken.None);
        return answer.TaskDefinition?.TaskDefinitionArn ?? "";
    }

    private async Task LoseZoneAsync(Scenery scenery, Machines machines)
    {
        if (whatIf.LostZone is not { } lost) return;
        if (scenery.RangeOf(lost.Zone) is not { } range || (_onInstances && !machines.Zones.Contains(lost.Zone)))
            throw new RehearsalException($"the service is not in {lost.Zone}, but in {string.Join(", ", (_onInstances ? machines.Zones : scenery.Zones).Order(StringComparer.Ordinal))}.");
        await Task.Delay(lost.At, time);
        _spectator?.Note($"{lost.Zone} is lost");
        machine.Faults.LoseNetwork(System.Net.IPNetwork.Parse(range));
        await machines.LoseAsync(lost.Zone, Cluster, CancellationToken.None);
    }

    /// <summary>On this stage revisions count from 1: what is told names those that it stands for.</summary>
    private string Renamed(string text) => Regex.Replace(
        text, $@"\b{Regex.Escape(input.Before.Family ?? "")}:([12])\b",
        match => match.Groups[1].Value == "1" ? NameOf(input.Before) : input.After.Revision == input.Before.Revision ? $"{input.After.Family}:(new)" : NameOf(input.After),
        RegexOptions.None, TimeSpan.FromSeconds(1));

    private static string NameOf(TaskDefinition definition) => FormattableString.Invariant($"{definition.Family}:{definition.Revision}");

    private async Task<bool> UntilAsync(Func<bool> condition, TimeSpan within)
    {
        var end = time.Elapsed + within;
        while (!condition())
        {
            if (time.Elapsed >= end) return false;
            await Task.Delay(Spectator.LookAgain, time);
        }

        return true;
    }

    private async Task<RehearsalResult> ResultAsync(Spectator spectator, string update)
    {
        await Task.Delay(Spectator.LookAgain, time); // The record of the end is a moment behind it.
        var story = await services.GetRequiredService<Stories>().OfDeploymentAsync(new(Key, update), CancellationToken.None);
        var told = spectator.Tell(update, Renamed(story?.Verdict ?? "nothing happened"));
        return told with { Timeline = [.. told.Timeline.Select(s => s with { What = Renamed(s.What) })], Notes = _notes.All };
    }
}
