using Microsoft.Extensions.DependencyInjection;
using Minato.Engines.Containers;
using Minato.Engines.Dns;
using Minato.Engines.Firewall;
using Minato.Engines.Functions;
using Minato.Engines.Inside;
using Minato.Engines.Proxy;
using Minato.Engines.Webhooks;
using Minato.Testing.Containers;
using Minato.Testing.Proxy;

namespace Minato.Testing;

/// <summary>The simulated engines every world has. They outlive the process; what is registered later in <c>configure</c> takes their place.</summary>
internal static class SimParts
{
    public static void AddTo(World world, IServiceCollection services)
    {
        services.AddSingleton<IContainerEngine>(new SimContainerEngine(world.Host, "sim"));
        services.AddSingleton<IFunctionEngine>(new SimFunctionEngine(world.Functions));
        services.AddSingleton<IFunctionEntrance>(new SimFunctionEntrance());
        services.AddSingleton<IWebhookEngine>(new SimWebhookEngine(world.Web));
        services.AddSingleton<IInsideEndpoint>(world.NewInside());
        services.AddSingleton<INetworkFirewall>(world.Firewall);
        services.AddSingleton<IDnsServer>(new SimDnsServer());
        services.AddSingleton<IEndpointProber>(world.Endpoints);
        services.AddSingleton<IProxyEngine>(new SimProxyEngine(world.Proxy));
        services.AddSingleton<IHealthProber>(p => new SimHealthProber(world.Targets, p.GetRequiredService<TimeProvider>()));
    }

    /// <summary>What a request meets where no test has put anything: the containers of the machine.</summary>
    public static ProbeOutcome Ask(SimHost host, ProbeRequest request) => host.Ask(request.Address, request.Port) is { } answer
        ? new ProbeOutcome.Answered(answer.Status)
        : new ProbeOutcome.Failed("connection refused");
}

public sealed partial class World
{
    /// <summary>The simulated machine with its containers, images and networks.</summary>
    public SimHost Host => Outside(world => new SimHost(world.Time, (int)(world.Seed % int.MaxValue)));

    /// <summary>What answers at 169.254.170.2 inside the tasks of the process that runs now.</summary>
    public SimInside Inside { get; private set; } = new();

    internal SimInside NewInside() => Inside = new() { Refusal = Inside.Refusal };

    /// <summary>The simulated network: what a test puts at an address, and the containers of <see cref="Host"/>.</summary>
    public SimTargets Targets => Outside(world => new SimTargets
    {
        Fallback = request => SimParts.Ask(world.Host, request),
        // What a test puts at an address that no network interface has stands outside every VPC.
        Passes = request => !world.Firewall.Knows(request.Address) || world.Firewall.Lets(request.Source, request.Address, request.Port),
    });

    /// <summary>What the machine lets through its VPCs.</summary>
    public SimFirewall Firewall => Outside(_ => new SimFirewall());

    /// <summary>The simulated proxy of the machine, in front of <see cref="Targets"/>.</summary>
    public SimProxy Proxy => Outside(world => new SimProxy(world.Targets, world.Time, (int)(world.Seed % int.MaxValue)));

    /// <summary>What health checks of Route 53 meet, which a test puts there.</summary>
    public SimEndpoints Endpoints => Outside(_ => new SimEndpoints());

    /// <summary>The functions of the account, which a test puts there.</summary>
    public SimFunctions Functions => Outside(world => new SimFunctions(world.Time));

    /// <summary>The addresses that messages are posted to, which a test puts there.</summary>
    public SimWebhooks Web => Outside(world => new SimWebhooks(world.Time));
}
