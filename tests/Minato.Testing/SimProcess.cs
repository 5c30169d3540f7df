using Microsoft.Extensions.DependencyInjection;
using Minato.Platform;

namespace Minato.Testing;

/// <summary>One life of Minato in the world: from start to kill.</summary>
internal sealed class SimProcess
{
    private readonly SimContext _context;
    private readonly SimJournal _journal;

    public SimProcess(World world, SimContext context, Action<World, IServiceCollection> configure)
    {
        _context = context;
        var time = new SteadyTime(new SimProcessTime(world.Time, context), world.Clock);
        world.Clock = time.Note();
        _journal = new(world.Disk, time, world.Chance);
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(time);
        services.AddSingleton(new Ids((ulong)world.Chance.Next(int.MaxValue)));
        services.AddSingleton<IJournal>(_journal);
        configure(world, services);
        services.AddPlatform();
        Services = services.BuildServiceProvider();
    }

    public ServiceProvider Services { get; }

    public Task StartAsync() => _context.RunAsync(() => Services.GetRequiredService<PlatformHost>().StartAsync(CancellationToken.None));

    // The provider is not disposed: a killed process cleans nothing up.
    public void Kill()
    {
        _journal.Kill();
        _context.Kill();
    }
}
