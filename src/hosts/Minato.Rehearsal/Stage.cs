using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.CloudWatch;
using Minato.Ec2;
using Minato.Ecs;
using Minato.Elb;
using Minato.Engines.Containers;
using Minato.Engines.Firewall;
using Minato.Engines.Functions;
using Minato.Engines.Proxy;
using Minato.Logs;
using Minato.Platform;

namespace Minato.Rehearsal;

/// <summary>The parts of a server, with a simulated machine under them.</summary>
internal static class Stage
{
    private const string InstallationId = "rehearsal";

    public static ServiceProvider Compose(SimTime time, SimContext context, WhatIf whatIf, bool withGroups, out SimHost machine)
    {
        var clock = new SimProcessTime(time, context);
        var seed = (int)(whatIf.Seed % int.MaxValue);
        var host = machine = new SimHost(time, seed) { Capacity = whatIf.Capacity };
        var firewall = new SimFirewall();
        var network = new SimTargets { Fallback = request => Ask(host, request), Passes = request => !firewall.Knows(request.Address) || firewall.Lets(request.Source, request.Address, request.Port) };
        var services = withGroups ? new ServiceCollection().AddSingleton<INetworkFirewall>(firewall) : new ServiceCollection();
        return services
            .AddSingleton<TimeProvider>(clock)
            .AddSingleton(new Ids(whatIf.Seed))
            .AddSingleton(new Installation { Id = InstallationId, AccountId = Play.AccountId, Endpoint = new("http://127.0.0.1") })
            .AddSingleton(new PageTokens(Encoding.UTF8.GetBytes(InstallationId)))
            .AddSingleton<IContainerEngine>(new SimContainerEngine(host, InstallationId))
            .AddSingleton<IProxyEngine>(new SimProxyEngine(new SimProxy(network, time, seed)))
            .AddSingleton<IHealthProber>(new SimHealthProber(network, clock))
            .AddSingleton<IJournal, NoJournal>()
            .AddSingleton(new SimFunctions(time))
            .AddSingleton<IFunctionEngine, SimFunctionEngine>()
            .AddPlatform()
            .AddEc2().AddElb().AddLogs().AddCloudWatch().AddEcs()
            .BuildServiceProvider();
    }

    private static ProbeOutcome Ask(SimHost host, ProbeRequest request) => host.Ask(request.Address, request.Port) is { } answer
        ? new ProbeOutcome.Answered(answer.Status) : new ProbeOutcome.Failed("connection refused");
}
