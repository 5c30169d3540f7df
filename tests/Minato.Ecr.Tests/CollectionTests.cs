using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.Ecr;
using Minato.Ecr.Images;
using Minato.Ecr.Reconcile;
using Minato.Ecr.State;
using Minato.Platform;
using Minato.Testing;

namespace Minato.Ecr.Tests;

/// <summary>
/// Goal: garbage collection never takes a blob that a push relies on, and what nobody needs goes. Method: clients push, mount and delete a few images that
/// share layers, in any order, on slow storage, while days pass and the process is killed; after every step every image has its bytes.
/// </summary>
public sealed class CollectionTests
{
    private const int Clients = 4;
    private static readonly string[] s_repositories = ["a", "b"];

    [Theory, Seeds(1, 60)]
    public void Nothing_that_is_needed_goes_and_nothing_else_stays(ulong seed) => World.Run(
        seed,
        async world =>
        {
            foreach (var name in s_repositories) await world.Client<IEcr>().CreateRepositoryAsync(new() { RepositoryName = name }, world.Caller, default);
            await world.Client<IEcr>().PutAccountSettingAsync(new() { Name = "BLOB_MOUNTING", Value = "ENABLED" }, world.Caller, default);
            var story = new Story(world);
            world.Always(_ => story.Violation());
            for (var life = 0; life < 3; life++)
            {
                for (var client = 0; client < Clients; client++) story.Start();
                await world.RunFor(TimeSpan.FromHours(12 + (18 * world.Chance.NextDouble())));
                await world.RestartAsync(TimeSpan.FromHours(10) * world.Chance.NextDouble());
            }

            // Quiet: nobody pushes. What is left after two days is what images need.
            await world.RunFor(TimeSpan.FromDays(2.5));
            var state = world.Store.Current;
            var needed = state.All(EcrTables.Images).SelectMany(i => i.Layers.Add(i.Key.Digest)).ToHashSet(StringComparer.Ordinal);
            var found = new HashSet<string>(StringComparer.Ordinal);
            await foreach (var blob in world.Client<IBlobStore>().ListAsync(default)) found.Add(blob.Digest);
            found.ShouldBe(needed, ignoreOrder: true);
            state.Count(EcrTables.Uploads).ShouldBe(0);
            state.All(EcrTables.Layers).ShouldAllBe(l => l.Images > 0);
            story.Pushes.ShouldBeGreaterThan(3);
        },
        (world, services) =>
        {
            var memory = world.Outside(_ => new MemoryBlobStore());
            services.AddSingleton(new PageTokens("a secret of the test"u8)).AddEcr();
            services.AddSingleton<IBlobStore>(p => new SlowBlobs(memory, p.GetRequiredService<TimeProvider>(), world.Chance));
        });

    [Theory, Seeds(1, 5)]
    public void The_story_would_notice_a_collector_that_does_not_wait(ulong seed)
    {
        // The planted bug: what no record names is deleted without asking who is about to record it.
        Should.Throw<SimulationException>(() => World.Run(
            seed,
            async world =>
            {
                foreach (var name in s_repositories) await world.Client<IEcr>().CreateRepositoryAsync(new() { RepositoryName = name }, world.Caller, default);
                var story = new Story(world);
                world.Always(_ => story.Violation());
                for (var client = 0; client < Clients; client++) story.Start();
                for (var i = 0; i < 2_000; i++)
                {
                    await world.RunFor(TimeSpan.FromMinutes(5));
                    await foreach (var blob in world.Client<IBlobStore>().ListAsync(default))
                    {
                        var state = world.Store.Current;
                        if (state.Count(EcrTables.LayersByDigest, blob.Digest) + state.Count(EcrTables.ImagesByDigest, blob.Digest) == 0)
                            await world.Client<IBlobStore>().DeleteAsync(blob.Digest, default);
                    }
                }
            },
            (world, services) =>
            {
                var memory = world.Outside(_ => new MemoryBlobStore());
                services.AddSingleton(new PageTokens("a secret of the test"u8)).AddEcr();
                services.AddSingleton<IBlobStore>(p => new SlowBlobs(memory, p.GetRequiredService<TimeProvider>(), world.Chance) { Pause = TimeSpan.FromMinutes(10) });
            }));
    }

