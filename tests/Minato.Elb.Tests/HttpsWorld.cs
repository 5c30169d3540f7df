using Minato.Acm;
using Minato.Contracts.Acm;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Testing;

namespace Minato.Elb.Tests;

/// <summary>The ELB room beside Certificate Manager.</summary>
internal sealed class HttpsWorld(World world)
{
    public World World => world;
    public ElbWorld Elb { get; } = new(world);
    public IAcm Acm => world.Client<IAcm>();
    public SimProxy Proxy => world.Proxy;

    public static void Run(Func<HttpsWorld, Task> test) => World.Run(1, world => test(new(world)), services =>
    {
        ElbWorld.Configure(services);
        services.AddAcm();
    });

    public async Task<string> IssuedAsync(string name)
    {
        var arn = (await Acm.RequestCertificateAsync(new() { DomainName = name, ValidationMethod = ValidationMethod.Dns }, Elb.Caller, default)).CertificateArn ?? "";
        await world.Eventually(
            async () => (await Acm.DescribeCertificateAsync(new() { CertificateArn = arn }, Elb.Caller, default)).Certificate?.Status is CertificateStatus.Issued, TimeSpan.FromSeconds(5));
        return arn;
    }

    public async Task<Listener> ListenerAsync(string? balancer, string group, string certificate) => (await Elb.Elb.CreateListenerAsync(new()
    {
        LoadBalancerArn = balancer ?? "", Protocol = ProtocolEnum.Https, Port = 443, Certificates = [new() { CertificateArn = certificate }], DefaultActions = [ElbWorld.Forward(group)],
    }, Elb.Caller, default)).Listeners?[0] ?? new();

    public async Task<(Listener Listener, string Certificate)> SecureAsync()
    {
        var certificate = await IssuedAsync("www.example.com");
        return (await ListenerAsync((await Elb.BalancerAsync()).LoadBalancerArn, await Elb.GroupAsync(), certificate), certificate);
    }
}
