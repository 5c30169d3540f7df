using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;
using Minato.Engines.Containers;

namespace Minato.Engines.Docker;

/// <summary>
/// Runs containers on the Docker Engine of this machine. A call by id first makes sure that the container carries our label;
/// ids that were seen to are remembered, so that running a container costs two calls: create and start.
/// </summary>
internal sealed partial class DockerEngine(DockerClient docker, DockerEngineOptions options, ILogger<DockerEngine> log)
    : IContainerEngine, IDisposable
{
    /// <summary>Inspections at a time while listing.</summary>
    private const int InspectionsAtOnce = 8;
    private const int CreateAttempts = 20;
    private static readonly TimeSpan CreatePause = TimeSpan.FromMilliseconds(250);

    private readonly DockerNames names = new(options.InstallationId);
    private readonly ConcurrentDictionary<string, bool> ours = new(StringComparer.Ordinal);

    public void Dispose()
    {
        pauseGate.Dispose();
        sliceGate.Dispose();
        networkGate.Dispose();
    }

    public async ValueTask<EngineStatus> StatusAsync(CancellationToken ct)
    {
        try
        {
            var info = await docker.GetAsync("/info", DockerJson.Default.InfoAnswer, ct);
            return new EngineStatus.Up(info.ServerVersion ?? "", info.NCPU, info.MemTotal, info.Architecture ?? "");
        }
        catch (EngineUnavailableException e)
        {
            return new EngineStatus.Away(e.Message);
        }
    }

    public async ValueTask<CreateOutcome> CreateAsync(ContainerSpec spec, CancellationToken ct)
    {
        foreach (var other in NeededContainers(spec))
            if (await FindOwnAsync(other, ct) is null) return new CreateOutcome.Refused($"No such container: {other}");

        var isPause = spec.Image == EngineImage.Pause;
        if (isPause) await EnsurePauseImageAsync(afresh: false, ct);
        var outcome = await PersistInCreatingAsync(spec, ct);
        if (!isPause || outcome is not CreateOutcome.ImageMissing) return outcome;

        await EnsurePauseImageAsync(afresh: true, ct); // Someone cleaned the images of this machine.
        return await PersistInCreatingAsync(spec, ct);
    }

    public async ValueTask<StartOutcome> StartAsync(string containerId, CancellationToken ct)
    {
        if (await FindOwnAsync(containerId, ct) is not { } id) return new StartOutcome.Gone();
        try
        {
            await docker.DoAsync(HttpMethod.Post, $"/containers/{id}/start", ct);
            return new StartOutcome.Started();
        }
        catch (DockerException e)
        {
            return e.Message switch
            {
                _ when e.IsNotFound && e.Message.Contains(id, StringComparison.Ordinal) => Forget(id, new StartOutcome.Gone()),
                var words when Words.IsEngineBroken(words) => throw docker.Away(e),
                var words when Words.IsPortTaken(words) => new StartOutcome.PortTaken(words),
                var words when Words.IsAddressTaken(words) => new StartOutcome.AddressTaken(words),
                var words when Words.IsDiskFull(words) => new StartOutcome.DiskFull(words),
                var words when Words.IsNetworkGone(words) => new StartOutcome.NetworkGone(words),
                var words => new StartOutcome.Refused(words),
            };
        }
    }

    public async ValueTask<StopOutcome> StopAsync(string containerId, TimeSpan grace, CancellationToken ct)
    {
        if (await FindOwnAsync(containerId, ct) is not { } id) return new StopOutcome.Stopped();
        var seconds = Math.Max(0, Math.Ceiling(grace.TotalSeconds));
        try
        {
            await docker.DoAsync(HttpMethod.Post, $"/containers/{id}/stop?t={seconds:0}", ct, extraTime: TimeSpan.FromSeconds(seconds));
            return new StopOutcome.Stopped();
        }
        catch (DockerException e) when (e.IsNotFound)
        {
            return Forget(id, new StopOutcome.Stopped());
        }
        catch (DockerException e)
        {
            return Words.IsEngineBroken(e.Message) ? throw docker.Away(e) : new StopOutcome.Refused(e.Message);
        }
    }

    public async ValueTask RemoveAsync(string containerId, CancellationToken ct)
    {
        if (await FindOwnAsync(containerId, ct) is not { } id) return;
        try
        {
            await docker.DoAsync(HttpMethod.Delete, $"/containers/{id}?force=1&v=1", ct);
        }
        catch (DockerException e) when (e.IsConflict)
        {
            await WaitUntilRemovedAsync(id, ct); // Another call of ours is at it.
        }
        catch (DockerException e) when (e.IsNotFound)
        {
            // Gone already.
        }
        ours.TryRemove(id, out _);
    }

    public async ValueTask<EngineContainer?> InspectAsync(string containerId, CancellationToken ct) =>
        await FindAsync(containerId, ct) is { } answer
            ? ContainerReading.Read(answer, await DigestAsync(answer, ct))
            : null;

    public async ValueTask<IReadOnlyList<EngineContainer>> ListAsync(CancellationToken ct)
    {
        // The list alone knows neither exit codes nor times, so each is looked at: what a list says equals what an inspection says.
        var summaries = await docker.GetAsync($"/containers/json?all=1&{names.OursFilter}", DockerJson.Default.ContainerSummaryArray, ct);
        var found = new EngineContainer?[summaries.Length];
        var bound = new ParallelOptions { MaxDegreeOfParallelism = InspectionsAtOnce, CancellationToken = ct };
        await Parallel.ForAsync(0, summaries.Length, bound, async (i, token) => found[i] = await InspectAsync(summaries[i].Id, token));
        return [.. found.OfType<EngineContainer>()];
    }

    /// <summary>A name can be held by a container that is not there yet, or not any more: by a call of ours that was given up while the
    /// daemon was at it. That passes.</summary>
    private async Task<CreateOutcome> PersistInCreatingAsync(ContainerSpec spec, CancellationToken ct)
    {
        for (var attempt = 1; attempt < CreateAttempts; attempt++)
        {
            if (await TryCreateAsync(spec, ct) is { } outcome) return outcome;
            await Task.Delay(CreatePause, ct);
        }
        return await TryCreateAsync(spec, ct)
            ?? new CreateOutcome.Refused($"The name {spec.Name} is held by a container that the engine does not show.");
    }

    /// <returns>Null when the name is held by a container that cannot be seen.</returns>
    private async Task<CreateOutcome?> TryCreateAsync(ContainerSpec spec, CancellationToken ct)
    {
        var image = spec.Image == EngineImage.Pause ? PauseImage.Reference : spec.Image;
        var cgroup = await EnsureSliceAsync(spec.Slice, ct);
        try
        {
            var body = ContainerRequest.From(spec, image, names, cgroup);
            var answer = await docker.PostAsync($"/containers/create?name={Uri.EscapeDataString(spec.Name)}", body,
                DockerJson.Default.CreateContainerBody, DockerJson.Default.CreateContainerAnswer, ct);
            ours[answer.Id] = true;
            await PutFilesAsync(answer.Id, spec.Files, ct);
            return new CreateOutcome.Created(answer.Id);
        }
        catch (DockerException e) when (e.IsConflict && e.Message.Contains("is already in use by container", StringComparison.Ordinal))
        {
            if (await LookAsync(spec.Name, ct) is not { } holder) return null;
            return names.IsOurs(holder.Config.Labels)
                ? new CreateOutcome.Created(await WithFilesAsync(Own(holder).Id, spec.Files, ct))
                : new CreateOutcome.Refused($"The name {spec.Name} is held by a container that is not of this installation: {e.Message}");
        }
        catch (DockerException e)
        {
            return e.Message switch
            {
                var words when Words.IsEngineBroken(words) => throw docker.Away(e),
                var words when Words.IsImageMissing(words) => new CreateOutcome.ImageMissing(words),
                var words when Words.IsAddressTaken(words) => new CreateOutcome.AddressTaken(words),
                var words when Words.IsDiskFull(words) => new CreateOutcome.DiskFull(words),
                var words => new CreateOutcome.Refused(words),
            };
        }
    }

    private static IEnumerable<string> NeededContainers(ContainerSpec spec)
    {
        if (spec.Network is NetworkAttachment.SharedWith with) yield return with.Container;
        foreach (var from in spec.VolumesFrom) yield return from.Split(':')[0];
    }

    /// <returns>The id when the container is there and ours.</returns>
    private async ValueTask<string?> FindOwnAsync(string idOrName, CancellationToken ct) =>
        ours.ContainsKey(idOrName) ? idOrName : (await FindAsync(idOrName, ct))?.Id;

    private async Task<ContainerAnswer?> FindAsync(string idOrName, CancellationToken ct) =>
        await LookAsync(idOrName, ct) is { } answer && names.IsOurs(answer.Config.Labels) ? Own(answer) : null;

    /// <returns>Whatever has that id or name, ours or not.</returns>
    private async Task<ContainerAnswer?> LookAsync(string idOrName, CancellationToken ct)
    {
        try
        {
            return await docker.GetAsync($"/containers/{Uri.EscapeDataString(idOrName)}/json", DockerJson.Default.ContainerAnswer, ct);
        }
        catch (DockerException e) when (e.Status is HttpStatusCode.NotFound or HttpStatusCode.BadRequest)
        {
            return null; // 400 is the answer to what cannot be a name.
        }
    }

    private ContainerAnswer Own(ContainerAnswer answer)
    {
        ours[answer.Id] = true;
        return answer;
    }

    private async Task WaitUntilRemovedAsync(string id, CancellationToken ct)
    {
        try
        {
            await docker.DoAsync(HttpMethod.Post, $"/containers/{id}/wait?condition=removed", ct);
        }
        catch (DockerException e) when (e.IsNotFound)
        {
            // It went while we asked.
        }
    }

    private T Forget<T>(string id, T outcome)
    {
        ours.TryRemove(id, out _);
        return outcome;
    }
}
