using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Minato.Engines.Containers;

namespace Minato.Engines.Docker;

internal sealed partial class DockerEngine
{
    private const int RememberedDigests = 1000;

    /// <summary>A container may have written gigabytes.</summary>
    private static readonly TimeSpan CommitTime = TimeSpan.FromMinutes(10);

    private readonly SemaphoreSlim pauseGate = new(1);
    private readonly ConcurrentDictionary<(string Id, string Name), string?> digests = new();
    private volatile bool hasPause;

    public async ValueTask<PullOutcome> PullAsync(string image, RegistryLogin? login, CancellationToken ct)
    {
        var reference = ImageReference.Parse(image);
        var path = $"/images/create?fromImage={Uri.EscapeDataString(reference.Repository)}"
            + $"&tag={Uri.EscapeDataString(reference.TagOrDigest)}";
        try
        {
            using var silence = CancellationTokenSource.CreateLinkedTokenSource(ct);
            silence.CancelAfter(options.PullSilence);
            try
            {
                if (await TransferAsync(path, null, Credentials(login), silence) is { } error)
                    return new PullOutcome.Failed(Words.PullFailure(error), error);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                return new PullOutcome.Failed(PullFailure.Unreachable, $"No progress for {options.PullSilence.TotalSeconds:0} s.");
            }
            return await FindImageAsync(image, ct) is { } found
                ? new PullOutcome.Pulled(found)
                : new PullOutcome.Failed(PullFailure.Other, $"{image} was pulled, but the engine does not have it any more.");
        }
        catch (DockerException e)
        {
            return new PullOutcome.Failed(Words.PullFailure(e.Message), e.Message);
        }
    }

    public async ValueTask<EngineImage?> FindImageAsync(string image, CancellationToken ct)
    {
        var isPause = image == EngineImage.Pause;
        if (isPause) await EnsurePauseImageAsync(afresh: false, ct);
        return await LookForImageAsync(isPause ? PauseImage.Reference : image, ct) is { } found
            ? new(found.Id, Remember(found.Id, image, ImageReference.Parse(image).DigestIn(found.RepoDigests ?? [])))
            : null;
    }

    public async ValueTask<CommitOutcome> CommitAsync(string containerId, string image, CancellationToken ct)
    {
        if (await FindAsync(containerId, ct) is not { } container) return new CommitOutcome.Gone();
        var reference = ImageReference.Parse(image);
        try
        {
            await docker.DoAsync(
                HttpMethod.Post, $"/commit?container={container.Id}&repo={Uri.EscapeDataString(reference.Repository)}&tag={Uri.EscapeDataString(reference.TagOrDigest)}&pause=1",
                ct, CommitTime);
            return await FindImageAsync(image, ct) is { } made ? new CommitOutcome.Committed(made) : new CommitOutcome.Refused($"The engine does not have {image}.");
        }
        catch (DockerException e) when (e.IsNotFound)
        {
            return new CommitOutcome.Gone();
        }
        catch (DockerException e)
        {
            return Words.IsEngineBroken(e.Message) ? throw docker.Away(e) : new CommitOutcome.Refused(e.Message);
        }
    }

    private async Task<ImageAnswer?> LookForImageAsync(string image, CancellationToken ct)
    {
        try
        {
            return await docker.GetAsync($"/images/{image}/json", DockerJson.Default.ImageAnswer, ct);
        }
        catch (DockerException e) when (e.Status is HttpStatusCode.NotFound or HttpStatusCode.BadRequest)
        {
            return null;
        }
    }

    /// <summary>Loads an image of our own making.</summary>
    internal async Task LoadAsync(ScratchImage.Loadable image, CancellationToken ct)
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(ct);
        if (await TransferAsync("/images/load?quiet=1", new(image.Archive, "application/x-tar"), null, source) is { } error)
            throw new DockerException(HttpStatusCode.InternalServerError, error);
    }

    /// <returns>The error that the daemon reported on its way, if any.</returns>
    private async Task<string?> TransferAsync(
        string path, DockerClient.Body? body, string? credentials, CancellationTokenSource silence)
    {
        using var response = await docker.OpenAsync(HttpMethod.Post, path, silence.Token, body, credentials);
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(silence.Token);
            await foreach (var line in JsonLines.ReadAsync(stream, silence.Token))
            {
                if (body is null) silence.CancelAfter(options.PullSilence);
                if (JsonSerializer.Deserialize(line.Span, DockerJson.Default.ProgressLine)?.Error is { } error) return error;
            }
            return null;
        }
        catch (Exception e) when (DockerClient.IsAway(e))
        {
            throw docker.Away(e);
        }
    }

    private async Task EnsurePauseImageAsync(bool afresh, CancellationToken ct)
    {
        if (hasPause && !afresh) return;
        await pauseGate.WaitAsync(ct);
        try
        {
            if (hasPause && !afresh) return;
            var pause = PauseImage.Make();
            if (await LookForImageAsync(PauseImage.Reference, ct) is not { } there || there.Id != pause.Id) await LoadAsync(pause, ct);
            hasPause = true;
        }
        finally
        {
            pauseGate.Release();
        }
    }

    /// <summary>A container's image by registry digest, asked once for an image and name.</summary>
    private async ValueTask<string?> DigestAsync(ContainerAnswer container, CancellationToken ct)
    {
        if (container.Image is not { } id || container.Config.Image is not { } name || name == PauseImage.Reference) return null;
        if (digests.TryGetValue((id, name), out var known)) return known;
        try
        {
            var answer = await docker.GetAsync($"/images/{id}/json", DockerJson.Default.ImageAnswer, ct);
            return Remember(id, name, ImageReference.Parse(name).DigestIn(answer.RepoDigests ?? []));
        }
        catch (DockerException e) when (e.IsNotFound)
        {
            return Remember(id, name, null);
        }
    }

    private string? Remember(string id, string name, string? digest)
    {
        if (digests.Count > RememberedDigests) digests.Clear();
        return digests[(id, name)] = digest;
    }

    /// <summary>The daemon takes the letters of URLs, and silently forgets a login without padding.</summary>
    private static string? Credentials(RegistryLogin? login) => login is null
        ? null
        : Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(
            new(login.Username, login.Password, login.Server), DockerJson.Default.RegistryAuth)).Replace('+', '-').Replace('/', '_');
}
