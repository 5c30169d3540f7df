using System.Collections.Concurrent;
using System.Text;
using Minato.Contracts.Ecr;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Tasks;
using Minato.Ecs.State;
using Minato.Engines.Containers;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>Brings images to the engine as the agent's pull behaviour says. Tasks that want the same image share one pull.</summary>
internal sealed class ImagePuller(
    TaskEngines engines, EcsOptions options, Installation installation, TimeProvider clock, TaskBoard board, IEcr? ecr = null)
{
    // A registry that could not be reached is not tried again at once while the engine has the image anyway.
    private static readonly TimeSpan s_unreachable = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_earlyRenewal = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<(string? Engine, string Reference, RegistryAccount? Account), Task<PullOutcome>> _pulls = new();
    private readonly ConcurrentDictionary<(string? Engine, string Registry), DateTimeOffset> _unreachable = new();
    private readonly ConcurrentDictionary<AccountRegion, (RegistryLogin Login, DateTimeOffset Until)> _logins = new();

    public ImageNames.Source Source(TaskState task, ContainerDefinition container) =>
        ImageNames.Resolve(container.Image ?? "", task.ImageDigests.GetValueOrDefault(container.Name ?? ""), installation);

    public async Task<PullState> PullAsync(TaskState task, ContainerDefinition container, RegistryAccount? account, CancellationToken ct)
    {
        var source = Source(task, container);
        var behavior = options.ImagePullBehavior;
        var name = engines.NameOf(task);
        var engine = engines.Of(task);
        if (behavior is ImagePullBehavior.Once or ImagePullBehavior.PreferCached
            && await engine.FindImageAsync(source.Reference, ct) is { } cached) return new PullState.Done(cached);
        if (behavior == ImagePullBehavior.Default && IsUnreachable(name, source)
            && await engine.FindImageAsync(source.Reference, ct) is { } here) return new PullState.Done(here);

        var outcome = await SharedAsync(name, task.Key.Cluster.Scope, source, account);
        if (outcome is PullOutcome.Pulled pulled) return new PullState.Done(pulled.Image);
        var failed = (PullOutcome.Failed)outcome;
        if (failed.Failure == PullFailure.Unreachable) _unreachable[(name, source.Registry)] = clock.GetUtcNow() + s_unreachable;
        if (failed.Failure == PullFailure.Denied) _logins.Clear();
        // AWS: by default a pull that fails is no reason to stop while the engine has the image.
        if (behavior == ImagePullBehavior.Default && await engine.FindImageAsync(source.Reference, ct) is { } fallback)
            return new PullState.Done(fallback);
        return new PullState.Failed(
            StopReasons.CannotPull(failed), StopsTask: behavior is ImagePullBehavior.Always or ImagePullBehavior.Once);
    }

    private bool IsUnreachable(string? engine, ImageNames.Source source) =>
        _unreachable.TryGetValue((engine, source.Registry), out var until) && clock.GetUtcNow() < until;

    private Task<PullOutcome> SharedAsync(string? engine, AccountRegion scope, ImageNames.Source source, RegistryAccount? account)
    {
        var key = (engine, source.Reference, account);
        if (_pulls.TryGetValue(key, out var running)) return running;
        var pull = PullAsync(engine, scope, source, account);
        // A pull that ended at once is nobody's to share.
        if (!pull.IsCompleted) _pulls.TryAdd(key, pull);
        return pull;
    }

    private async Task<PullOutcome> PullAsync(string? engine, AccountRegion scope, ImageNames.Source source, RegistryAccount? account)
    {
        await Task.Yield(); // So that the dictionary has it before it can end.
        try
        {
            var login = account is null ? await LoginAsync(scope, source, board.Stopping) : new(source.Registry, account.Username, account.Password);
            return await engines.Named(engine).PullAsync(source.Reference, login, board.Stopping);
        }
        finally
        {
            _pulls.TryRemove((engine, source.Reference, account), out _);
        }
    }

    private async Task<RegistryLogin?> LoginAsync(AccountRegion scope, ImageNames.Source source, CancellationToken ct)
    {
        if (!source.NeedsLogin || ecr is null) return null;
        var place = scope with { Region = source.EcrRegion ?? scope.Region };
        if (_logins.TryGetValue(place, out var known) && clock.GetUtcNow() < known.Until) return known.Login;
        var answer = await ecr.GetAuthorizationTokenAsync(new(), place.AsService(), ct);
        if (answer.AuthorizationData is not [{ AuthorizationToken: { } token } data, ..]) return null;
        var parts = Encoding.UTF8.GetString(Convert.FromBase64String(token)).Split(':', 2);
        var login = new RegistryLogin(source.Registry, parts[0], parts[^1]);
        _logins[place] = (login, (data.ExpiresAt ?? clock.GetUtcNow()) - s_earlyRenewal);
        return login;
    }
}
