using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Engines.Containers;
using Minato.Engines.Inside;
using Minato.Platform;
using Minato.Testing.Containers;

namespace Minato.Ec2.Tests;

/// <summary>The EC2 room alone on the platform with a simulated host.</summary>
internal sealed class Ec2Fixture : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private Ec2Fixture(Ids ids, Action<IServiceCollection>? more)
    {
        Host = new(TimeProvider.System) { Latency = SimLatency.None };
        Engine = new(Host, "test");
        var services = new ServiceCollection().AddPlatform().AddSingleton(ids).AddEc2()
            .AddSingleton<IContainerEngine>(Engine)
            .AddSingleton<IInsideEndpoint>(Inside)
            .AddSingleton(new PageTokens("a secret of the test"u8))
            .AddSingleton(new Installation { Id = "test", AccountId = "123456789012", Endpoint = new("http://127.0.0.1:4566") });
        more?.Invoke(services);
        _services = services.BuildServiceProvider();
    }

    public SimHost Host { get; }
    public SimContainerEngine Engine { get; }
    public SimInside Inside { get; } = new();
    public IEc2 Ec2 => _services.GetRequiredService<IEc2>();
    public Snapshot State => _services.GetRequiredService<Store>().Current;
    public PlatformHost Platform => _services.GetRequiredService<PlatformHost>();
    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();
    public Caller Caller { get; } = CallerIn("us-east-1");

    public static Caller CallerIn(string region, string account = "123456789012") =>
        new() { AccountId = account, Region = region, PrincipalArn = $"arn:aws:iam::{account}:root" };

    public static async Task<Ec2Fixture> StartAsync(ulong seed = 1, Action<IServiceCollection>? more = null)
    {
        var fixture = new Ec2Fixture(new(seed), more);
        await fixture.Platform.StartAsync(CancellationToken.None);
        return fixture;
    }

    public async Task<Vpc> VpcAsync(Caller? caller = null) =>
        (await Ec2.DescribeVpcsAsync(new(), caller ?? Caller, CancellationToken.None)).Vpcs?.Single() ?? throw new InvalidOperationException();

    public Task<Vpc> DefaultVpcAsync() => OneAsync(new() { Filters = [new() { Name = "is-default", Values = ["true"] }] });

    public Task<Vpc> VpcAsync(string id) => OneAsync(new() { VpcIds = [id] });

    private async Task<Vpc> OneAsync(DescribeVpcsRequest request) =>
        (await Ec2.DescribeVpcsAsync(request, Caller, CancellationToken.None)).Vpcs?.Single() ?? throw new InvalidOperationException();

    /// <summary>Reconcilers run on their own; what they bring about comes soon.</summary>
    public static async Task EventuallyAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await holds()) await Task.Delay(20, limit.Token);
    }

    public async Task<Subnet> SubnetAsync() =>
        (await Ec2.DescribeSubnetsAsync(new(), Caller, CancellationToken.None)).Subnets?[0] ?? throw new InvalidOperationException();

    public async Task<NetworkInterface> InterfaceAsync(string subnet) =>
        (await Ec2.CreateNetworkInterfaceAsync(new() { SubnetId = subnet }, Caller, CancellationToken.None)).NetworkInterface ?? throw new InvalidOperationException();

    public static async Task<AwsException> RefusedAsync(Task call, string code)
    {
        var error = await Should.ThrowAsync<AwsException>(call);
        error.Code.ShouldBe(code);
        return error;
    }

    public async ValueTask DisposeAsync()
    {
        await Platform.DisposeAsync();
        await _services.DisposeAsync();
    }
}
