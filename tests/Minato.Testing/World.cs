using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Minato.Aws;
using Minato.Platform;

namespace Minato.Testing;

/// <summary>
/// The whole control plane on one thread and virtual time, against simulated engines. One seed decides everything that is chance;
/// running it again repeats the run. Days cost seconds.
/// </summary>
public sealed partial class World : IDisposable
{
    public const string AccountId = "123456789012";

    private readonly Action<World, IServiceCollection> _configure;
    private readonly SimThread _thread;
    private readonly SimContext _testContext;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<Type, object> _outside = [];
    private SimProcess? _newest;
    private SimProcess? _process; // The same, once it has started.

    private World(ulong seed, Action<World, IServiceCollection> configure)
    {
        Seed = seed;
        Chance = new(seed);
        History = new(Time);
        _configure = configure;
        _thread = new(Time);
        _testContext = new(_thread);
        Faults = new(this);
    }

    public ulong Seed { get; }

    public SimTime Time { get; } = new();

    /// <summary>Chance of the test and of its faults, by the seed.</summary>
    public Ids Chance { get; }

    /// <summary>What keeps the journal; outlives the process.</summary>
    public SimDisk Disk { get; } = new();

    /// <summary>What a process noted of its clock: like the disk it outlives it.</summary>
    internal ClockNote? Clock { get; set; }

    /// <summary>What happened, line by line: logs of the process, and what the test wrote.</summary>
    public WorldHistory History { get; }

    public Faults Faults { get; }

    /// <summary>Cancelled when the test has ended.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>The root of the account in us-east-1.</summary>
    public Caller Caller { get; } = new()
    {
        AccountId = AccountId, Region = "us-east-1", PrincipalArn = $"arn:aws:iam::{AccountId}:root", PrincipalId = AccountId, RequestId = "simulated",
    };

    /// <summary>Services of the process that runs now.</summary>
    public IServiceProvider Services => (_process ?? throw new InvalidOperationException("Minato does not run in this world now.")).Services;

    public Store Store => Services.GetRequiredService<Store>();

    /// <summary>A room's interface, as another room would get it.</summary>
    public T Client<T>()
        where T : notnull => Services.GetRequiredService<T>();

    /// <summary>
    /// Something that is not part of the process and so outlives it, such as a host with its containers. Made once; register what
    /// this gives in <c>configure</c>, which runs again for each restart.
    /// </summary>
    public T Outside<T>(Func<World, T> make)
        where T : class
    {
        if (!_outside.TryGetValue(typeof(T), out var thing)) _outside.Add(typeof(T), thing = make(this));
        return (T)thing;
    }

    /// <summary>Lets virtual time pass.</summary>
    public Task RunFor(TimeSpan span) => Task.Delay(span, Time);

    /// <summary>Kills the process as <c>kill -9</c> does: what was not acknowledged may be lost, nothing is cleaned up.</summary>
    public void Kill()
    {
        History.Add("world", "killed");
        _newest?.Kill();
        _newest = _process = null;
    }

    /// <summary>Starts Minato on what the last process left.</summary>
    public async Task StartAsync()
    {
        if (_newest is not null) throw new InvalidOperationException("Minato runs already.");
        History.Add("world", "started");
        var process = _newest = new(this, new(_thread), AddParts);
        await process.StartAsync();
        _process = process;
    }

    /// <summary><see cref="Kill"/>, then <see cref="StartAsync"/> after <paramref name="after"/>.</summary>
    public async Task RestartAsync(TimeSpan after = default)
    {
        Kill();
        if (after > TimeSpan.Zero) await RunFor(after);
        await StartAsync();
    }

    public void Dispose() => _stopping.Dispose();

    private void AddParts(World world, IServiceCollection services)
    {
        services.AddLogging(logging => logging.AddProvider(History).SetMinimumLevel(LogLevel.Information));
        services.AddSingleton(new Installation { Id = "sim", AccountId = AccountId, Endpoint = new("http://127.0.0.1:4566") });
        services.AddSingleton<IAppendLog>(Outside(_ => new MemoryAppendLog()));
        services.AddSingleton<IBlobStore>(Outside(_ => new MemoryBlobStore()));
        SimParts.AddTo(world, services);
        _configure(world, services);
    }
}