    private sealed class Story(World world)
    {
        private readonly MemoryBlobStore _blobs = world.Outside(_ => new MemoryBlobStore());
        private string? _failure;

        public int Pushes { get; private set; }

        /// <summary>A client of the process that runs now; it ends with it.</summary>
        public void Start() => _ = LoopAsync(world.Services);

        public string? Violation()
        {
            if (_failure is not null) return _failure;
            var state = world.IsRunning() ? world.Store.Current : null;
            foreach (var image in state?.All(EcrTables.Images) ?? [])
            {
                foreach (var digest in image.Layers.Add(image.Key.Digest))
                {
                    var found = _blobs.FindAsync(digest, default);
                    if (found.Result is null) return $"{image.Key} has lost {digest}";
                }

                foreach (var digest in image.Layers)
                {
                    if (state?.Find(EcrTables.Layers, new(image.Key.Repository, digest)) is null) return $"{image.Key} has no record of {digest}";
                }
            }

            return null;
        }

        private async Task LoopAsync(IServiceProvider process)
        {
            var ecr = process.GetRequiredService<IEcr>();
            try
            {
                while (true)
                {
                    await world.RunFor(TimeSpan.FromHours(1) * world.Chance.NextDouble());
                    if (!world.IsRunning() || world.Services != process) return;
                    var repository = s_repositories[world.Chance.Next(s_repositories.Length)];
                    if (world.Chance.Next(3) == 0) await DeleteAsync(ecr, repository);
                    else await PushAsync(ecr, process.GetRequiredService<LayerUploads>(), repository);
                }
            }
            catch (StoreUnavailableException)
            {
                // The process was killed.
            }
            catch (Exception e)
            {
                _failure = e.ToString();
            }
        }

        // As docker does: ask, mount or upload what is missing, then put the manifest, with pauses anywhere.
        private async Task PushAsync(IEcr ecr, LayerUploads uploads, string repository)
        {
            var (config, layer) = (Encoding.UTF8.GetBytes($"{{\"config\":{world.Chance.Next(3)}}}"), Encoding.UTF8.GetBytes($"layer {world.Chance.Next(3)}"));
            foreach (var bytes in new[] { config, layer })
            {
                await PauseAsync();
                if (!await EnsureAsync(ecr, uploads, repository, bytes)) return;
            }

            await PauseAsync();
            var manifest = Encoding.UTF8.GetString(Given.Manifest(config, layer));
            try
            {
                await ecr.PutImageAsync(new() { RepositoryName = repository, ImageManifest = manifest, ImageTag = $"t{world.Chance.Next(3)}" }, world.Caller, default);
            }
            catch (ImageAlreadyExistsException)
            {
                // Pushed before.
            }

            Pushes++;
        }

        private async Task<bool> EnsureAsync(IEcr ecr, LayerUploads uploads, string repository, byte[] bytes)
        {
            var digest = EcrFixture.DigestOf(bytes);
            var there = await ecr.BatchCheckLayerAvailabilityAsync(new() { RepositoryName = repository, LayerDigests = [digest] }, world.Caller, default);
            if (there.Layers is [{ LayerAvailability: LayerAvailability.Available }]) return true;
            var key = new RepositoryKey(world.Caller, repository);
            var other = new RepositoryKey(world.Caller, s_repositories.First(r => r != repository));
            if (world.Chance.Next(2) == 0 && await uploads.MountAsync(other, key, digest, default) is not null) return true;
            var id = (await ecr.InitiateLayerUploadAsync(new() { RepositoryName = repository }, world.Caller, default)).UploadId ?? "";
            if (world.Chance.Next(6) == 0) return false; // Gave up, and comes again another day.
            await PauseAsync();
            await ecr.UploadLayerPartAsync(
                new() { RepositoryName = repository, UploadId = id, PartFirstByte = 0, PartLastByte = bytes.Length - 1, LayerPartBlob = bytes }, world.Caller, default);
            await PauseAsync();
            try
            {
                await ecr.CompleteLayerUploadAsync(new() { RepositoryName = repository, UploadId = id, LayerDigests = [digest] }, world.Caller, default);
            }
            catch (LayerAlreadyExistsException)
            {
                // Another client was faster.
            }

            return true;
        }

