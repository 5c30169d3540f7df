using System.Collections.Immutable;
using System.Reflection;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.Ecr;
using Minato.Ecr.State;
using Minato.Engines.Scanning;
using Minato.Platform;
using Minato.Testing;

namespace Minato.Ecr.Tests;

/// <summary>The room in virtual time, with what other rooms would say put there by the test.</summary>
internal sealed class EcrWorld(World world)
{
    public World World => world;

    public IEcr Ecr => world.Client<IEcr>();

    public Caller Caller { get; set; } = world.Caller;

    public static void Run(Func<EcrWorld, Task> test, Action<IServiceCollection>? more = null, ulong seed = 1) => World.Run(
        seed, world => test(new(world)),
        services =>
        {
            services.AddSingleton(new PageTokens("a secret of the test"u8)).AddEcr();
            more?.Invoke(services);
        });

    public EcrWorld In(string region, string account = World.AccountId) => new(world)
    {
        Caller = Caller with { Region = region, AccountId = account, PrincipalArn = $"arn:aws:iam::{account}:root" },
    };

    public Task CreateAsync(string name) => Ecr.CreateRepositoryAsync(new() { RepositoryName = name }, Caller, default);

    /// <summary>Pushes over the control plane.</summary>
    public async Task<string> PushAsync(string repository, string? tag, string content = "content", string? subject = null)
    {
        var (config, layer) = (Encoding.UTF8.GetBytes($"{{\"of\":\"{content}\"}}"), Encoding.UTF8.GetBytes(content));
        await LayerAsync(repository, config);
        await LayerAsync(repository, layer);
        return await PutAsync(repository, Given.Manifest(config, layer, subject), tag);
    }

    public async Task<string> PutAsync(string repository, byte[] manifest, string? tag) => (await Ecr.PutImageAsync(
        new() { RepositoryName = repository, ImageManifest = Encoding.UTF8.GetString(manifest), ImageTag = tag }, Caller, default)).Image?.ImageId?.ImageDigest ?? "";

    public async Task LayerAsync(string repository, byte[] bytes)
    {
        var digest = EcrFixture.DigestOf(bytes);
        var there = await Ecr.BatchCheckLayerAvailabilityAsync(new() { RepositoryName = repository, LayerDigests = [digest] }, Caller, default);
        if (there.Layers is [{ LayerAvailability: LayerAvailability.Available }]) return;
        var id = (await Ecr.InitiateLayerUploadAsync(new() { RepositoryName = repository }, Caller, default)).UploadId ?? "";
        await Ecr.UploadLayerPartAsync(new() { RepositoryName = repository, UploadId = id, PartFirstByte = 0, PartLastByte = bytes.Length - 1, LayerPartBlob = bytes }, Caller, default);
        await Ecr.CompleteLayerUploadAsync(new() { RepositoryName = repository, UploadId = id, LayerDigests = [digest] }, Caller, default);
    }

    public async Task<ImmutableArray<string>> TagsAsync(string repository) =>
        [.. ((await Ecr.ListImagesAsync(new() { RepositoryName = repository }, Caller, default)).ImageIds ?? []).Select(i => i.ImageTag ?? i.ImageDigest ?? "").Order(StringComparer.Ordinal)];

    public DigestKey Key(string repository, string digest) => new(new(Caller.AccountId, Caller.Region, repository), digest);

    public Task EventuallyAsync(Func<bool> condition) => world.Eventually(condition, TimeSpan.FromMinutes(1));
}

/// <summary>Stands for another room: answers the operations that the test names, and refuses the rest.</summary>
internal class RoomStub : DispatchProxy
{
    private Dictionary<string, Func<object, object>> Answers { get; } = new(StringComparer.Ordinal);

    public List<object> Asked { get; } = [];

    public static TRoom Of<TRoom>(params (string Operation, Func<object, object> Answer)[] answers)
        where TRoom : class
    {
        var room = Create<TRoom, RoomStub>();
        foreach (var (operation, answer) in answers) ((RoomStub)(object)room).Answers.Add($"{operation}Async", answer);
        return room;
    }

    public static List<object> AskedOf(object room) => ((RoomStub)room).Asked;

    protected override object? Invoke(MethodInfo? method, object?[]? args)
    {
        ArgumentNullException.ThrowIfNull(method);
        if (args is not [{ } request, ..] || !Answers.TryGetValue(method.Name, out var answer)) throw new InvalidOperationException($"Nobody expected {method.Name}.");
        Asked.Add(request);
        var result = answer(request);
        return typeof(Task).GetMethod(nameof(Task.FromResult))?.MakeGenericMethod(result.GetType()).Invoke(null, [result]);
    }
}

internal sealed class FakeScanner : IImageScanner
{
    public string Name => "fake";

    public string? DataVersion { get; set; } = "1";

    public Func<ScanRequest, ScanOutcome> Answer { get; set; } = _ => new ScanOutcome.Completed();

    public List<ScanRequest> Requests { get; } = [];

    public ValueTask<ScanOutcome> ScanAsync(ScanRequest request, CancellationToken ct)
    {
        Requests.Add(request);
        return ValueTask.FromResult(Answer(request));
    }
}
