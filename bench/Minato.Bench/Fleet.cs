using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Ec2;
using Minato.Ecs;
using Minato.Engines.Containers;
using Minato.Engines.Simulated;
using Minato.Logs;
using Minato.Platform;
using Task = System.Threading.Tasks.Task;

namespace Minato.Bench;

/// <summary>The ECS room with container instances that nobody runs tasks on: what is measured is the control plane alone.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    private const int RegisteredAtOnce = 64;
    private readonly ServiceProvider _services;

    public Fleet()
    {
        var services = new ServiceCollection().AddPlatform().AddEc2().AddLogs().AddEcs();
        services.AddSingleton<IJournal>(new NoJournal());
        services.AddSingleton(new Installation { Id = "bench", AccountId = "123456789012", Endpoint = new("http://127.0.0.1:4566") });
        services.AddSingleton(new PageTokens("bench"u8));
        services.AddSingleton<IContainerEngine>(new SimContainerEngine(new SimHost(TimeProvider.System), "bench"));
        _services = services.BuildServiceProvider();
    }

    public IEcs Ecs => _services.GetRequiredService<IEcs>();

    public Caller Caller { get; } = new()
    {
        AccountId = "123456789012", Region = "us-east-1", PrincipalArn = "arn:aws:iam::123456789012:root", PrincipalId = "123456789012", RequestId = "bench",
    };

    public async Task AddAsync(int instances, int cpu, int memory)
    {
        await Ecs.CreateClusterAsync(new(), Caller, default);
        foreach (var some in Enumerable.Range(0, instances).Chunk(RegisteredAtOnce))
        {
            await Task.WhenAll(some.Select(i => Ecs.RegisterContainerInstanceAsync(new()
            {
                TotalResources = [Integer("CPU", cpu), Integer("MEMORY", memory)],
                Attributes = [new() { Name = "ecs.availability-zone", Value = $"us-east-1{(char)('a' + (i % 3))}" }, new() { Name = "ecs.instance-type", Value = "m5.large" }],
            }, Caller, default)));
        }
    }

    public Task DefineAsync() => Ecs.RegisterTaskDefinitionAsync(new()
    {
        Family = "web", ContainerDefinitions = [new() { Name = "app", Image = "app:1", Cpu = 128, Memory = 256 }],
    }, Caller, default);

    public Task<RunTaskResponse> RunAsync(int count, ImmutableArray<PlacementStrategy> strategies) => Ecs.RunTaskAsync(
        new() { TaskDefinition = "web", LaunchType = LaunchType.Ec2, Count = count, PlacementStrategy = strategies }, Caller, default);

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private static Resource Integer(string name, int value) => new() { Name = name, Type = "INTEGER", IntegerValue = value };

    /// <summary>Records are written out as always and then dropped: the disk is another measurement.</summary>
    private sealed class NoJournal : IJournal
    {
        public ValueTask LoadAsync(Action<JournalEntry> visit, CancellationToken ct) => ValueTask.CompletedTask;

        public ValueTask AppendAsync(IReadOnlyList<JournalEntry> entries, CancellationToken ct) => ValueTask.CompletedTask;

        public ValueTask ClearAsync(CancellationToken ct) => ValueTask.CompletedTask;
    }
}