        private async Task DeleteAsync(IEcr ecr, string repository)
        {
            var images = (await ecr.ListImagesAsync(new() { RepositoryName = repository }, world.Caller, default)).ImageIds ?? [];
            if (images.IsEmpty) return;
            await ecr.BatchDeleteImageAsync(new() { RepositoryName = repository, ImageIds = [new() { ImageDigest = images[world.Chance.Next(images.Length)].ImageDigest }] }, world.Caller, default);
        }

        // A slow line. All pauses of a push together stay under the day for which a layer waits for its image.
        private Task PauseAsync() => world.RunFor(TimeSpan.FromHours(world.Chance.Next(4) == 0 ? 5 : 1) * world.Chance.NextDouble());
    }

    /// <summary>Storage that takes its time, so that others come in between.</summary>
    private sealed class SlowBlobs(MemoryBlobStore inner, TimeProvider time, Ids chance) : IBlobStore
    {
        public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(20);

        public async ValueTask<BlobInfo?> FindAsync(string digest, CancellationToken ct)
        {
            await PauseAsync(ct);
            return await inner.FindAsync(digest, ct);
        }

        public ValueTask<Stream> OpenReadAsync(string digest, CancellationToken ct) => inner.OpenReadAsync(digest, ct);

        public async ValueTask<IBlobUpload> StartUploadAsync(string uploadId, CancellationToken ct) => new SlowUpload(await inner.StartUploadAsync(uploadId, ct), this);

        public async ValueTask<IBlobUpload?> FindUploadAsync(string uploadId, CancellationToken ct) =>
            await inner.FindUploadAsync(uploadId, ct) is { } upload ? new SlowUpload(upload, this) : null;

        public async ValueTask DeleteAsync(string digest, CancellationToken ct)
        {
            await PauseAsync(ct);
            await inner.DeleteAsync(digest, ct);
            await PauseAsync(ct);
        }

        public IAsyncEnumerable<BlobInfo> ListAsync(CancellationToken ct) => inner.ListAsync(ct);

        public ValueTask ClearAsync(CancellationToken ct) => inner.ClearAsync(ct);

        public Task PauseAsync(CancellationToken ct) => Task.Delay(Pause * chance.NextDouble(), time, ct);
    }

    private sealed class SlowUpload(IBlobUpload inner, SlowBlobs store) : IBlobUpload
    {
        public string Id => inner.Id;

        public long Offset => inner.Offset;

        public async ValueTask<long> AppendAsync(Stream content, CancellationToken ct)
        {
            await store.PauseAsync(ct);
            return await inner.AppendAsync(content, ct);
        }

        public ValueTask<string> DigestAsync(CancellationToken ct) => inner.DigestAsync(ct);

        public async ValueTask<BlobInfo> CompleteAsync(string digest, CancellationToken ct)
        {
            await store.PauseAsync(ct);
            var blob = await inner.CompleteAsync(digest, ct);
            await store.PauseAsync(ct); // It is visible, and nobody has recorded it.
            return blob;
        }

        public ValueTask AbortAsync(CancellationToken ct) => inner.AbortAsync(ct);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}

internal static class Worlds
{
    /// <summary>Between a kill and the next start nothing of the process can be asked.</summary>
    public static bool IsRunning(this World world)
    {
        try
        {
            return world.Services is not null;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
