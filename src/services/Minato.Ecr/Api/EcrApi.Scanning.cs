using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ecr;
using Minato.Ecr.Images;
using Minato.Ecr.Planning;
using Minato.Ecr.State;
using Minato.Platform;

namespace Minato.Ecr.Api;

// What is scanned, and how often.
internal sealed partial class EcrApi
{
    /// <summary>AWS: turning enhanced scanning on reaches back this far.</summary>
    private static readonly TimeSpan s_eligible = TimeSpan.FromDays(14);

    public Task<GetRegistryScanningConfigurationResponse> GetRegistryScanningConfigurationAsync(
        GetRegistryScanningConfigurationRequest request, Caller caller, CancellationToken ct)
    {
        var registry = RegistryState.Of(store.Current, Home(caller));
        return Task.FromResult(new GetRegistryScanningConfigurationResponse
        {
            RegistryId = caller.AccountId, ScanningConfiguration = new() { ScanType = registry.ScanType, Rules = registry.ScanRules },
        });
    }

    public async Task<PutRegistryScanningConfigurationResponse> PutRegistryScanningConfigurationAsync(
        PutRegistryScanningConfigurationRequest request, Caller caller, CancellationToken ct)
    {
        ImmutableArray<RegistryScanningRule> rules = request.Rules ?? [];
        var type = request.ScanType ?? ScanType.Basic;
        CheckScanRules(type, rules);
        var registry = await store.UpdateAsync(
            tx =>
            {
                var before = RegistryState.Of(tx, Home(caller));
                var after = before with { ScanType = type, ScanRules = rules };
                tx.Put(EcrTables.Registries, after);
                Rescan(tx, before, after);
                return after;
            },
            ct);
        return new() { RegistryScanningConfiguration = new() { ScanType = registry.ScanType, Rules = registry.ScanRules } };
    }

    public Task<BatchGetRepositoryScanningConfigurationResponse> BatchGetRepositoryScanningConfigurationAsync(
        BatchGetRepositoryScanningConfigurationRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var registry = RegistryState.Of(state, Home(caller));
        var found = request.RepositoryNames.Select(n => (Name: n, State: state.Find(EcrTables.Repositories, new(Home(caller), n)))).ToList();
        return Task.FromResult(new BatchGetRepositoryScanningConfigurationResponse
        {
            ScanningConfigurations = [.. found.Where(r => r.State is not null).Select(r => r.State).OfType<RepositoryState>().Select(r => Configuration(registry, r))],
            Failures = [.. found.Where(r => r.State is null).Select(r => new RepositoryScanningConfigurationFailure
            {
                RepositoryName = r.Name,
                FailureCode = ScanningConfigurationFailureCode.RepositoryNotFound,
                FailureReason = Texts.NoRepository(new(Home(caller), r.Name)).Message,
            })],
        });
    }

    private static RepositoryScanningConfiguration Configuration(RegistryState registry, RepositoryState repository)
    {
        var (frequency, filters) = ScanFilters.Of(registry, repository);
        return new()
        {
            RepositoryArn = repository.Key.Arn,
            RepositoryName = repository.Key.Name,
            ScanOnPush = frequency is ScanFrequency.ScanOnPush or ScanFrequency.ContinuousScan,
            ScanFrequency = frequency ?? ScanFrequency.Manual,
            AppliedScanFilters = filters,
        };
    }

    private static void CheckScanRules(ScanType type, ImmutableArray<RegistryScanningRule> rules)
    {
        if (type == ScanType.Basic && rules.Any(r => r.ScanFrequency == ScanFrequency.ContinuousScan))
            throw Texts.Invalid("rules", "The scan frequency CONTINUOUS_SCAN is only supported for the scan type ENHANCED");
        if (type == ScanType.Enhanced && rules.Any(r => r.ScanFrequency == ScanFrequency.Manual))
            throw Texts.Invalid("rules", "The scan frequency MANUAL is not supported for the scan type ENHANCED");
        if (rules.Select(r => r.ScanFrequency).Distinct().Count() != rules.Length)
            throw Texts.Invalid("rules", "Only one rule is allowed for a scan frequency");
    }

    // Only enhanced scanning looks at what was pushed before.
    private void Rescan(Transaction tx, RegistryState before, RegistryState after)
    {
        if (after.ScanType != ScanType.Enhanced) return;
        var changes = ImmutableArray.CreateBuilder<(RepositoryKey, ScanFrequency?, ScanFrequency?)>();
        var now = clock.GetUtcNow();
        foreach (var repository in tx.Where(EcrTables.RepositoriesByHome, after.Home).ToList())
        {
            var (old, frequency) = (ScanFilters.Of(before, repository).Frequency, ScanFilters.Of(after, repository).Frequency);
            if (old == frequency && before.ScanType == after.ScanType) continue;
            changes.Add((repository.Key, frequency, old));
            if (frequency is null) continue;
            foreach (var image in tx.Where(EcrTables.ImagesByRepository, repository.Key).Where(i => ScanRequests.CanBeScanned(i) && now - i.PushedAt <= s_eligible).ToList())
                tx.Put(EcrTables.Scans, ScanRequests.New(after, image, frequency.Value, now));
        }

        if (changes.Count > 0) events.ScanFrequencyChanged(tx, after, changes.ToImmutable());
    }
}
